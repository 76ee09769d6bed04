package poyang.pir;

import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The asker's side of reading rows: makes queries and opens answers. Every query has a secret of
/// its own, so two queries for one row have nothing in common that anyone could see.
///
/// - secrecy: the row is secret; time and lengths do not depend on it. The search hides behind
///   ring-LWE with shared uniform halves (see {@link PirParameters}) and the usual assumption that
///   keys may be encrypted under themselves
public final class RowClient {
    private final int rows;
    private final int outputs;
    private final PublicMasks masks;

    /// @param rows and bytes of a row, as the holder's table states them
    /// @param seed the table's public seed
    public RowClient(int rows, int rowBytes, byte[] seed) {
        Matrix.check(rows, RowServer.outputs(rowBytes));
        Bug.unless(seed.length == PirParameters.SEED_BYTES, "a seed has 32 bytes");
        this.rows = rows;
        outputs = RowServer.outputs(rowBytes);
        masks = new PublicMasks(seed, rows);
    }

    public int queryBytes() {
        return RowQuery.bytes(rows);
    }

    public int answerBytes() {
        return RowAnswer.bytes(outputs);
    }

    /// One query under way: what is sent, and the secret that opens the answer.
    public static final class Asked implements AutoCloseable {
        private final byte[] frame;
        private final double[] secret;

        private Asked(byte[] frame, double[] secret) {
            this.frame = frame;
            this.secret = secret;
        }

        /// What the holder gets; the caller may not change it.
        public byte[] frame() {
            return frame;
        }

        @Override
        public void close() {
            Arrays.fill(secret, 0);
        }

        @Override
        public String toString() {
            return "a query of " + frame.length + " bytes";
        }
    }

    /// A query for row `row`.
    public Asked ask(int row, RandomSource random) {
        Bug.unless(row >= 0 && row < rows, "there is no row " + row);
        double[] secret = Ring.ternary(random.fork("secret"));
        double[] transformed = secret.clone();
        Ring.forward(transformed);
        byte[] frame = new byte[queryBytes()];
        RandomSource errors = random.fork("errors");
        long[] keys = new long[2 * PirParameters.DIGITS * Ring.N];
        for (int t = 0; t < PirParameters.DIGITS; t++) {
            key(masks.firstKey(t), transformed, Ring.powerOfFive(1), t, errors, keys, t * Ring.N);
            key(masks.secondKey(t), transformed, 2 * Ring.N - 1, t, errors, keys, (PirParameters.DIGITS + t) * Ring.N);
        }
        Bits.write(keys, keys.length, PirParameters.MODULUS_BITS, frame, 0);
        long[] integers = new long[masks.chunks() * Ring.N];
        for (int u = 0; u < masks.chunks(); u++) {
            double[] body = masked(masks.query(u), transformed, errors);
            Ring.inverse(body);
            for (int i = 0; i < Ring.N; i++) {
                // all ones at the row asked for; no branch and no index depends on it
                int distance = u * Ring.N + i ^ row;
                long here = (long) ((distance | -distance) >>> Integer.SIZE - 1) - 1;
                integers[u * Ring.N + i] = PirParameters.Q.canonical(body[i] + (PirParameters.SCALE & here));
            }
        }
        Bits.write(integers, rows, PirParameters.MODULUS_BITS, frame, ClientKeys.BYTES);
        Arrays.fill(transformed, 0);
        return new Asked(frame, secret);
    }

    /// -a·s + e, transformed.
    private static double[] masked(double[] mask, double[] secret, RandomSource errors) {
        double[] out = Ring.error(errors);
        Ring.forward(out);
        double[] negated = new double[Ring.N];
        for (int i = 0; i < Ring.N; i++) {
            negated[i] = -secret[i];
        }
        Ring.multiplyAdd(out, mask, negated);
        Ring.reduce(out);
        Arrays.fill(negated, 0);
        return out;
    }

    /// -a·s + e + 2^(17t)·σ(s) as integers in [0, q).
    private static void key(
            double[] mask, double[] secret, int automorphism, int t, RandomSource errors, long[] out, int at) {
        double[] body = masked(mask, secret, errors);
        double[] image = new double[Ring.N];
        Ring.permute(secret, Ring.automorphism(automorphism), image);
        Ring.scale(image, (double) (1L << t * PirParameters.DIGIT_BITS));
        Ring.add(body, image);
        Ring.reduce(body);
        Ring.inverse(body);
        for (int i = 0; i < Ring.N; i++) {
            out[at + i] = PirParameters.Q.canonical(body[i]);
        }
        Arrays.fill(image, 0);
    }

    /// The row's bytes, filled up to whole outputs.
    ///
    /// @param from where this query's answer starts in the frame
    /// @throws PoyangException `BAD_FRAME`
    public byte[] open(Asked asked, byte[] frame, int from) {
        long[] phases = phases(asked, frame, from);
        byte[] row = new byte[2 * phases.length];
        for (int i = 0; i < phases.length; i++) {
            int word = Rounding.word(phases[i]);
            row[2 * i] = (byte) (word >> Byte.SIZE);
            row[2 * i + 1] = (byte) word;
        }
        return row;
    }

    /// The words with their noise, in units of q/2^26.
    long[] phases(Asked asked, byte[] frame, int from) {
        if (frame.length - from < answerBytes()) {
            throw new PoyangException(
                    PirErrors.BAD_FRAME,
                    "an answer has " + (frame.length - from) + " bytes",
                    "an answer of this table has " + answerBytes() + " bytes");
        }
        double[] secret = asked.secret.clone();
        Ring.forward(secret);
        long[] phases = new long[outputs * Ring.N];
        for (int output = 0; output < outputs; output++) {
            int at = from + output * RowAnswer.OUTPUT_BYTES;
            double[] product = RowAnswer.mask(frame, at);
            Ring.forward(product);
            Ring.multiply(product, secret, product);
            Ring.inverse(product);
            long[] masked = Ring.centred(product);
            long[] body = RowAnswer.body(frame, at);
            for (int i = 0; i < Ring.N; i++) {
                phases[output * Ring.N + i] = Rounding.phase(body[i], masked[i]);
            }
        }
        Arrays.fill(secret, 0);
        return phases;
    }
}
