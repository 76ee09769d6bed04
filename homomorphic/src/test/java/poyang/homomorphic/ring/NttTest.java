package poyang.homomorphic.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

/// Scalar and vector forms have the same bits, both agree with 64-bit integer arithmetic, and each
/// undoes
/// the other.
final class NttTest {
    private static final int[] DEGREES = {64, 128, 256, 1024, 2048, 4096, 8192, 16384, 32768};
    private static final int[] BITS = {50, 49, 43, 30, 20};

    /// Random residues, among them the extremes.
    static double[] residues(Random random, Modulus modulus, int count) {
        double[] row = new double[count];
        for (int i = 0; i < count; i++) {
            row[i] = switch (random.nextInt(8)) {
                case 0 -> 0;
                case 1 -> modulus.centred(modulus.value() / 2);
                case 2 -> modulus.centred(modulus.value() / 2 + 1);
                case 3 -> modulus.centred(modulus.value() - 1);
                default -> modulus.centred(Math.floorMod(random.nextLong(), modulus.value()));
            };
        }
        return row;
    }

    private static Modulus modulus(long seed, int degree) {
        return Modulus.chain(degree, BITS[(int) (seed % BITS.length)]).getFirst();
    }

    @Test
    void twinsHaveTheSameBits() {
        Property.seeds(45).check(seed -> {
            int degree = DEGREES[(int) (seed / BITS.length % DEGREES.length)];
            Modulus modulus = modulus(seed, degree);
            Twiddles twiddles = new Twiddles(modulus, degree);
            double[] scalar = residues(new Random(seed), modulus, degree);
            double[] vector = scalar.clone();
            ScalarTransform.forward(twiddles, scalar);
            VectorTransform.forward(twiddles, vector);
            assertArrayEquals(scalar, vector);
            ScalarTransform.inverse(twiddles, scalar);
            VectorTransform.inverse(twiddles, vector);
            assertArrayEquals(scalar, vector);
        });
    }

    @Test
    void bothAgreeWithIntegerArithmetic() {
        Property.seeds(45).check(seed -> {
            int degree = DEGREES[(int) (seed / BITS.length % DEGREES.length)];
            Modulus modulus = modulus(seed, degree);
            double[] row = residues(new Random(seed), modulus, degree);
            long[] integers = new long[degree];
            for (int i = 0; i < degree; i++) {
                integers[i] = modulus.canonical(row[i]);
            }
            double[] values = row.clone();
            Ntt.of(modulus, degree).forward(values);
            long[] expected = integers.clone();
            new ShoupTransform(modulus.value(), modulus.root(2L * degree), degree).forward(expected);
            int[] exponents = Ntt.exponents(degree);
            int bits = Integer.numberOfTrailingZeros(degree);
            for (int i = 0; i < degree; i++) {
                assertTrue(Math.abs(values[i]) <= 0.75 * modulus.value());
                int standard = Integer.reverse(exponents[i] / 2) >>> (Integer.SIZE - bits);
                assertEquals(expected[standard], modulus.canonical(values[i]));
            }
            Ntt.of(modulus, degree).inverse(values);
            for (int i = 0; i < degree; i++) {
                assertEquals(integers[i], modulus.canonical(values[i]));
            }
        });
    }

    @Test
    void theLargestMagnitudesStayInBounds() {
        for (int degree : new int[] {8192, 16384, 32768}) {
            Modulus modulus = Modulus.chain(degree, 50).getFirst();
            Twiddles twiddles = new Twiddles(modulus, degree);
            for (long sign : new long[] {1, -1}) {
                double[] row = new double[degree];
                java.util.Arrays.fill(row, sign * (double) (modulus.value() - 1));
                double[] values = row.clone();
                ScalarTransform.forward(twiddles, values);
                long[] expected = new long[degree];
                java.util.Arrays.fill(expected, sign == 1 ? modulus.value() - 1 : 1);
                new ShoupTransform(modulus.value(), modulus.root(2L * degree), degree).forward(expected);
                ScalarTransform.transposeTiles(values);
                for (int i = 0; i < degree; i++) {
                    assertEquals(expected[i], modulus.canonical(values[i]));
                }
            }
        }
    }

    @Test
    void chainsAreWhatTheyPromise() {
        for (int degree : DEGREES) {
            var chain = Modulus.chain(degree, 50, 50, 49, 40, 40, 40, 30);
            assertEquals(chain, Modulus.chain(degree, 50, 50, 49, 40, 40, 40, 30));
            assertEquals(7, chain.stream().distinct().count());
            for (Modulus modulus : chain) {
                assertEquals(1, modulus.value() % (2L * degree));
            }
        }
        for (long wrong : new long[] {0, 1, 15, (1L << 40) + 1, (1L << 50) + 1, -7}) {
            PoyangException refused = assertThrows(PoyangException.class, () -> Modulus.of(wrong));
            assertEquals(HomomorphicErrors.BAD_PARAMETERS, refused.code());
        }
        assertThrows(PoyangException.class, () -> Modulus.chain(32768, 17, 17));
        assertThrows(PoyangException.class, () -> Modulus.chain(1024, 51));
    }

    @Test
    void scalarArithmeticIsExact() {
        Property.seeds(300).check(seed -> {
            Random random = new Random(seed);
            Modulus modulus = modulus(seed, 64);
            double[] row = residues(random, modulus, 2);
            long a = modulus.canonical(row[0]);
            long b = modulus.canonical(row[1]);
            long expected = java.math.BigInteger.valueOf(a)
                    .multiply(java.math.BigInteger.valueOf(b))
                    .mod(java.math.BigInteger.valueOf(modulus.value()))
                    .longValueExact();
            assertEquals(expected, modulus.multiply(a, b));
            assertEquals(expected, modulus.canonical(modulus.multiply(row[0], row[1])));
            if (a != 0) {
                assertEquals(1, modulus.multiply(a, modulus.inverse(a)));
            }
        });
    }
}
