package poyang.wire.transport;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Nodes on this machine with certificates of one root, and what they hear.
abstract class TransportScene {
    static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    static final Validity YEAR = new Validity(NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(365)));
    static final PartyId A = new PartyId("a");
    static final PartyId B = new PartyId("b");
    static final PartyId C = new PartyId("c");
    static final Bytes UNREADABLE = Bytes.utf8("unreadable");

    final RandomSource random = new SeededRandom(new byte[32], getClass().getSimpleName());
    final Authority root = Certificates.root("Jiangxi", key(), YEAR, random);
    final List<AutoCloseable> open = new ArrayList<>();

    /// What a node heard.
    static final class Heard implements Transport.Listener {
        final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<String> lost = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<String> refused = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<Bug> bugs = new LinkedBlockingQueue<>();

        @Override
        public void received(PartyId from, int channel, Bytes payload) {
            if (payload.equals(UNREADABLE)) {
                throw new PoyangException(KernelErrors.BAD_ENCODING, "it cannot be read", "a message is needed");
            }
            messages.add(from + "/" + channel + "/" + (payload.length() > 99 ? payload.length() : payload.utf8()));
        }

        @Override
        public void connected(PartyId peer) {}

        @Override
        public void lost(PartyId peer, String reason) {
            lost.add(peer + ": " + reason);
        }

        @Override
        public void refused(String remote, String reason) {
            refused.add(reason);
        }

        @Override
        public void failed(Bug bug) {
            bugs.add(bug);
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    TlsIdentity identity(Authority authority, String name) {
        return identity(authority, name, YEAR, InstantSource.fixed(NOW));
    }

    TlsIdentity identity(Authority authority, String name, Validity validity, InstantSource clock) {
        Sm2PrivateKey own = key();
        Authority issuer = authority.issuer("taxation", key(), YEAR, random);
        X509Certificate leaf = issuer.leaf(name, own.publicKey(), validity, random);
        return new TlsIdentity(List.of(leaf, issuer.certificate()), own, authority.certificate(), clock, random);
    }

    /// A free port below those that the system hands out: who dials a closed port of its own range can
    /// meet itself there, and then nobody can listen on it.
    int quietPort() {
        while (true) {
            int port = 20_000 + (new BigInteger(1, random.bytes(4)).intValue() & 0x1fff);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException e) {
                // Taken: the next one.
            }
        }
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    Transport start(PartyId self, int port, Map<PartyId, Integer> ports, Heard heard) {
        return start(self, port, ports, heard, 1_000, identity(root, self.name()));
    }

    Transport start(PartyId self, int port, Map<PartyId, Integer> ports, Heard heard, long beat, TlsIdentity identity) {
        return start(self, port, ports, heard, beat, identity, PeerLimits.ample());
    }

    Transport start(
            PartyId self,
            int port,
            Map<PartyId, Integer> ports,
            Heard heard,
            long beat,
            TlsIdentity identity,
            PeerLimits limits) {
        TreeMap<PartyId, InetSocketAddress> peers = new TreeMap<>();
        ports.forEach((peer, number) -> peers.put(peer, loopback(number)));
        TransportConfig config = new TransportConfig(self, loopback(port), peers, beat, 500, 64, 64L << 20, limits);
        Transport transport = Transport.start(config, identity, random.fork(self.name() + port), heard);
        open.add(transport);
        return transport;
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(20);
        }
    }

    static boolean connected(Transport transport, int count) {
        return transport.peers().stream().filter(PeerStatistics::connected).count() == count;
    }

    static @Nullable String next(LinkedBlockingQueue<String> queue) throws InterruptedException {
        return queue.poll(120, TimeUnit.SECONDS);
    }
}
