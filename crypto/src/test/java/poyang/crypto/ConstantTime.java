package poyang.crypto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.function.ToIntFunction;
import poyang.crypto.curve.CurveSubjects;
import poyang.crypto.curve.Sm2Secret;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;

/// Does an operation's time depend on its secret? `./poyang bench constant-time [--seconds N] [--only WORD] [--json]`
///
/// Times of calls with one fixed, unusual secret are held against times of calls with a secret of its own
/// in each pool slot, in a random order, on the same machine, in the same minutes. Welch's t says how many
/// standard errors apart the means lie; above 4.5 a difference is taken as real, from 10 on it is a leak.
///
/// Rounds are independent: each has new pools, new random secrets, new places in memory; the subjects take
/// turns round by round. A test's t over all rounds is Σ t / √rounds, which lets a difference that is there
/// each time add up. Beside it stands the median over rounds of the largest |t|, which one disturbed round
/// cannot move. "resolution" is the difference of the means that 4.5 would have been reached at: what is
/// smaller, this run does not see.
///
/// Two controls leak on purpose, double-and-add and a comparison that stops at the first difference; when
/// either is not found, or a real subject leaks, the exit code is 1.
///
/// What it shows: on this processor, with this virtual machine, no difference above the resolution between
/// the chosen secret and random ones. What it cannot show: leaks between other classes of secrets; leaks
/// through power, through caches seen by a neighbour, or below the resolution; another processor, where
/// multiplication may take a time of its own, or another compiler's code. The source has to be free of
/// secret branches and indices as well, and is written so.
///
/// Source: Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?", DATE 2017.
public final class ConstantTime {
    static final double FLAGGED = 4.5;
    static final double LEAK = 10;
    private static final int ROUNDS = 10;
    private static final int POOL = 256;
    private static final int CAPACITY = 1 << 19;
    private static final int DEFAULT_SECONDS = 10;
    private static final int COMPARISONS = 64;
    private static final int DIGEST_BYTES = 32;
    private static final int KEY_BYTES = 16;
    private static final byte[] ID = "timing".getBytes(StandardCharsets.US_ASCII);

    private final List<Subject> subjects = new ArrayList<>();
    private final RandomSource random = ProcessRandom.open("timing");
    private final SplittableRandom order = new SplittableRandom(random.nextLong());
    private final TimingSample sample = new TimingSample(CAPACITY);
    private long sink;

    private ConstantTime() {}

    /// A row of the report.
    private static final class Subject {
        private final String name;
        private final String fixed;
        private final boolean control;
        private final TimingSubject.Pool pool;
        private final double[][] tests = new double[ROUNDS][];
        private final double[] differences = new double[ROUNDS];
        private final double[] errors = new double[ROUNDS];
        private double meanNanos;
        private long calls;

        Subject(String name, String fixed, boolean control, TimingSubject.Pool pool) {
            this.name = name;
            this.fixed = fixed;
            this.control = control;
            this.pool = pool;
        }

        void took(int round, TimingSample sample) {
            tests[round] = sample.tests();
            Welch main = sample.main();
            differences[round] = main.mean(1) - main.mean(0);
            errors[round] = main.error();
            meanNanos += main.mean(0) / ROUNDS;
            calls += sample.count();
        }

        double combined(int test) {
            double sum = 0;
            for (double[] round : tests) {
                sum += round[test];
            }
            return sum / Math.sqrt(ROUNDS);
        }

        int worstTest() {
            int worst = 0;
            for (int test = 1; test < TimingSample.TESTS; test++) {
                if (Math.abs(combined(test)) > Math.abs(combined(worst))) {
                    worst = test;
                }
            }
            return worst;
        }

        double worst() {
            return Math.abs(combined(worstTest()));
        }

        /// The median over rounds of the largest |t|.
        double median() {
            double[] largest = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                largest[round] =
                        Arrays.stream(tests[round]).map(Math::abs).max().orElse(0);
            }
            Arrays.sort(largest);
            return (largest[ROUNDS / 2 - 1] + largest[ROUNDS / 2]) / 2;
        }

        double differenceNanos() {
            return Arrays.stream(differences).average().orElse(0);
        }

        double resolutionNanos() {
            double variance = Arrays.stream(errors).map(e -> e * e).sum() / ROUNDS / ROUNDS;
            return FLAGGED * Math.sqrt(variance);
        }

        String verdict() {
            if (control) {
                return worst() > LEAK ? "found, as it must be" : "NOT FOUND: this run shows nothing";
            }
            if (worst() > LEAK) {
                return "LEAKS";
            }
            return worst() > FLAGGED ? "flagged: measure longer" : "no difference found";
        }

