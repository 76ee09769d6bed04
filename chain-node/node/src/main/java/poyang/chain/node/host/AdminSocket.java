package poyang.chain.node.host;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.SdkErrors;
import poyang.sdk.SignedQueries;
import poyang.sdk.host.HostAnswer;
import poyang.sdk.host.HostClient;
import poyang.sdk.host.HostRequest;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SignedQuery;

/// Hears operators of this machine, one request a connection. The socket lies in a folder that only this
/// process's user may enter, and each request is signed.
final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
    private static final int AT_ONCE = 4;
    private static final long PATIENCE_MILLIS = 60_000;

    private final ServerSocketChannel server;
    private final Path file;
    private final Bytes id;
    private final Map<String, VerificationKey> operators;
    private final SignedQueries queries;
    private final Desk desk;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Thread listener;

    /// Does what an operator asks.
    interface Desk {
        HostAnswer perform(String operator, HostRequest request);

        /// A request came that no operator signed, or nobody can read.
        void turnedAway(PoyangException why);
    }

    private AdminSocket(
            ServerSocketChannel server,
            Path file,
            Bytes id,
            Map<String, VerificationKey> operators,
            InstantSource clock,
            Desk desk) {
        this.server = server;
        this.file = file;
        this.id = id;
        this.operators = operators;
        this.desk = desk;
        queries = new SignedQueries(id, clock);
        listener = Thread.ofPlatform().name("operators").start(this::listen);
    }

    /// @throws PoyangException `HOST_FILES_FAILED`
    static AdminSocket open(
            Path file, Bytes id, Map<String, VerificationKey> operators, InstantSource clock, Desk desk) {
        try {
            // Who holds the host's lock is alone here: a socket of an earlier process is dead.
            Files.deleteIfExists(file);
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(file));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return new AdminSocket(server, file, id, operators, clock, desk);
        } catch (IOException | IllegalArgumentException e) {
            throw new PoyangException(
                    HostErrors.FILES_FAILED,
                    "operators cannot be heard at " + file + " (" + e.getMessage() + ")",
                    "a path of at most 100 bytes in a folder that this process may write is needed",
                    e);
        }
    }

    private void listen() {
        while (server.isOpen()) {
            try {
                SocketChannel caller = server.accept();
                if (places.tryAcquire()) {
                    Thread _ = Thread.ofVirtual().name("operator").start(() -> serve(caller));
                } else {
                    caller.close();
                }
            } catch (IOException e) {
                if (server.isOpen()) {
                    LOG.warn("an operator could not be heard: {}", e.getMessage());
                }
            }
        }
    }

    private void serve(SocketChannel caller) {
        Thread impatience = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(Duration.ofMillis(PATIENCE_MILLIS));
                caller.close();
            } catch (InterruptedException | IOException e) {
                LOG.debug("an operator was heard, or went", e);
            }
        });
        try (caller) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(caller));
            DataOutputStream out = new DataOutputStream(Channels.newOutputStream(caller));
            out.write(id.toArray());
            out.flush();
            int length = in.readInt();
            if (length < 0 || length > HostClient.MESSAGE_BYTES_MAX) {
                return;
            }
            byte[] message = in.readNBytes(length);
            impatience.interrupt();
            byte[] answer = answer(message).encoded().toArray();
            out.writeInt(answer.length);
            out.write(answer);
            out.flush();
        } catch (IOException e) {
            LOG.debug("an operator's connection ended", e);
        } finally {
            impatience.interrupt();
            places.release();
        }
    }

    private HostAnswer answer(byte[] message) {
        QueryPayload payload;
        HostRequest request;
        try {
            payload = read(message);
            request = HostRequest.decode(
                    payload.getMethod(), payload.getArguments().toByteArray());
        } catch (PoyangException e) {
            desk.turnedAway(e);
            return new HostAnswer.Refused(e.code(), e.wrong(), e.right());
        }
        try {
            return desk.perform(payload.getAccount(), request);
        } catch (PoyangException e) {
            return new HostAnswer.Refused(e.code(), e.wrong(), e.right());
        } catch (RuntimeException e) {
            LOG.error("an operator's request failed", e);
            return new HostAnswer.Refused(
                    HostErrors.OPERATION_FAILED, "the request failed by a mistake of this process", "see its log");
        } finally {
            forget(request);
        }
    }

    private QueryPayload read(byte[] message) {
        try {
            QueryPayload payload = queries.verify(
                    SignedQuery.parseFrom(message),
                    name -> Stream.ofNullable(operators.get(name)).findFirst());
            if (!payload.getContract().equals(HostRequest.CONTRACT)) {
                throw bad("a query of " + payload.getContract());
            }
            return payload;
        } catch (InvalidProtocolBufferException e) {
            throw bad("no signed query");
        }
    }

    private static void forget(HostRequest request) {
        switch (request) {
            case HostRequest.Create(String _, HostRequest.Founding _, var member) -> member.close();
            case HostRequest.Join(String _, Bytes _, var member) -> member.close();
            case HostRequest.Leave _, HostRequest.Archive _, HostRequest.Delete _, HostRequest.Listing _ -> {}
        }
    }

    private static PoyangException bad(String what) {
        return new PoyangException(SdkErrors.BAD_QUERY, what + " came", "a signed request to a host is needed");
    }

    @Override
    public void close() {
        try {
            server.close();
            listener.join();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("the operators' socket was not closed in order", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
