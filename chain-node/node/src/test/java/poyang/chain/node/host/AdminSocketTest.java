package poyang.chain.node.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.SignedQueries;
import poyang.sdk.host.HostAnswer;
import poyang.sdk.host.HostRequest;
import poyang.simulation.Mangled;

/// What comes over the operators' socket and was mangled on its way does nothing, is answered with a reason, and
/// is told to who counts it.
final class AdminSocketTest {
    private static final int REQUESTS = 100;
    private static final Bytes HOST = Sm3.hash(new byte[] {1});

    @TempDir
    Path folder;

    private final AtomicInteger performed = new AtomicInteger();
    private final AtomicInteger turnedAway = new AtomicInteger();

    private final AdminSocket.Desk desk = new AdminSocket.Desk() {
        @Override
        public HostAnswer perform(String operator, HostRequest request) {
            performed.incrementAndGet();
            return new HostAnswer.Chains(List.of(), Bytes.empty());
        }

        @Override
        public void turnedAway(PoyangException why) {
            turnedAway.incrementAndGet();
        }
    };

    @Test
    void mangledRequestsAreRefusedWithAReasonAndCounted() throws IOException {
        RandomSource random = new SeededRandom(new byte[32], "admin-socket-test");
        InstantSource clock = InstantSource.system();
        Path file = folder.resolve("operators");
        HostRequest request = new HostRequest.Listing();
        try (Sm2PrivateKey key = Sm2PrivateKey.generate(random);
                AdminSocket _ = AdminSocket.open(file, HOST, Map.of("operator", key.publicKey()), clock, desk)) {
            byte[] right = new SignedQueries(HOST, clock)
                    .sign("operator", key, HostRequest.CONTRACT, request.method(), request.encoded(), random)
                    .toByteArray();
            assertInstanceOf(HostAnswer.Chains.class, ask(file, right));
            assertInstanceOf(HostAnswer.Refused.class, ask(file, right), "a request again");
            Mangled mangled = new Mangled(7, List.of(right));
            for (int i = 0; i < REQUESTS; i++) {
                HostAnswer.Refused refused = assertInstanceOf(HostAnswer.Refused.class, ask(file, mangled.next()));
                assertTrue(!refused.wrong().isBlank(), "with a reason");
            }
        }
        assertEquals(1, performed.get());
        assertEquals(1 + REQUESTS, turnedAway.get());
    }

    private static HostAnswer ask(Path file, byte[] message) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
            DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel));
            assertEquals(HOST, Bytes.wrap(in.readNBytes(HOST.length())));
            out.writeInt(message.length);
            out.write(message);
            out.flush();
            return HostAnswer.decode(in.readNBytes(in.readInt()));
        }
    }
}
