package poyang.crypto.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;

/// The numerics against closed forms and plain, slow definitions.
final class NumericsTest {
    private static BitSample random(int bits, String label) {
        return BitSample.of(new SeededRandom(new byte[SeededRandom.SEED_BYTES], label).bytes((bits + 7) / 8), bits);
    }

    @Test
    void gammaFunctionsEqualTheirClosedForms() {
        double factorial = 1;
        for (int n = 1; n < 100; n++) {
            assertEquals(Math.log(factorial), SpecialFunctions.lnGamma(n), 1e-12 * n * n, "Γ(" + n + ")");
            factorial *= n;
        }
        assertEquals(Math.log(Math.PI) / 2, SpecialFunctions.lnGamma(0.5), 1e-14);
        for (double x = 0.01; x < 60; x *= 1.3) {
            assertEquals(Math.exp(-x), SpecialFunctions.igamc(1, x), 1e-14);
            // For whole a: e^-x times the first a terms of e^x.
            double term = 1;
            double sum = 1;
            for (int k = 1; k < 16; k++) {
                term *= x / k;
                sum += term;
            }
            assertEquals(Math.exp(-x) * sum, SpecialFunctions.igamc(16, x), 1e-13, "Q(16, " + x + ")");
        }
        assertEquals(1, SpecialFunctions.igamc(3, 0));
        assertEquals(1, SpecialFunctions.igamc(3, -1));
        assertEquals(0, SpecialFunctions.igamc(3, Double.NaN));
        assertEquals(0, SpecialFunctions.igamc(3, 1e6));
        assertEquals(0.5, SpecialFunctions.igamc(50_000, 50_000), 0.01, "the middle of a wide one");
    }

    @Test
    void errorFunctionEqualsItsTable() {
        assertEquals(1, SpecialFunctions.erfc(0));
        assertEquals(0.4795001221869535, SpecialFunctions.erfc(0.5), 1e-15);
        assertEquals(0.15729920705028513, SpecialFunctions.erfc(1), 1e-15);
        assertEquals(0.004677734981047266, SpecialFunctions.erfc(2), 1e-16);
        assertEquals(1.537459794428035e-12, SpecialFunctions.erfc(5), 1e-26);
        assertEquals(2 - 0.15729920705028513, SpecialFunctions.erfc(-1), 1e-15);
        assertEquals(0.975, SpecialFunctions.normal(1.959963984540054), 1e-15);
        assertEquals(0, SpecialFunctions.erfc(Double.NaN));
        double sum = 0;
        for (int k = 0; k <= 512; k++) {
            sum += SpecialFunctions.binomial(512, k, 0.01);
        }
        assertEquals(1, sum, 1e-11);
    }

    @Test
    void wordsEqualBits() {
        for (int n : new int[] {64, 65, 127, 128, 200, 1000}) {
            BitSample bits = random(n, "words " + n);
            int ones = 0;
            for (int i = 0; i < n; i++) {
                ones += bits.bit(i);
                assertEquals(bits.bit(i), bits.number(i, 1));
            }
            assertEquals(ones, bits.ones());
            assertEquals(ones, bits.ones(0, n));
            for (int d : new int[] {1, 7, 16, 32, 63}) {
                BitSample sum = bits.plusShifted(d);
                assertEquals(n - d, sum.length());
                for (int i = 0; i < n - d; i++) {
                    assertEquals(bits.bit(i) ^ bits.bit(i + d), sum.bit(i));
                }
                assertEquals(sum.ones(), sum.ones(0, n - d), "nothing behind the last bit");
            }
            int[] ring = bits.ringCounts(3);
            int[] plain = new int[8];
            for (int i = 0; i < n; i++) {
                plain[bits.bit(i) * 4 + bits.bit((i + 1) % n) * 2 + bits.bit((i + 2) % n)]++;
            }
            assertEquals(java.util.Arrays.toString(plain), java.util.Arrays.toString(ring));
        }
    }

    @Test
    void theSpectrumEqualsTheDefinition() {
        for (int n : new int[] {4, 10, 100, 126, 256, 1000}) {
            BitSample bits = random(n, "spectrum " + n);
            int below = 0;
            for (int k = 0; k < n / 2; k++) {
                double re = 0;
                double im = 0;
                for (int j = 0; j < n; j++) {
                    re += (2 * bits.bit(j) - 1) * Math.cos(2 * Math.PI * j * k / n);
                    im -= (2 * bits.bit(j) - 1) * Math.sin(2 * Math.PI * j * k / n);
                }
                below += re * re + im * im < 2.995732274 * n ? 1 : 0;
            }
            TestValue expected = TestValue.normal(
                    StatisticalTest.FOURIER, "", (below - 0.95 * n / 2) / Math.sqrt(0.95 * 0.05 * n / 3.8));
            FourierTest test = new FourierTest(n);
            assertEquals(expected.p(), test.of(bits).p(), 1e-9, "n = " + n);
            assertEquals(expected.p(), test.of(bits).p(), 1e-9, "an instance serves twice");
        }
    }

    @Test
    void complexityEqualsTheRegistersLength() {
        for (int length = 1; length < 70; length += 3) {
            // A register with taps at its ends and in its middle, started from 0…01.
            byte[] out = new byte[40];
            int[] state = new int[length];
            state[length - 1] = 1;
            for (int i = 0; i < 8 * out.length; i++) {
                int next = state[0] ^ (length > 2 ? state[length / 2] : 0);
                out[i / 8] |= (byte) (state[0] << (7 - i % 8));
                System.arraycopy(state, 1, state, 0, length - 1);
                state[length - 1] = next;
            }
            assertEquals(length, AlgebraicTests.complexity(BitSample.of(out), 0, 320), "register of " + length);
        }
        byte[] late = new byte[125];
        late[124] = 1;
        assertEquals(1000, AlgebraicTests.complexity(BitSample.of(late), 0, 1000), "0…01");
        assertEquals(0, AlgebraicTests.complexity(BitSample.of(new byte[125]), 0, 1000), "0…0");
        for (int m : new int[] {63, 64, 65, 500, 999}) {
            BitSample bits = random(2000, "complexity " + m);
            for (int from = 0; from < 1000; from += 131) {
                assertEquals(slowComplexity(bits, from, m), AlgebraicTests.complexity(bits, from, m));
            }
        }
    }

    /// Massey's algorithm bit by bit.
    private static int slowComplexity(BitSample s, int from, int m) {
        int[] c = new int[m + 1];
        int[] b = new int[m + 1];
        c[0] = 1;
        b[0] = 1;
        int length = 0;
        int since = 1;
        for (int n = 0; n < m; n++, since++) {
            int d = 0;
            for (int i = 0; i <= length; i++) {
                d ^= c[i] & s.bit(from + n - i);
            }
            if (d == 0) {
                continue;
            }
            int[] t = c.clone();
            for (int i = 0; i + since <= m; i++) {
                c[i + since] ^= b[i];
            }
            if (2 * length <= n) {
                length = n + 1 - length;
                b = t;
                since = 0;
            }
        }
        return length;
    }

    @Test
    void ranksAreRight() {
        int[] unit = new int[32];
        for (int i = 0; i < 32; i++) {
            unit[i] = 1 << i;
        }
        assertEquals(32, AlgebraicTests.rank(unit.clone()));
        unit[5] = unit[7] ^ unit[9];
        assertEquals(31, AlgebraicTests.rank(unit.clone()));
        assertEquals(0, AlgebraicTests.rank(new int[32]));
        assertTrue(AlgebraicTests.rank(new int[] {3, 3, 1, 2}) == 2);
    }
}
