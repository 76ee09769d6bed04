package poyang.sdk.host;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.InstantSource;
import poyang.crypto.SigningKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.SdkErrors;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.SignedQuery;

/// An operator's line to a host on the same machine: a socket in the host's folder, which only the host's own
/// user may open, and a signature under each request.
///
/// ```
/// host:     id of the host (32)                     what requests are signed for: none serves elsewhere or twice
/// operator: length (4) · SignedQuery
/// host:     length (4) · HostAnswer
/// ```
public final class HostClient {
    /// The socket's name in a host's folder.
    public static final String SOCKET = "admin.sock";

    public static final int ID_BYTES = 32;

    /// A request with a genesis is the largest.
    public static final int MESSAGE_BYTES_MAX = HostRequest.GENESIS_BYTES_MAX + (1 << 20);

    private final Path socket;
    private final String operator;
    private final SigningKey key;
    private final RandomSource random;
    private final InstantSource clock;

    /// @param folder the host's
    /// @param operator as the host's configuration names the key; the caller keeps the key open
    public HostClient(Path folder, String operator, SigningKey key, RandomSource random, InstantSource clock) {
        socket = folder.resolve(SOCKET);
        this.operator = operator;
        this.key = key;
        this.random = random;
        this.clock = clock;
    }

    /// Has a request done; returns when it is.
    ///
    /// @throws PoyangException what the host refused, or `CALL_FAILED`
    public HostAnswer.Chains ask(HostRequest request) {
        byte[] answer;
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
            DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel));
            Bytes host = Bytes.wrap(in.readNBytes(ID_BYTES));
            SignedQuery signed = new SignedQueries(host, clock)
                    .sign(operator, key, HostRequest.CONTRACT, request.method(), request.encoded(), random);
            byte[] message = signed.toByteArray();
            out.writeInt(message.length);
            out.write(message);
            out.flush();
            int length = in.readInt();
            if (length < 0 || length > MESSAGE_BYTES_MAX) {
                throw HostAnswer.bad("an answer of " + length + " bytes");
            }
            answer = in.readNBytes(length);
        } catch (IOException e) {
            throw new PoyangException(
                    SdkErrors.CALL_FAILED,
                    "the host behind " + socket + " does not answer (" + e.getMessage() + ")",
                    "a running host, and the user whom it runs as, are needed",
                    e);
        }
        return switch (HostAnswer.decode(answer)) {
            case HostAnswer.Chains chains -> chains;
            case HostAnswer.Refused(var code, String wrong, String right) ->
                throw new PoyangException(code, wrong, right);
        };
    }
}
