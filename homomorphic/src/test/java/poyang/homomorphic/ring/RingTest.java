package poyang.homomorphic.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

/// The ring against schoolbook arithmetic, conversions and scalings against big integers.
final class RingTest {
    private static final int DEGREE = 64;
    private static final List<Modulus> Q = Modulus.chain(DEGREE, 50, 49, 43, 40);
    private static final List<Modulus> P = Modulus.chainWithout(Q, DEGREE, 50, 50, 50, 50, 50, 50);
    private static final Ring RING = new Ring(DEGREE, Q);

    private static BigInteger product(List<Modulus> moduli) {
        return new Ring(DEGREE, moduli).product(moduli.size());
    }

    private static BigInteger big(Random random, BigInteger bound) {
        return switch (random.nextInt(6)) {
            case 0 -> BigInteger.ZERO;
            case 1 -> bound.subtract(BigInteger.ONE);
            case 2 -> BigInteger.ONE.subtract(bound);
            default ->
                new BigInteger(bound.bitLength() + 8, random)
                        .mod(bound.shiftLeft(1).subtract(BigInteger.ONE))
                        .subtract(bound.subtract(BigInteger.ONE));
        };
    }

    private static double[][] rows(BigInteger[] integers, List<Modulus> moduli) {
        double[][] rows = new double[moduli.size()][integers.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < integers.length; j++) {
                rows[i][j] = moduli.get(i).centred(moduli.get(i).of(integers[j]));
            }
        }
        return rows;
    }

    private static void assertSame(double[][] expected, double[][] found, List<Modulus> moduli) {
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                assertEquals(
                        moduli.get(i).canonical(expected[i][j]), moduli.get(i).canonical(found[i][j]));
            }
        }
    }

    private static BigInteger[] integers(Random random, BigInteger bound) {
        BigInteger[] integers = new BigInteger[DEGREE];
        for (int j = 0; j < DEGREE; j++) {
            integers[j] = big(random, bound);
        }
        return integers;
    }

    @Test
    void productsAreThoseOfThePolynomials() {
        Property.seeds(20).check(seed -> {
            Random random = new Random(seed);
            BigInteger[] a = integers(random, BigInteger.ONE.shiftLeft(90));
            BigInteger[] b = integers(random, BigInteger.ONE.shiftLeft(90));
            BigInteger[] c = new BigInteger[DEGREE];
            java.util.Arrays.fill(c, BigInteger.ZERO);
            for (int i = 0; i < DEGREE; i++) {
                for (int j = 0; j < DEGREE; j++) {
                    BigInteger term = a[i].multiply(b[j]);
                    int at = (i + j) % DEGREE;
                    c[at] = i + j < DEGREE ? c[at].add(term) : c[at].subtract(term);
                }
            }
            double[][] x = RING.forward(rows(a, Q));
            double[][] y = RING.forward(rows(b, Q));
            double[][] sum = RING.zero(Q.size());
            RING.multiplyAdd(x, y, sum);
            RING.multiply(x, y, x);
            assertSame(sum, x, Q);
            assertSame(rows(c, Q), RING.inverse(x), Q);
        });
    }

    @Test
    void automorphismsAgreeInBothForms() {
        Property.seeds(40).check(seed -> {
            Random random = new Random(seed);
            int g = 2 * random.nextInt(DEGREE) + 1;
            double[][] a = rows(integers(random, BigInteger.ONE.shiftLeft(80)), Q);
            double[][] moved = RING.forward(RING.automorphism(a, g));
            double[][] permuted = RING.permuted(RING.forward(a), Ring.permutation(DEGREE, g));
            assertSame(moved, permuted, Q);
        });
    }

    @Test
    void conversionKeepsTheIntegerOfLeastMagnitude() {
        Conversion conversion = new Conversion(Q, P);
        BigInteger half = product(Q).shiftRight(1);
        Property.seeds(40).check(seed -> {
            // within 2^-40 of Q/2 a neighbour is allowed; stay outside
            BigInteger[] integers = integers(new Random(seed), half.subtract(half.shiftRight(40)));
            double[][] out = new double[P.size()][DEGREE];
            conversion.convert(rows(integers, Q), out);
            assertSame(rows(integers, P), out, P);
        });
    }

    @Test
    void scalingRoundsToANeighbour() {
        long t = 1_032_193;
        BigInteger q = product(Q);
        Scaling scaling = new Scaling(Q, P, t);
        List<Modulus> both = new java.util.ArrayList<>(Q);
        both.addAll(P);
        Property.seeds(40).check(seed -> {
            BigInteger[] integers = integers(new Random(seed), q.multiply(q).shiftLeft(6));
            double[][] out = new double[P.size()][DEGREE];
            scaling.scale(rows(integers, both), out);
            BigInteger p = product(P);
            for (int j = 0; j < DEGREE; j++) {
                BigInteger twice = integers[j].multiply(BigInteger.valueOf(2 * t));
                BigInteger rounded = floor(twice.add(q), q.shiftLeft(1));
                BigInteger found = BigInteger.ZERO;
                for (int i = 0; i < P.size(); i++) {
                    BigInteger rest = p.divide(BigInteger.valueOf(P.get(i).value()));
                    BigInteger weight = rest.multiply(
                            rest.modInverse(BigInteger.valueOf(P.get(i).value())));
                    found = found.add(
                            weight.multiply(BigInteger.valueOf(P.get(i).canonical(out[i][j]))));
                }
                BigInteger off = found.subtract(rounded).mod(p);
                boolean near =
                        off.signum() == 0 || off.equals(BigInteger.ONE) || off.equals(p.subtract(BigInteger.ONE));
                assertTrue(near, "coefficient " + j);
            }
        });
    }

    private static BigInteger floor(BigInteger a, BigInteger b) {
        BigInteger[] parts = a.divideAndRemainder(b);
        return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    @Test
    void roundingIsExact() {
        Modulus t = Modulus.of(1_032_193);
        Rounding rounding = new Rounding(Q, t);
        BigInteger q = product(Q);
        Property.seeds(40).check(seed -> {
            BigInteger[] integers = integers(new Random(seed), q.shiftRight(1).subtract(q.shiftRight(40)));
            double[] rest = new double[DEGREE];
            double[] found = rounding.divide(rows(integers, Q), rest);
            for (int j = 0; j < DEGREE; j++) {
                BigInteger exact = integers[j].multiply(BigInteger.valueOf(t.value()));
                BigInteger whole = floor(exact.shiftLeft(1).add(q), q.shiftLeft(1));
                double part = exact.subtract(whole.multiply(q)).doubleValue() / q.doubleValue();
                assertEquals(part, rest[j], 1e-9);
                assertEquals(t.of(whole), t.canonical(found[j]));
            }
        });
    }

    @Test
    void rowsSurvivePackingAndNothingElseIsARow() {
        Property.seeds(60).check(seed -> {
            Random random = new Random(seed);
            Modulus modulus = Q.get((int) (seed % Q.size()));
            double[] row = NttTest.residues(random, modulus, DEGREE);
            byte[] packed = PackedRows.pack(row, modulus);
            assertArrayEquals(row, PackedRows.unpack(packed, DEGREE, modulus));
            for (byte[] wrong : new byte[][] {
                java.util.Arrays.copyOf(packed, packed.length - 1), java.util.Arrays.copyOf(packed, packed.length + 1)
            }) {
                assertRefused(wrong, modulus);
            }
            byte[] large = packed.clone();
            for (int i = 0; i < 8; i++) {
                large[i] = -1;
            }
            assertRefused(large, modulus);
        });
        Modulus odd = Q.get(2); // 65 coefficients of 43 bits leave bits in the last byte
        byte[] packed = PackedRows.pack(new double[65], odd);
        packed[packed.length - 1] = (byte) 0x80;
        PoyangException refused = assertThrows(PoyangException.class, () -> PackedRows.unpack(packed, 65, odd));
        assertEquals(HomomorphicErrors.BAD_CIPHERTEXT, refused.code());
    }

    private static void assertRefused(byte[] wrong, Modulus modulus) {
        PoyangException refused = assertThrows(PoyangException.class, () -> PackedRows.unpack(wrong, DEGREE, modulus));
        assertEquals(HomomorphicErrors.BAD_CIPHERTEXT, refused.code());
    }

    @Test
    void samplesHaveTheirDistributions() {
        SeededRandom random = new SeededRandom(new byte[32], "samples");
        int count = 1 << 16;
        int[] ternary = new int[3];
        for (double x : Sampler.ternary(count, random)) {
            ternary[(int) x + 1]++;
        }
        for (int seen : ternary) {
            assertEquals(count / 3.0, seen, 5 * Math.sqrt(count * 2 / 9.0));
        }
        double squares = 0;
        double sum = 0;
        for (double x : Sampler.noise(count, random)) {
            assertTrue(Math.abs(x) <= 21);
            squares += x * x;
            sum += x;
        }
        assertEquals(Sampler.NOISE_VARIANCE, squares / count, 0.3);
        assertEquals(0, sum / count, 0.1);
        Modulus modulus = Q.get(0);
        double[] uniform = Sampler.uniform(count, modulus, new SeededRandom(new byte[32], "u"));
        assertArrayEquals(uniform, Sampler.uniform(count, modulus, new SeededRandom(new byte[32], "u")));
        double mean = 0;
        for (double x : uniform) {
            mean += Math.abs(x) / modulus.value();
        }
        assertEquals(0.25, mean / count, 0.01);
        for (double x : Sampler.flood(count, 30, random)) {
            assertTrue(x >= -(1L << 30) && x < 1L << 30);
        }
    }
}
