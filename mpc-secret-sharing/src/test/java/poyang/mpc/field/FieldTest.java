package poyang.mpc.field;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import poyang.kernel.RandomSource;
import poyang.mpc.Pair;
import poyang.simulation.Property;

final class FieldTest {
    private static final BigInteger P =
            BigInteger.TWO.pow(64).subtract(BigInteger.TWO.pow(32)).add(BigInteger.ONE);

    /// Where carries and borrows meet: near 0, 2^32, p and 2^64, some of them not canonical.
    private static final long[] EDGES = {
        0,
        1,
        2,
        6,
        7,
        0xfffffffeL,
        0xffffffffL,
        0x100000000L,
        0x100000001L,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Goldilocks.P - 2,
        Goldilocks.P - 1,
        Goldilocks.P,
        Goldilocks.P + 1,
        -3,
        -2,
        -1
    };

    private static BigInteger value(long a) {
        return new BigInteger(Long.toUnsignedString(a)).mod(P);
    }

    private static void assertSame(BigInteger expected, long actual) {
        assertEquals(expected.mod(P), value(actual));
        assertEquals(expected.mod(P), new BigInteger(Long.toUnsignedString(Goldilocks.canonical(actual))));
    }

    private static void compare(long a, long b) {
        assertSame(value(a).add(value(b)), Goldilocks.add(a, b));
        assertSame(value(a).subtract(value(b)), Goldilocks.subtract(a, b));
        assertSame(value(a).multiply(value(b)), Goldilocks.multiply(a, b));
        assertSame(value(a).negate(), Goldilocks.negate(a));
        assertSame(value(a).add(value(b)), Goldilocks.addCanonical(a, Goldilocks.canonical(b)));
    }

    @Test
    void primeFieldEqualsIntegersModuloP() {
        assertTrue(P.isProbablePrime(100));
        for (long a : EDGES) {
            for (long b : EDGES) {
                compare(a, b);
            }
        }
        Property.seeds(50).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < 200; i++) {
                long a = random.nextLong();
                compare(a, random.nextLong());
                compare(a, EDGES[random.nextInt(EDGES.length)]);
            }
            long a = random.nextLong();
            assertSame(value(a).modPow(P.subtract(BigInteger.TWO), P), Goldilocks.invert(a));
        });
    }

    @Test
    void extensionIsAFieldOfPolynomialsModuloXSquaredMinusSeven() {
        assertEquals(Goldilocks.P - 1, Goldilocks.canonical(Goldilocks.power(7, (Goldilocks.P - 1) >>> 1)));
        Property.seeds(50).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < 100; i++) {
                long[] f = {pick(random), pick(random), pick(random), pick(random)};
                long[] product = new long[2];
                Quadratic.multiply(product, 0, f[0], f[1], f[2], f[3]);
                BigInteger seven = BigInteger.valueOf(7);
                BigInteger low = value(f[0]).multiply(value(f[2]));
                assertSame(low.add(seven.multiply(value(f[1])).multiply(value(f[3]))), product[0]);
                BigInteger high = value(f[0]).multiply(value(f[3]));
                assertSame(high.add(value(f[1]).multiply(value(f[2]))), product[1]);
                long[] sum = {f[0], f[1]};
                Quadratic.addMultiple(sum, 0, f[2], f[3], f[0]);
                assertSame(value(f[0]).add(value(f[2]).multiply(value(f[3]))), sum[0]);
                assertSame(value(f[1]).add(value(f[2]).multiply(value(f[0]))), sum[1]);
            }
        });
    }

    private static long pick(SplittableRandom random) {
        return random.nextBoolean() ? random.nextLong() : EDGES[random.nextInt(EDGES.length)];
    }

    /// Draws 2^64 − 1, 5 and 0, then 2^64 − 1 again, then 0x0101…
    private static final class Scripted implements RandomSource {
        private int draws;

        @Override
        public void fill(byte[] out) {
            draws++;
            Arrays.fill(out, (byte) (draws == 2 ? 0xff : draws - 2));
            if (draws == 1) {
                Arrays.fill(out, (byte) 0);
                Arrays.fill(out, 0, 8, (byte) 0xff);
                out[8] = 5;
            }
        }

        @Override
        public RandomSource fork(String label) {
            return this;
        }
    }

    @Test
    void uniformElementsAreBelowPAndSkipWhatIsNot() {
        assertArrayEquals(new long[] {0x0101010101010101L, 5, 0}, Goldilocks.uniform(new Scripted(), 3));
        long[] drawn = Goldilocks.uniform(Pair.seed(7, "elements"), 10_000);
        assertTrue(Goldilocks.areCanonical(drawn));
        assertFalse(Goldilocks.areCanonical(new long[] {0, Goldilocks.P}));
        assertFalse(Goldilocks.areCanonical(new long[] {-1}));
        assertTrue(Goldilocks.areCanonical(new long[] {Goldilocks.P - 1, 0}));
    }
}
