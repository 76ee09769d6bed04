package poyang.zkp.curves;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bug;

/// Multi-scalar multiplication, fixed-base multiples and transforms against their definitions.
final class BulkTest {
    private static final List<Curve> CURVES = List.of(Curve.BN254, Curve.BLS12_381);

    @Test
    void sumsEqualTheirDefinitionForEveryKindOfScalarAndPoint() {
        for (Curve curve : CURVES) {
            for (Group group : List.of(curve.g1(), curve.g2())) {
                for (int count : new int[] {0, 1, 7, 48, 49, 100, 3000}) {
                    sum(curve, group, count, Workers.CALLER);
                }
            }
        }
    }

    @Test
    void twoThreadsGiveTheSame() {
        try (ExecutorService executor = Executors.newFixedThreadPool(1)) {
            sum(Curve.BN254, Curve.BN254.g1(), 2500, Workers.of(2, executor));
        }
    }

    /// Points k·G with equal, opposite and infinite ones among them; scalars with 0, 1 and r − 1.
    private static void sum(Curve curve, Group group, int count, Workers workers) {
        Random random = new Random(count);
        PrimeField f = curve.scalars();
        BigInteger r = f.modulus();
        BigInteger expected = BigInteger.ZERO;
        long[] logs = new long[count * f.longs()];
        long[] scalars = new long[count * f.longs()];
        BigInteger last = BigInteger.ONE;
        for (int i = 0; i < count; i++) {
            BigInteger log = switch (random.nextInt(5)) {
                case 0 -> last;
                case 1 -> r.subtract(last).mod(r);
                case 2 -> BigInteger.ZERO;
                default -> new BigInteger(256, random).mod(r);
            };
            BigInteger scalar = switch (random.nextInt(5)) {
                case 0 -> BigInteger.valueOf(random.nextInt(2));
                case 1 -> r.subtract(BigInteger.ONE);
                default -> new BigInteger(256, random).mod(r);
            };
            last = log;
            System.arraycopy(f.limbs(log), 0, logs, i * f.longs(), f.longs());
            System.arraycopy(f.limbs(scalar), 0, scalars, i * f.longs(), f.longs());
            expected = expected.add(log.multiply(scalar)).mod(r);
        }
        long[] points = new FixedBase(group, f, group.generator()).multiples(logs, count, workers);
        for (int i = 0; i < Math.min(count, 20); i++) {
            long[] naive = group.toAffine(group.multiply(group.generator(), 0, f.integer(logs, i * f.longs())));
            for (int j = 0; j < naive.length; j++) {
                assertEquals(naive[j], points[i * group.affineLongs() + j], "multiple " + i);
            }
        }
        long[] sum = MultiScalar.sum(group, f, points, 0, scalars, 0, count, workers);
        assertTrue(group.same(group.multiply(group.generator(), 0, expected), sum), curve + " " + count);
    }

    @Test
    void aScalarThatIsNotBelowTheOrderIsABug() {
        Curve curve = Curve.BN254;
        long[] points = new long[10 * 8];
        long[] scalars = new long[10 * 4];
        System.arraycopy(curve.g1().generator(), 0, points, 0, 8);
        scalars[3] = -1;
        assertThrows(
                Bug.class,
                () -> MultiScalar.sum(curve.g1(), curve.scalars(), points, 0, scalars, 0, 10, Workers.CALLER));
    }

    @Test
    void transformsEqualEvaluation() {
        for (Curve curve : CURVES) {
            for (int power : new int[] {0, 1, 2, 3, 6}) {
                evaluation(curve, curve.domain(power), new Random(power));
            }
            Domain large = curve.domain(13);
            long[] values = new long[large.size() * 4];
            Random random = new Random(5);
            for (int i = 0; i < large.size(); i++) {
                System.arraycopy(curve.scalars().of(new BigInteger(250, random)), 0, values, 4 * i, 4);
            }
            long[] there = values.clone();
            large.transform(there);
            long[] atOdd = there.clone();
            large.interpolate(there);
            assertArrayEquals(values, there);
            large.moveToCoset(atOdd, large.oddShift(), Workers.CALLER);
            checkValue(curve, values, curve.scalars().value(large.oddShift(), 0), atOdd, 0);
        }
    }

    private static void evaluation(Curve curve, Domain domain, Random random) {
        PrimeField f = curve.scalars();
        int n = f.longs();
        long[] coefficients = new long[domain.size() * n];
        for (int i = 0; i < domain.size(); i++) {
            System.arraycopy(f.of(new BigInteger(250, random)), 0, coefficients, i * n, n);
        }
        long[] values = coefficients.clone();
        domain.transform(values);
        long[] odd = values.clone();
        domain.moveToCoset(odd, domain.oddShift(), Workers.CALLER);
        BigInteger root = f.value(domain.root(), 0);
        for (int i = 0; i < domain.size(); i++) {
            BigInteger x = root.modPow(BigInteger.valueOf(i), f.modulus());
            checkValue(curve, coefficients, x, values, i);
            checkValue(curve, coefficients, x.multiply(f.value(domain.oddShift(), 0)), odd, i);
        }
        long[] x = f.of(new BigInteger(250, random));
        long[] lagrange = Domain.lagrange(curve, domain.power(), x, domain.size());
        BigInteger sum = BigInteger.ZERO;
        for (int i = 0; i < domain.size(); i++) {
            sum = sum.add(f.value(lagrange, i * n).multiply(f.value(values, i * n)));
        }
        assertEquals(at(f, coefficients, f.value(x, 0)), sum.mod(f.modulus()));
    }

    private static void checkValue(Curve curve, long[] coefficients, BigInteger x, long[] values, int i) {
        assertEquals(
                at(curve.scalars(), coefficients, x),
                curve.scalars().value(values, i * curve.scalars().longs()));
    }

    private static BigInteger at(PrimeField f, long[] coefficients, BigInteger x) {
        BigInteger value = BigInteger.ZERO;
        for (int i = coefficients.length / f.longs() - 1; i >= 0; i--) {
            value = value.multiply(x).add(f.value(coefficients, i * f.longs())).mod(f.modulus());
        }
        return value;
    }
}
