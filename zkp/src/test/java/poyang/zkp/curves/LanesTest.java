package poyang.zkp.curves;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.simulation.Property;

/// Vector code against its scalar twin, on the edges of every range.
final class LanesTest {
    private static final List<Curve> CURVES = List.of(Curve.BN254, Curve.BLS12_381);

    private static List<Group> groups() {
        List<Group> all = new ArrayList<>();
        CURVES.forEach(curve -> all.addAll(List.of(curve.g1(), curve.g2())));
        return all;
    }

    private static int[] offsets(int stride) {
        int[] offsets = new int[Lanes.COUNT];
        for (int i = 0; i < Lanes.COUNT; i++) {
            offsets[i] = i * stride;
        }
        return offsets;
    }

    /// Eight elements, many of them 0, 1, p − 1, or with long runs of equal bits.
    private static long[] elements(Curve curve, int longs, Random random) {
        PrimeField base = curve.base();
        long[] all = new long[Lanes.COUNT * longs];
        for (int i = 0; i < all.length; i += base.longs()) {
            BigInteger value = switch (random.nextInt(6)) {
                case 0 -> BigInteger.valueOf(random.nextInt(2));
                case 1 -> base.modulus().subtract(BigInteger.ONE);
                case 2 -> BigInteger.ONE.shiftLeft(random.nextInt(380)).subtract(BigInteger.ONE);
                default -> new BigInteger(400, random);
            };
            // as residue or as what the Montgomery form looks like
            long[] limbs = random.nextBoolean() ? base.of(value) : base.limbs(value.mod(base.modulus()));
            System.arraycopy(limbs, 0, all, i, limbs.length);
        }
        return all;
    }

    @Test
    void productsDifferencesAndCanonicalFormsAreThoseOfTheField() {
        Property.seeds(60).check(seed -> {
            Random random = new Random(seed);
            for (Curve curve : CURVES) {
                for (Field field : List.of(curve.g1().field(), curve.g2().field())) {
                    laws(curve, field, Lanes.of(field), random);
                }
            }
        });
    }

    private static void laws(Curve curve, Field field, Lanes lanes, Random random) {
        int n = field.longs();
        int w = lanes.width;
        int[] at = offsets(n);
        long[][] given = new long[3][];
        double[][] loaded = new double[3][w];
        for (int k = 0; k < 3; k++) {
            given[k] = elements(curve, n, random);
            lanes.load(loaded[k], 0, given[k], at);
            long[] back = new long[Lanes.COUNT * n];
            lanes.unload(loaded[k], 0, back, at);
            assertArrayEquals(given[k], back, "there and back");
        }
        long[] expected = new long[Lanes.COUNT * n];
        long[] t = new long[n];
        double[] u = new double[w];
        double[] v = new double[w];
        lanes.subtract(u, 0, loaded[0], 0, loaded[1], 0);
        lanes.subtract(v, 0, loaded[1], 0, loaded[2], 0);
        lanes.multiply(u, 0, u, 0, v, 0);
        for (int i = 0; i < expected.length; i += n) {
            field.subtract(t, 0, given[0], i, given[1], i);
            field.subtract(expected, i, given[1], i, given[2], i);
            field.multiply(expected, i, expected, i, t, 0);
        }
        check(lanes, u, expected, at, "product of differences");
        lanes.square(u, 0, u, 0);
        for (int i = 0; i < expected.length; i += n) {
            field.square(expected, i, expected, i);
        }
        check(lanes, u, expected, at, "square");
        lanes.subtract(u, 0, u, 0, loaded[0], 0);
        lanes.subtract(u, 0, u, 0, loaded[2], 0);
        lanes.canonical(u, 0);
        for (int i = 0; i < expected.length; i += n) {
            field.subtract(expected, i, expected, i, given[0], i);
            field.subtract(expected, i, expected, i, given[2], i);
        }
        check(lanes, u, expected, at, "less two");
        lanes.load(v, 0, expected, at);
        assertArrayEquals(v, u, "one form only");
    }

    private static void check(Lanes lanes, double[] got, long[] expected, int[] at, String what) {
        long[] back = new long[expected.length];
        lanes.unload(got, 0, back, at);
        assertArrayEquals(expected, back, what);
    }

