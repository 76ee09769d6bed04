package poyang.crypto.curve;

import java.util.Arrays;
import poyang.kernel.RandomSource;

/// Operations of this package on secret scalars, for timing; and one that is leaky on purpose.
public final class CurveSubjects {
    private static final int SCALAR_BYTES = 32;
    private static final int L = Field.LONGS;

    private final long[] limbs = new long[Order.LIMBS];
    private final long[] points;
    private final long[] point = new long[Sm2Group.POINT_LONGS];
    private final Multiplier multiplier = new Multiplier();

    /// @param random draws the points that scalars are multiplied with
    public CurveSubjects(int pointCount, RandomSource random) {
        points = new long[pointCount * Sm2Group.POINT_LONGS];
        for (int i = 0; i < pointCount; i++) {
            try (Sm2Secret secret = Sm2Secret.random(random)) {
                long[] made = secret.timesBase().coordinates();
                System.arraycopy(made, 0, points, i * made.length, made.length);
            }
        }
    }

    /// The scalar of the next call: the same array holds each in turn.
    public void load(byte[] scalar) {
        long[] read = Order.read(scalar, 0);
        System.arraycopy(read, 0, limbs, 0, limbs.length);
    }

    /// The point of the next call, likewise.
    public void choose(int index) {
        System.arraycopy(points, index * point.length, point, 0, point.length);
    }

    /// 1/k mod n
    public int invert() {
        return (int) Order.invert(limbs)[0];
    }

    /// k·P as masking does it.
    public int mask() {
        try (Sm2Scalar scalar = Sm2Scalar.of(limbs)) {
            return (int) Sm2Group.multiply(point, scalar)[0];
        }
    }

    /// k·G in lanes, which is only fast enough to be used where vectors are.
    public int multiplyBaseInLanes() {
        long[] odd = SecretComb.odd(limbs);
        boolean known = SecretBase.Lanes.LANES.multiply(odd, point);
        return known ? (int) point[0] : 0;
    }

    /// k·P by doubling, and adding where a bit is set: LEAKY, the positive control of the measurement.
    public int leakyDoubleAndAdd() {
        multiplier.start(point, 0);
        boolean started = false;
        for (int bit = 255; bit >= 0; bit--) {
            boolean set = (limbs[bit >>> 6] >>> bit & 1) == 1;
            if (started) {
                multiplier.twice();
                if (set) {
                    multiplier.add(point, 0);
                }
            }
            started |= set;
        }
        long[] x = new long[L];
        long[] z = new long[L];
        multiplier.store(new long[2 * L], 0, z, 0);
        Field.invert(x, 0, z, 0);
        return (int) x[0];
    }

    /// 2^255 + 1 in 32 bytes: the fewest ones that a usable scalar above 2^255 has.
    public static byte[] sparseScalar() {
        byte[] scalar = new byte[SCALAR_BYTES];
        scalar[0] = (byte) 0x80;
        scalar[SCALAR_BYTES - 1] = 1;
        return scalar;
    }

    /// A usable scalar, as a key's bytes are drawn.
    public static byte[] randomScalar(RandomSource random) {
        try (Sm2Secret secret = Sm2Secret.random(random)) {
            return secret.revealScalar();
        }
    }

    /// Overwrites what is left.
    public void erase() {
        Arrays.fill(limbs, 0);
    }
}
