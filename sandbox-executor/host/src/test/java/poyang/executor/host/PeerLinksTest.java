package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.VerificationKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.GrpcTls;
import poyang.sdk.NodeAddress;

/// The stream between two executors over real TLS: who may open it, what it carries, how it ends.
@Timeout(60)
final class PeerLinksTest {
    private static final JobPlan PLAN = JobPlan.Collision.of("a", "b", "text", "dh-sm2");
    private static final int FRAME_BYTES = 300_000;

    private final RandomSource random = new SeededRandom(new byte[32], "peer-links-test");
    private final InstantSource clock = InstantSource.system();
    private final Validity validity = new Validity(
            clock.instant().minus(Duration.ofDays(1)), Instant.now().plus(Duration.ofDays(9)));
    private final Authority root = Certificates.root("root", Sm2PrivateKey.generate(random), validity, random);
    private final Map<String, Sm2PublicKey> chain = new TreeMap<>();
    private final Sm2PrivateKey left = Sm2PrivateKey.generate(random);
    private final Sm2PrivateKey right = Sm2PrivateKey.generate(random);

    @SuppressWarnings("NullAway.Init") // made before each test
    private PeerLinks waiting;

    @SuppressWarnings("NullAway.Init")
    private Server server;

    @BeforeEach
    void start() throws Exception {
        chain.put("taxation/executor", left.publicKey());
        chain.put("housing/executor", right.publicKey());
        TlsIdentity own = identity("housing-executor");
        waiting = new PeerLinks("housing", right, this::key, own, List.of(new NodeAddress("taxation", "127.0.0.1", 9)));
        server = GrpcTls.server(own, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), _ -> {})
                .addService(ServerInterceptors.intercept(waiting, PeerLinks.callerNames()))
                .build()
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        waiting.close();
        server.shutdownNow().awaitTermination();
    }

    private List<VerificationKey> key(String account) {
        return Optional.<VerificationKey>ofNullable(chain.get(account)).stream().toList();
    }

    private TlsIdentity identity(String name) {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        X509Certificate leaf = root.leaf(name, key.publicKey(), validity, random);
        return new TlsIdentity(List.of(leaf), key, root.certificate(), clock, random);
    }

    private PeerLinks dialler(String tlsName, Sm2PrivateKey account) {
        return new PeerLinks(
                "taxation",
                account,
                this::key,
                identity(tlsName),
                List.of(new NodeAddress("housing", "127.0.0.1", server.getPort())));
    }

    private static JobFacts facts(String self, String peer, int attempt) {
        return new JobFacts("0123", attempt, new PartyId(self), new PartyId(peer), true, PLAN);
    }

    private CompletableFuture<PeerStream> waits(int attempt, long millis) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return waiting.await(facts("housing", "taxation", attempt), new PartyId("taxation"), millis);
            } catch (InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    /// Against an implementation of its own.
    @Test
    void helloSignsOneForm() throws IOException {
        try (InputStream golden =
                Objects.requireNonNull(PeerLinksTest.class.getResourceAsStream("/vectors/peer-hello.txt"))) {
            String text = new String(golden.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(
                    text.lines().skip(1).findFirst().orElseThrow(),
                    Bytes.wrap(PeerLinks.message("3f1c", 2, "taxation", "housing"))
                            .hex());
        }
    }

    @Test
    void framesArriveInOrderThoughNobodyReadsForAWhile() throws Exception {
        try (PeerLinks dialling = dialler("taxation-executor", left)) {
            CompletableFuture<PeerStream> other = waits(1, 10_000);
            PeerStream here = dialling.dial(facts("taxation", "housing", 1), new PartyId("housing"), 10_000);
            PeerStream there = other.get();
            CompletableFuture<Boolean> sent = CompletableFuture.supplyAsync(() -> {
                try {
                    for (int i = 0; i < 60; i++) {
                        here.send(frame(i));
                    }
                    here.finish();
                    return true;
                } catch (InterruptedException e) {
                    throw new CompletionException(e);
                }
            });
            Thread.sleep(500);
            assertEquals(false, sent.isDone(), "18 MB are not buffered for a peer that does not read");
            for (int i = 0; i < 60; i++) {
                assertEquals(frame(i), there.receive().orElseThrow());
            }
            assertEquals(Optional.empty(), there.receive());
            there.send(frame(99));
            assertEquals(frame(99), here.receive().orElseThrow());
            PoyangException why = new PoyangException(KernelErrors.PEER_MISBEHAVED, "it lied", "do not");
            there.abort(why);
            assertEquals(
                    HostErrors.PEER_ENDED,
                    assertThrows(PoyangException.class, here::receive).code());
        }
    }

    private static Bytes frame(int number) {
        byte[] frame = new byte[FRAME_BYTES];
        frame[0] = (byte) number;
        return Bytes.wrap(frame);
    }

    @Test
    void strangersImpostorsAndOtherAttemptsAreRefused() throws Exception {
        CompletableFuture<PeerStream> nobody = waits(1, 3_000);
        Sm2PrivateKey stranger = Sm2PrivateKey.generate(random);
        for (PeerLinks impostor :
                List.of(dialler("taxation-executor", stranger), dialler("medical-insurance-executor", left))) {
            try (impostor) {
                assertThrows(
                        PoyangException.class,
                        () -> impostor.dial(facts("taxation", "housing", 1), new PartyId("housing"), 300));
            }
        }
        try (PeerLinks dialling = dialler("taxation-executor", left)) {
            assertThrows(
                    PoyangException.class,
                    () -> dialling.dial(
                            facts("taxation", "medical-insurance", 1), new PartyId("medical-insurance"), 300));
        }
        CompletionException late = assertThrows(CompletionException.class, nobody::join);
        PoyangException lost = assertInstanceOf(PoyangException.class, late.getCause());
        assertEquals(KernelErrors.PEER_LOST, lost.code());
    }

    @Test
    void aPeerThatDiesIsNoticed() throws Exception {
        try (PeerLinks dialling = dialler("taxation-executor", left)) {
            CompletableFuture<PeerStream> other = waits(2, 10_000);
            PeerStream here = dialling.dial(facts("taxation", "housing", 2), new PartyId("housing"), 10_000);
            PeerStream _ = other.get();
            server.shutdownNow();
            assertEquals(
                    KernelErrors.PEER_LOST,
                    assertThrows(PoyangException.class, here::receive).code());
        }
    }
}