        boolean failed() {
            return control != worst() > LEAK;
        }
    }

    public static void main(String[] arguments) {
        List<String> given = List.of(arguments);
        int at = given.indexOf("--seconds");
        double seconds = DEFAULT_SECONDS;
        if (at >= 0) {
            if (at + 1 == given.size() || !given.get(at + 1).matches("[1-9][0-9]{0,4}")) {
                System.err.println("--seconds takes a number of seconds for each operation, such as 10");
                System.exit(2);
            }
            seconds = Integer.parseInt(given.get(at + 1));
        }
        ConstantTime timing = new ConstantTime();
        timing.controls();
        timing.signatures();
        timing.decryption();
        timing.agreement();
        timing.arithmetic();
        int word = given.indexOf("--only");
        if (word >= 0) {
            timing.keep(word + 1 == given.size() ? "" : given.get(word + 1));
        }
        timing.measure(seconds);
        boolean failed = timing.report(given.contains("--json"));
        System.exit(failed ? 1 : 0);
    }

    /// Leaves out all but the controls and what has the word in its name.
    private void keep(String word) {
        subjects.removeIf(subject -> !subject.control && !subject.name.contains(word));
        if (subjects.stream().allMatch(subject -> subject.control)) {
            System.err.println("--only takes a word of an operation's name, such as sign");
            System.exit(2);
        }
    }

    // ---- what is measured ----------------------------------------------------------------------

    private void add(String name, String fixed, TimingSubject.Pool pool) {
        subjects.add(new Subject(name, fixed, false, pool));
    }

    private void controls() {
        subjects.add(new Subject(
                "control: double-and-add",
                "k = 2^255 + 1",
                true,
                (fixed, source) -> new ScalarSubject(fixed, source, CurveSubjects::leakyDoubleAndAdd)));
        subjects.add(new Subject(
                "control: early exit",
                "last byte differs",
                true,
                (fixed, source) -> new Comparison(fixed, source, ConstantTime::leakyEquals)));
    }

    /// Stops at the first difference: LEAKY, the second positive control.
    private static boolean leakyEquals(byte[] a, byte[] b) {
        for (int i = 0; i < a.length; i++) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        return true;
    }

    /// The scalars of a pool: the sparse one, or one drawn for the slot.
    private static byte[][] scalars(boolean[] fixed, RandomSource random) {
        byte[][] scalars = new byte[fixed.length][];
        for (int i = 0; i < fixed.length; i++) {
            byte[] sparse = CurveSubjects.sparseScalar();
            scalars[i] = CurveSubjects.randomScalar(random);
            if (fixed[i]) {
                System.arraycopy(sparse, 0, scalars[i], 0, sparse.length);
            }
        }
        return scalars;
    }

    private static Sm2PrivateKey[] keys(boolean[] fixed, RandomSource random) {
        return Arrays.stream(scalars(fixed, random)).map(Sm2PrivateKey::of).toArray(Sm2PrivateKey[]::new);
    }

    private static byte[][] strings(int count, int length, RandomSource random) {
        byte[][] strings = new byte[count][];
        Arrays.setAll(strings, i -> random.bytes(length));
        return strings;
    }

    /// Brings all of the key into the cache before the window. Without it the places of the objects show:
    /// copies of one key share what this process remembers of it, so they lie nearer to each other.
    private static void touch(Sm2PrivateKey key) {
        key.sign(ID);
        key.publicKey().point().x();
    }

    private void signatures() {
        add("SM2 sign: key", "d = 2^255 + 1", (fixed, source) -> new TimingSubject() {
            private final Sm2PrivateKey[] keys = keys(fixed, source);
            private final byte[] message = new byte[DIGEST_BYTES];
            private Sm2PrivateKey key = keys[0];

            @Override
            public void prepare(int slot) {
                key = keys[slot];
                touch(key);
                source.fill(message);
            }

            @Override
            public int call() {
                return key.sign(message).parity();
            }
        });
        add("SM2 sign: nonce", "k = 2^255 + 1", (fixed, source) -> new TimingSubject() {
            private final byte[][] nonces = scalars(fixed, source);
            private final Sm2Secret key = Sm2Secret.random(source);
            private final byte[] nonce = new byte[DIGEST_BYTES];
            private final byte[] digest = new byte[DIGEST_BYTES];

            @Override
            public void prepare(int slot) {
                System.arraycopy(nonces[slot], 0, nonce, 0, nonce.length);
                source.fill(digest);
            }

            @Override
            public int call() {
                Optional<Sm2Secret.Signed> signed = key.sign(digest, nonce);
                return signed.isPresent() ? signed.get().parity() : 2;
            }
        });
    }

    private void decryption() {
        add("SM2 decrypt: key", "d = 2^255 + 1", (fixed, source) -> new TimingSubject() {
            private final Sm2PrivateKey[] keys = keys(fixed, source);
            private final byte[][] ciphertexts = new byte[keys.length][];
            private final byte[] ciphertext;
            private Sm2PrivateKey key = keys[0];

            {
                Arrays.setAll(
                        ciphertexts, i -> Sm2Encryption.encrypt(keys[i].publicKey(), source.bytes(KEY_BYTES), source));
                ciphertext = ciphertexts[0].clone();
            }

            @Override
            public void prepare(int slot) {
                key = keys[slot];
                touch(key);
                System.arraycopy(ciphertexts[slot], 0, ciphertext, 0, ciphertext.length);
            }

            @Override
            public int call() {
                return Sm2Encryption.decrypt(key, ciphertext)[0];
            }
        });
    }

    /// One side of a key agreement; its object serves once, so each is made before the window.
    private static final class Agreement implements TimingSubject {
        private final Sm2PrivateKey[] keys;
        private final byte[][] ephemerals;
        private final Sm2PublicKey other;
        private final byte[] theirs;
        private Sm2KeyAgreement side;
        private int turn;

        Agreement(Sm2PrivateKey[] keys, byte[][] ephemerals, RandomSource random) {
            this.keys = keys;
            this.ephemerals = ephemerals;
            Sm2PrivateKey peer = Sm2PrivateKey.generate(random);
            other = peer.publicKey();
            theirs = Sm2KeyAgreement.responder(peer, ID, random).ephemeral().toArray();
            side = Sm2KeyAgreement.withEphemeral(keys[0], ID, true, ephemerals[0]);
        }

        @Override
        public void prepare(int slot) {
            touch(keys[slot]);
            side = Sm2KeyAgreement.withEphemeral(keys[slot], ID, (turn++ & 1) == 0, ephemerals[slot]);
        }

        @Override
        public int call() {
            return side.agree(other, ID, theirs, KEY_BYTES).key()[0];
        }
    }

    private void agreement() {
        add(
                "SM2 agreement: key",
                "d = 2^255 + 1",
                (fixed, source) ->
                        new Agreement(keys(fixed, source), scalars(new boolean[fixed.length], source), source));
        add(
                "SM2 agreement: ephemeral",
                "r = 2^255 + 1",
                (fixed, source) ->
                        new Agreement(keys(new boolean[fixed.length], source), scalars(fixed, source), source));
    }

    /// An operation on a scalar that stands in one array for all calls.
    private static final class ScalarSubject implements TimingSubject {
        private final CurveSubjects curve;
        private final byte[][] scalars;
        private final ToIntFunction<CurveSubjects> operation;

        ScalarSubject(boolean[] fixed, RandomSource random, ToIntFunction<CurveSubjects> operation) {
            curve = new CurveSubjects(fixed.length, random);
            scalars = scalars(fixed, random);
            this.operation = operation;
        }

        @Override
        public void prepare(int slot) {
            curve.load(scalars[slot]);
            // which point goes with which class is drawn with the slots: every one is a random point
            curve.choose(slot);
        }

        @Override
        public int call() {
            return operation.applyAsInt(curve);
        }
    }

    /// Comparisons of a given string with one that differs in the last byte, or from the first on. All are
    /// unequal: what is done with the answer must not tell the classes apart.
    private static final class Comparison implements TimingSubject {
        private final byte[][] strings;
        private final byte[] secret;
        private final byte[] given;
        private final BiPredicate<byte[], byte[]> equal;

        Comparison(boolean[] fixed, RandomSource random, BiPredicate<byte[], byte[]> equal) {
            secret = random.bytes(DIGEST_BYTES);
            given = secret.clone();
            strings = strings(fixed.length, DIGEST_BYTES, random);
            for (int i = 0; i < fixed.length; i++) {
                if (fixed[i]) {
                    // into the array that is there: another would lie elsewhere
                    System.arraycopy(secret, 0, strings[i], 0, DIGEST_BYTES);
                    strings[i][DIGEST_BYTES - 1] ^= 1;
                } else {
                    strings[i][0] = (byte) ~secret[0];
                }
            }
            this.equal = equal;
        }

        @Override
        public void prepare(int slot) {
            System.arraycopy(strings[slot], 0, given, 0, given.length);
        }

        @Override
        public int call() {
            int equals = 0;
            for (int i = 0; i < COMPARISONS; i++) {
                equals += equal.test(secret, given) ? 1 : 0;
            }
            return equals;
        }
    }

    private void arithmetic() {
        add(
                "comparison, 64 times 32 bytes",
                "last byte differs",
                (fixed, source) -> new Comparison(fixed, source, MessageDigest::isEqual));
        add(
                "inversion mod n",
                "k = 2^255 + 1",
                (fixed, source) -> new ScalarSubject(fixed, source, CurveSubjects::invert));
        add(
                "masking (PSI): k·P",
                "k = 2^255 + 1",
                (fixed, source) -> new ScalarSubject(fixed, source, CurveSubjects::mask));
        add(
                "multiples of G in lanes: k·G",
                "k = 2^255 + 1",
                (fixed, source) -> new ScalarSubject(fixed, source, CurveSubjects::multiplyBaseInLanes));
    }

    // ---- measuring -----------------------------------------------------------------------------

    private void measure(double seconds) {
        long roundNanos = (long) (seconds * 1e9 / ROUNDS);
        for (Subject subject : subjects) {
            turn(subject, Math.max(roundNanos, 1_000_000_000L)); // compiles it
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (Subject subject : subjects) {
                turn(subject, roundNanos);
                subject.took(round, sample);
            }
        }
    }

    /// Fills the sample with calls on a new pool.
    private void turn(Subject subject, long nanos) {
        boolean[] fixed = new boolean[POOL];
        Arrays.fill(fixed, 0, POOL / 2, true);
        for (int i = POOL - 1; i > 0; i--) {
            int with = order.nextInt(i + 1);
            boolean held = fixed[i];
            fixed[i] = fixed[with];
            fixed[with] = held;
        }
        TimingSubject measured = subject.pool.of(fixed, new SeededRandom(random.bytes(32), "timing"));
        sample.clear();
        long end = System.nanoTime() + nanos;
        long now;
        do {
            int slot = order.nextInt(POOL);
            measured.prepare(slot);
            long start = System.nanoTime();
            sink += measured.call();
            now = System.nanoTime();
            sample.add(fixed[slot] ? 1 : 0, now - start);
        } while (now < end && !sample.isFull());
    }

    // ---- reporting -----------------------------------------------------------------------------

    private boolean report(boolean json) {
        boolean failed = false;
        System.out.printf(
                Locale.ROOT,
                "%-30s %-17s %9s %10s %8s %8s %9s %10s  %s%n",
                "",
                "fixed class",
                "calls",
                "ns a call",
                "|t|",
                "median",
                "differ ns",
                "resolution",
                "verdict");
        StringBuilder rows = new StringBuilder();
        for (Subject subject : subjects) {
            failed |= subject.failed();
            System.out.printf(
                    Locale.ROOT,
                    "%-30s %-17s %,9d %,10.0f %8.2f %8.2f %9.1f %10.1f  %s (%s)%n",
                    subject.name,
                    subject.fixed,
                    subject.calls,
                    subject.meanNanos,
                    subject.worst(),
                    subject.median(),
                    subject.differenceNanos(),
                    subject.resolutionNanos(),
                    subject.verdict(),
                    TimingSample.name(subject.worstTest()));
            rows.append(rows.isEmpty() ? "" : ",")
                    .append(String.format(
                            Locale.ROOT,
                            "\"%s\":{\"control\":%b,\"calls\":%d,\"nanos\":%.1f,\"t\":%.3f,\"medianT\":%.3f,"
                                    + "\"differenceNanos\":%.2f,\"resolutionNanos\":%.2f,\"leaks\":%b}",
                            subject.name,
                            subject.control,
                            subject.calls,
                            subject.meanNanos,
                            subject.worst(),
                            subject.median(),
                            subject.differenceNanos(),
                            subject.resolutionNanos(),
                            subject.worst() > LEAK));
        }
        System.out.println(
                failed ? "FAILED" : "Both controls are found, and no secret shows in a time. (" + (sink & 1) + ")");
        if (json) {
            System.out.println("{\"flaggedFrom\":" + FLAGGED + ",\"leakFrom\":" + LEAK + ",\"rounds\":" + ROUNDS
                    + ",\"passed\":" + !failed + ",\"subjects\":{" + rows + "}}");
        }
        return failed;
    }
}
