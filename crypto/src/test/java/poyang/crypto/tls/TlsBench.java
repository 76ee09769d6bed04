package poyang.crypto.tls;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.BCSSLEngine;
import org.bouncycastle.jsse.BCSSLParameters;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.RandomSource;

/// Links between processes, TLS 1.3 with SM2, SM3 and SM4-GCM and certificates on both sides, beside
/// BouncyCastle's own cryptography under the same protocol code: `./poyang bench tls [--json]`.
///
/// Both ends run on one thread, joined in memory, so a figure is the work of both sides together. The candidates
/// are warmed alike, take turns, and each turn lasts at least 300 ms of the thread's CPU time; the median
/// of seven turns counts. A record is 16 KiB.
public final class TlsBench {
    private static final int ROUNDS = 7;
    private static final int WARM_ROUNDS = 10;
    private static final long TURN_NANOS = 300_000_000L;
    private static final int RECORD_BYTES = 1 << 14;

    /// Kept here, for the platform forgets loggers that nobody holds.
    private static final Logger PROVIDER_LOG = Logger.getLogger("org.bouncycastle.jsse");

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final RandomSource random = new SeededRandom(new byte[32], "tls-bench");
    private final Instant now = Instant.parse("2026-11-23T10:00:00Z");
    private final Validity year = new Validity(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(365)));
    private final Authority root = Certificates.root("root", key(), year, random);
    private final Authority issuer = root.issuer("issuer", key(), year, random);
    private final Map<String, Candidate> candidates = new LinkedHashMap<>();

    /// @param unitsEach done by one call
    private record Candidate(double unitsEach, Runnable call) {}

    private TlsBench() {}

    public static void main(String[] arguments) throws GeneralSecurityException {
        PROVIDER_LOG.setLevel(Level.OFF);
        TlsBench bench = new TlsBench();
        bench.prepare();
        bench.report(bench.measure(), List.of(arguments).contains("--json"));
    }

    private Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    /// One end's certificates and key.
    private final class End {
        private final Sm2PrivateKey key = key();
        private final List<X509Certificate> chain;
        private final TlsIdentity identity;

        End(String name) {
            chain = List.of(issuer.leaf(name, key.publicKey(), year, random), issuer.certificate());
            identity = new TlsIdentity(chain, key, root.certificate(), InstantSource.fixed(now), random);
        }

        SSLContext ours() {
            return identity.sslContext();
        }

        /// The provider's own curve, signatures, ciphers and random numbers; the same keys and rules.
        SSLContext theirs() throws GeneralSecurityException {
            SSLContext context = SSLContext.getInstance(
                    "TLSv1.3",
                    new BouncyCastleJsseProvider(
                            false, new JcaTlsCryptoProvider().setProvider(new BouncyCastleProvider())));
            context.init(
                    new KeyManager[] {new ForeignKey(chain, key)},
                    new TrustManager[] {new RootTrust(identity)},
                    new SecureRandom());
            return context;
        }
    }

    private static SSLEngine setUp(SSLEngine engine, boolean client) {
        engine.setUseClientMode(client);
        if (engine instanceof BCSSLEngine bouncy) {
            BCSSLParameters parameters = bouncy.getParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setCipherSuites(new String[] {"TLS_SM4_GCM_SM3"});
            parameters.setNamedGroups(new String[] {"curveSM2"});
            parameters.setSignatureSchemes(new String[] {"sm2sig_sm3"});
            parameters.setSignatureSchemesCert(new String[] {"sm2sig_sm3"});
            parameters.setNeedClientAuth(true);
            bouncy.setParameters(parameters);
        }
        return engine;
    }

    private static Handshake link(SSLContext client, SSLContext server) {
        Handshake made = new Handshake(
                setUp(client.createSSLEngine("127.0.0.1", 1), true), setUp(server.createSSLEngine(), false));
        if (made.client().failure().isPresent() || made.server().failure().isPresent()) {
            throw new IllegalStateException("the handshake failed: "
                    + made.client().failure() + made.server().failure());
        }
        return made;
    }

    private void prepare() throws GeneralSecurityException {
        End client = new End("client");
        End server = new End("server");
        SSLContext ourClient = client.ours();
        SSLContext ourServer = server.ours();
        SSLContext theirClient = client.theirs();
        SSLContext theirServer = server.theirs();
        candidates.put("handshakes", new Candidate(1, () -> link(ourClient, ourServer)));
        candidates.put("handshakesBouncyCastle", new Candidate(1, () -> link(theirClient, theirServer)));
        candidates.put("recordBytes", records(link(ourClient, ourServer)));
        candidates.put("recordBytesBouncyCastle", records(link(theirClient, theirServer)));
    }

    /// Sealing a record and opening it at the other end.
    private Candidate records(Handshake made) {
        SSLEngine from = made.client().engine;
        SSLEngine to = made.server().engine;
        byte[] message = random.bytes(RECORD_BYTES);
        ByteBuffer wire = ByteBuffer.allocate(1 << 16);
        ByteBuffer got = ByteBuffer.allocate(1 << 16);
        return new Candidate(RECORD_BYTES, () -> {
            try {
                wire.clear();
                got.clear();
                from.wrap(ByteBuffer.wrap(message), wire);
                wire.flip();
                while (wire.hasRemaining()) {
                    to.unwrap(wire, got);
                }
            } catch (SSLException e) {
                throw new IllegalStateException(e);
            }
            if (got.position() != RECORD_BYTES) {
                throw new IllegalStateException("a record was lost");
            }
        });
    }

    private Map<String, Double> measure() {
        Map<String, double[]> rates = new LinkedHashMap<>();
        candidates.keySet().forEach(name -> rates.put(name, new double[ROUNDS]));
        for (int round = -WARM_ROUNDS; round < ROUNDS; round++) {
            for (Map.Entry<String, Candidate> candidate : candidates.entrySet()) {
                double rate = turn(candidate.getValue());
                if (round >= 0) {
                    Objects.requireNonNull(rates.get(candidate.getKey()))[round] = rate;
                }
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        rates.forEach((name, all) -> {
            Arrays.sort(all);
            medians.put(name, all[ROUNDS / 2]);
        });
        return medians;
    }

    private static double turn(Candidate candidate) {
        long calls = 0;
        long start = THREADS.getCurrentThreadCpuTime();
        long used;
        do {
            candidate.call().run();
            calls++;
            used = THREADS.getCurrentThreadCpuTime() - start;
        } while (used < TURN_NANOS);
        return calls * candidate.unitsEach() * 1e9 / used;
    }

    private void report(Map<String, Double> rates, boolean json) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (String name : List.of("handshakes", "recordBytes")) {
            ratios.put(
                    name + "VsBouncyCastle",
                    Objects.requireNonNull(rates.get(name)) / Objects.requireNonNull(rates.get(name + "BouncyCastle")));
        }
        System.out.printf(Locale.ROOT, "%-30s %16s%n", "both ends on one thread", "per CPU second");
        rates.forEach((name, rate) -> System.out.printf(Locale.ROOT, "%-30s %,16.0f%n", name, rate));
        System.out.println();
        ratios.forEach((name, ratio) -> System.out.printf(Locale.ROOT, "%-34s %8.2f%n", name, ratio));
        if (json) {
            System.out.println("{\"perCpuSecond\":" + object(rates) + ",\"ratios\":" + object(ratios) + "}");
        }
    }

    private static String object(Map<String, Double> values) {
        StringBuilder text = new StringBuilder("{");
        values.forEach((name, value) -> text.append(text.length() == 1 ? "" : ",")
                .append(String.format(Locale.ROOT, "\"%s\":%.3f", name, value)));
        return text.append('}').toString();
    }
}
