package poyang.crypto;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.SM2Signer;
import poyang.crypto.VerificationKey.Check;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// The primitives beside BouncyCastle's and OpenSSL's in one run: `./poyang bench crypto [--json]`.
///
/// All candidates are warmed alike, by twelve turns each, and take turns; each turn lasts at least 120 ms of
/// the thread's CPU time; the median of nine turns counts, by CPU time, with wall time beside it. BouncyCastle is used
/// with
/// its hand-written curve and key objects that are made once, its fastest known setting.
public final class CryptoBench {
    private static final int ROUNDS = 9;
    private static final int WARM_ROUNDS = 12;
    private static final long TURN_NANOS = 120_000_000L;
    private static final int SIGNERS = 64;
    private static final int MESSAGE_BYTES = 100;
    private static final int BULK_BYTES = 65_536;
    private static final int HASHES = 1024;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<String, Double> cpuRates = new LinkedHashMap<>();
    private final Map<String, Double> wallRates = new LinkedHashMap<>();

    /// @param unitsEach operations, or bytes, done by one call
    private record Candidate(String name, double unitsEach, Runnable call) {}

    private CryptoBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean json = List.of(arguments).contains("--json");
        CryptoBench bench = new CryptoBench();
        bench.signatures();
        bench.agreement();
        bench.bulk();
        bench.measure();
        double scaling = bench.scaling();
        Map<String, Double> openssl = openssl();
        bench.report(openssl, scaling, json);
    }

    private void add(String name, double unitsEach, Runnable call) {
        candidates.add(new Candidate(name, unitsEach, call));
    }

    // ---- what is measured ----------------------------------------------------------------------

    private static final class Signer {
        private final Sm2PrivateKey key;
        private final byte[] message;
        private final Signature signature;

        Signer(RandomSource random) {
            key = Sm2PrivateKey.generate(random);
            message = random.bytes(MESSAGE_BYTES);
            signature = key.sign(message);
        }
    }

    private static final ECDomainParameters DOMAIN = new ECDomainParameters(CustomNamedCurves.getByName("sm2p256v1"));

    private static SM2Signer theirs(boolean signing, CipherParameters key) {
        SM2Signer signer = new SM2Signer(PlainDSAEncoding.INSTANCE);
        signer.init(signing, key);
        return signer;
    }

    private static ECPublicKeyParameters theirKey(Bytes encoded) {
        return new ECPublicKeyParameters(DOMAIN.getCurve().decodePoint(encoded.toArray()), DOMAIN);
    }

    private static boolean theirVerify(SM2Signer signer, Signer from) {
        signer.update(from.message, 0, from.message.length);
        return signer.verifySignature(from.signature.rs().toArray());
    }

    private static void must(boolean held) {
        if (!held) {
            throw new IllegalStateException("a right answer was refused");
        }
    }

    private void signatures() {
        RandomSource random = new SeededRandom(new byte[32], "crypto-bench");
        Signer known = new Signer(random);
        for (int i = 0; i < 4 * SeenKeys.USES_BEFORE_COMB; i++) {
            must(known.key.publicKey().verify(known.message, known.signature));
        }
        add("sm2VerifyCached", 1, () -> must(known.key.publicKey().verify(known.message, known.signature)));
        SM2Signer verifier = theirs(false, theirKey(known.key.publicKey().encoded()));
        add("sm2VerifyBouncyCastle", 1, () -> must(theirVerify(verifier, known)));

        // more keys in turn than the process remembers, so that each is met as a new one
        List<Signer> strangers = new ArrayList<>();
        for (int i = 0; i < 5 * SIGNERS; i++) {
            strangers.add(new Signer(random));
        }
        AtomicLong next = new AtomicLong();
        add("sm2VerifyNewKey", 1, () -> {
            Signer stranger = strangers.get((int) (next.getAndIncrement() % strangers.size()));
            must(Sm2PublicKey.decode(stranger.key.publicKey().encoded().toArray())
                    .verify(stranger.message, stranger.signature));
        });
        AtomicLong theirNext = new AtomicLong();
        add("sm2VerifyNewKeyBouncyCastle", 1, () -> {
            Signer stranger = strangers.get((int) (theirNext.getAndIncrement() % strangers.size()));
            must(theirVerify(theirs(false, theirKey(stranger.key.publicKey().encoded())), stranger));
        });
        AtomicLong batchNext = new AtomicLong();
        add("sm2VerifyBatch64", SIGNERS, () -> {
            int from = (int) (batchNext.getAndIncrement() % 5) * SIGNERS;
            List<Check> checks = new ArrayList<>();
            for (Signer stranger : strangers.subList(from, from + SIGNERS)) {
                checks.add(new Check(
                        Sm2PublicKey.decode(stranger.key.publicKey().encoded().toArray()),
                        Bytes.wrap(stranger.message),
                        stranger.signature));
            }
            must(!VerificationKey.verifyBatch(checks).contains(false));
        });

        add("sm2Sign", 1, () -> known.key.sign(known.message));
        ECPrivateKeyParameters theirSecret = new ECPrivateKeyParameters(new BigInteger(1, known.key.scalar()), DOMAIN);
        SM2Signer signer = theirs(true, new ParametersWithRandom(theirSecret));
        add("sm2SignBouncyCastle", 1, () -> {
            signer.update(known.message, 0, known.message.length);
            try {
                must(signer.generateSignature().length == 64);
            } catch (CryptoException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void agreement() {
        RandomSource random = new SeededRandom(new byte[32], "agreement");
        Sm2PrivateKey a = Sm2PrivateKey.generate(random);
        Sm2PrivateKey b = Sm2PrivateKey.generate(random);
        byte[] id = "bench".getBytes(StandardCharsets.US_ASCII);
        byte[] theirs = Sm2KeyAgreement.responder(b, id, random).ephemeral().toArray();
        add("sm2Agreement", 1, () -> {
            try (Sm2KeyAgreement side = Sm2KeyAgreement.initiator(a, id, random)) {
                must(side.agree(b.publicKey(), id, theirs, 16).key().length == 16);
            }
        });
        byte[] message = random.bytes(16);
        byte[] ciphertext = Sm2Encryption.encrypt(a.publicKey(), message, random);
        add("sm2Encrypt", 1, () -> Sm2Encryption.encrypt(a.publicKey(), message, random));
        add("sm2Decrypt", 1, () -> must(Arrays.equals(message, Sm2Encryption.decrypt(a, ciphertext))));
    }

    private void bulk() {
        RandomSource random = new SeededRandom(new byte[32], "bulk");
        byte[] data = random.bytes(BULK_BYTES);
        byte[] out = new byte[BULK_BYTES + 32];
        byte[] key = random.bytes(16);
        byte[] nonce = random.bytes(12);
        byte[] counter = random.bytes(16);
        add("sm3Bulk", BULK_BYTES, () -> Sm3.digest(data));
        SM3Digest digest = new SM3Digest();
        add("sm3BulkBouncyCastle", BULK_BYTES, () -> {
            digest.update(data, 0, data.length);
            digest.doFinal(out, 0);
        });
        add("sm3Batch", HASHES, () -> Sm3.digestMany(data, 64, HASHES));
        add("sm3BatchBouncyCastle", HASHES, () -> {
            for (int i = 0; i < HASHES; i++) {
                digest.update(data, 64 * i, 64);
                digest.doFinal(out, 0);
            }
        });
        Sm4 cipher = new Sm4(key);
        add("sm4Ctr", BULK_BYTES, () -> cipher.unauthenticatedCtr(counter.clone(), data, 0, out, 0, BULK_BYTES));
        SICBlockCipher theirCtr = (SICBlockCipher) SICBlockCipher.newInstance(new SM4Engine());
        add("sm4CtrBouncyCastle", BULK_BYTES, () -> {
            theirCtr.init(true, new ParametersWithIV(new KeyParameter(key), counter));
            theirCtr.processBytes(data, 0, data.length, out, 0);
        });
        add("sm4Gcm", BULK_BYTES, () -> cipher.gcmEncrypt(nonce, counter, data, 16));
        GCMBlockCipher theirGcm = (GCMBlockCipher) GCMBlockCipher.newInstance(new SM4Engine());
        AtomicLong nonces = new AtomicLong();
        add("sm4GcmBouncyCastle", BULK_BYTES, () -> {
            // BouncyCastle refuses a nonce that it has just seen
            byte[] fresh = nonce.clone();
            fresh[0] = (byte) nonces.getAndIncrement();
            theirGcm.init(true, new AEADParameters(new KeyParameter(key), 128, fresh, counter));
            try {
                int written = theirGcm.processBytes(data, 0, data.length, out, 0);
                theirGcm.doFinal(out, written);
            } catch (InvalidCipherTextException e) {
                throw new IllegalStateException(e);
            }
        });
        byte[] small = random.bytes(1024);
        add("sm4Gcm1KiB", small.length, () -> Sm4Gcm.encrypt(key, nonce, counter, small));
    }

    // ---- measuring -----------------------------------------------------------------------------

    private void measure() {
        double[][] cpu = new double[candidates.size()][ROUNDS];
        double[][] wall = new double[candidates.size()][ROUNDS];
        for (int round = -WARM_ROUNDS; round < ROUNDS; round++) {
            for (int c = 0; c < candidates.size(); c++) {
                double[] rates = turn(candidates.get(c));
                if (round >= 0) {
                    cpu[c][round] = rates[0];
                    wall[c][round] = rates[1];
                }
            }
        }
        for (int c = 0; c < candidates.size(); c++) {
            Arrays.sort(cpu[c]);
            Arrays.sort(wall[c]);
            cpuRates.put(candidates.get(c).name(), cpu[c][ROUNDS / 2]);
            wallRates.put(candidates.get(c).name(), wall[c][ROUNDS / 2]);
        }
    }

    private static double[] turn(Candidate candidate) {
        long calls = 0;
        long wallStart = System.nanoTime();
        long start = THREADS.getCurrentThreadCpuTime();
        long used;
        do {
            candidate.call().run();
            calls++;
            used = THREADS.getCurrentThreadCpuTime() - start;
        } while (used < TURN_NANOS);
        double units = calls * candidate.unitsEach();
        return new double[] {units * 1e9 / used, units * 1e9 / (System.nanoTime() - wallStart)};
    }

    /// Cached verification on two threads over one, by the sum of the threads' CPU-time rates; median.
    private double scaling() throws InterruptedException {
        Candidate candidate = candidates.getFirst();
        double[] ratios = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            double one = turn(candidate)[0];
            double[] rates = new double[2];
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int at = i;
                threads.add(Thread.ofPlatform().start(() -> rates[at] = turn(candidate)[0]));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            ratios[round] = (rates[0] + rates[1]) / one;
        }
        Arrays.sort(ratios);
        return ratios[ROUNDS / 2];
    }

    /// Signatures and verifications a second by `openssl speed`, median of five; empty without the command.
    private static Map<String, Double> openssl() throws InterruptedException {
        List<Double> signs = new ArrayList<>();
        List<Double> verifies = new ArrayList<>();
        Pattern line = Pattern.compile("\\((?:Curve)?SM2\\).*?([0-9.]+)\\s+([0-9.]+)\\s*$");
        try {
            for (int i = 0; i < 5; i++) {
                Process process = new ProcessBuilder("openssl", "speed", "-seconds", "1", "sm2")
                        .redirectErrorStream(true)
                        .start();
                try (BufferedReader reader =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                    for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                        Matcher matcher = line.matcher(text);
                        if (matcher.find()) {
                            signs.add(Double.valueOf(matcher.group(1)));
                            verifies.add(Double.valueOf(matcher.group(2)));
                        }
                    }
                }
                process.waitFor();
            }
        } catch (IOException e) {
            return Map.of();
        }
        if (signs.isEmpty()) {
            return Map.of();
        }
        signs.sort(null);
        verifies.sort(null);
        return Map.of("sm2Sign", signs.get(signs.size() / 2), "sm2Verify", verifies.get(verifies.size() / 2));
    }

    // ---- reporting -----------------------------------------------------------------------------

    private double rate(String name) {
        return Objects.requireNonNull(cpuRates.get(name), name);
    }

    private void report(Map<String, Double> openssl, double scaling, boolean json) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("sm2VerifyCachedVsBouncyCastle", rate("sm2VerifyCached") / rate("sm2VerifyBouncyCastle"));
        ratios.put("sm2VerifyNewKeyVsBouncyCastle", rate("sm2VerifyNewKey") / rate("sm2VerifyNewKeyBouncyCastle"));
        Double opensslVerify = openssl.get("sm2Verify");
        if (opensslVerify != null) {
            ratios.put("sm2VerifyCachedVsOpenssl", rate("sm2VerifyCached") / opensslVerify);
            ratios.put("sm2SignVsOpenssl", rate("sm2Sign") / Objects.requireNonNull(openssl.get("sm2Sign")));
        }
        ratios.put("sm2SignVsBouncyCastle", rate("sm2Sign") / rate("sm2SignBouncyCastle"));
        ratios.put("sm3BatchVsBouncyCastle", rate("sm3Batch") / rate("sm3BatchBouncyCastle"));
        ratios.put("sm3BulkVsBouncyCastle", rate("sm3Bulk") / rate("sm3BulkBouncyCastle"));
        ratios.put("sm4CtrVsBouncyCastle", rate("sm4Ctr") / rate("sm4CtrBouncyCastle"));
        ratios.put("sm4GcmVsBouncyCastle", rate("sm4Gcm") / rate("sm4GcmBouncyCastle"));
        ratios.put("sm2VerifyBatch64VsSingle", rate("sm2VerifyBatch64") / rate("sm2VerifyNewKey"));
        ratios.put("scalingTwoThreads", scaling);

        System.out.printf(Locale.ROOT, "%-30s %16s %16s%n", "", "per CPU second", "per second");
        cpuRates.forEach((name, value) -> System.out.printf(
                Locale.ROOT, "%-30s %,16.0f %,16.0f%n", name, value, Objects.requireNonNull(wallRates.get(name))));
        openssl.forEach((name, value) -> System.out.printf(Locale.ROOT, "%-30s %,16.0f%n", "openssl " + name, value));
        System.out.println();
        ratios.forEach((name, value) -> System.out.printf(Locale.ROOT, "%-34s %8.2f%n", name, value));
        if (json) {
            System.out.println("{\"unit\":\"operations or bytes\",\"perCpuSecond\":" + object(cpuRates)
                    + ",\"perSecond\":" + object(wallRates) + ",\"openssl\":" + object(openssl) + ",\"ratios\":"
                    + object(ratios) + "}");
        }
    }

    private static String object(Map<String, Double> values) {
        StringBuilder text = new StringBuilder("{");
        values.forEach((name, value) -> text.append(text.length() == 1 ? "" : ",")
                .append(String.format(Locale.ROOT, "\"%s\":%.3f", name, value)));
        return text.append('}').toString();
    }
}