    @Test
    void batchesAddEveryKindOfPair() {
        for (Group group : groups()) {
            int width = group.affineLongs();
            int count = 24;
            Random random = new Random(7);
            AffineBatch scalar = new AffineBatch(group.field(), count);
            for (int i = 0; i < count; i++) {
                BigInteger log = BigInteger.valueOf(1 + random.nextInt(9));
                long[] point = group.toAffine(group.multiply(group.generator(), 0, log));
                long[] other = group.toAffine(group.multiply(group.generator(), 0, log.add(BigInteger.TWO)));
                System.arraycopy(i % 6 == 0 ? new long[width] : point, 0, scalar.left, i * width, width);
                switch (i % 5) {
                    case 0 -> System.arraycopy(point, 0, scalar.right, i * width, width);
                    case 1 -> group.negate(scalar.right, i * width, point, 0);
                    case 2 -> Arrays.fill(scalar.right, i * width, (i + 1) * width, 0);
                    default -> System.arraycopy(other, 0, scalar.right, i * width, width);
                }
            }
            LaneBatch batch = new LaneBatch(group.field(), count / Lanes.COUNT);
            Lanes lanes = Lanes.of(group.field());
            for (int half = 0; half < count / 4; half++) {
                int[] at = offsets(width);
                for (int i = 0; i < at.length; i++) {
                    at[i] += half / 2 * Lanes.COUNT * width + half % 2 * width / 2;
                }
                lanes.load(batch.left, half * lanes.width, scalar.left, at);
                lanes.load(batch.right, half * lanes.width, scalar.right, at);
            }
            scalar.addAll(count);
            batch.addAll(count / Lanes.COUNT);
            long[] got = new long[count * width];
            for (int half = 0; half < count / 4; half++) {
                int[] at = offsets(width);
                for (int i = 0; i < at.length; i++) {
                    at[i] += half / 2 * Lanes.COUNT * width + half % 2 * width / 2;
                }
                lanes.unload(batch.left, half * lanes.width, got, at);
            }
            assertArrayEquals(scalar.left, got);
        }
    }

    @Test
    void sumsAndFixedBasesAreThoseOfTheScalarTwin() {
        for (Curve curve : CURVES) {
            for (Group group : List.of(curve.g1(), curve.g2())) {
                sums(curve, group);
            }
        }
    }

    private static void sums(Curve curve, Group group) {
        PrimeField f = curve.scalars();
        Random random = new Random(11);
        int count = 45;
        long[] scalars = new long[count * f.longs()];
        for (int i = 0; i < count; i++) {
            BigInteger scalar = switch (i % 15) {
                case 0 -> f.modulus().subtract(BigInteger.ONE);
                case 1 -> BigInteger.ZERO;
                case 2 -> BigInteger.ONE;
                default -> new BigInteger(20, random);
            };
            System.arraycopy(f.limbs(scalar), 0, scalars, i * f.longs(), f.longs());
        }
        FixedBase base = new FixedBase(group, f, group.generator());
        long[] points = base.multiples(scalars, count, Workers.CALLER);
        if (group.field() instanceof PrimeField) {
            assertArrayEquals(points, base.byLanes(scalars, count, Workers.CALLER));
        }
        for (int i = 20; i < 30; i++) { // equal points with equal scalars, and opposite ones
            System.arraycopy(points, 5 * group.affineLongs(), points, i * group.affineLongs(), group.affineLongs());
            System.arraycopy(scalars, 5 * f.longs(), scalars, i * f.longs(), f.longs());
            if (i > 26) {
                group.negate(points, i * group.affineLongs(), points, i * group.affineLongs());
            }
        }
        long[] expected = MultiScalar.sum(group, f, points, 1, scalars, 1, count - 1, Workers.CALLER);
        long[] got = MultiScalar.byLanes(group, f, points, 1, scalars, 1, count - 1, Workers.CALLER);
        assertTrue(group.same(expected, got), curve + " " + group.affineLongs());
    }

    @Test
    void transformsAreThoseOfTheScalarTwin() {
        for (Curve curve : CURVES) {
            PrimeField f = curve.scalars();
            for (int power : new int[] {6, 8}) {
                Domain scalar = new Domain(f, curve.roots(), power, false);
                Domain wide = new Domain(f, curve.roots(), power, true);
                Random random = new Random(power);
                long[] values = new long[f.longs() << power];
                for (int i = 0; i < values.length; i += f.longs()) {
                    BigInteger value = random.nextInt(4) == 0
                            ? f.modulus().subtract(BigInteger.valueOf(random.nextInt(3)))
                            : new BigInteger(300, random);
                    System.arraycopy(f.of(value), 0, values, i, f.longs());
                }
                long[] expected = values.clone();
                long[] got = values.clone();
                scalar.transform(expected);
                wide.transform(got);
                assertArrayEquals(expected, got);
                scalar.moveToCoset(expected, scalar.oddShift(), Workers.CALLER);
                wide.moveToCoset(got, wide.oddShift(), Workers.CALLER);
                assertArrayEquals(expected, got);
                scalar.interpolate(expected);
                wide.interpolate(got);
                assertArrayEquals(expected, got);
            }
        }
    }
}
