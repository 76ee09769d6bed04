package poyang.zkp.systems;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.kernel.PoyangException;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.circuits.SparseMatrix;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Domain;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.MultiScalar;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// Makes the keys of a circuit under PLONK from the universal set-up. There is no secret in it: who has circuit and
/// powers can make the key again and compare.
///
/// - computes: rows qm·a·b + ql·a + qr·b + qo·c + qc = 0 from the constraints, sums of many wires through wires of
///   their own; the permutation that ties equal wires together; commitments to both
/// - rejects: as `BAD_CIRCUIT`, a circuit with more rows than the powers have, or over another curve
/// - cost: eight transforms and eight sums of points in G1
/// - source: Gabizon, Williamson, Ciobotaru, ePrint 2019/953, sections 6 and 8.1; rows as snarkjs orders them
public final class PlonkSetUp {
    private static final int SELECTORS = 5;
    private static final int EXTRA_POWERS = 6;
    private static final int POWER_MIN = 3;

    private final R1cs circuit;
    private final Curve curve;
    private final PrimeField f;
    private final int n;
    private final List<PlonkProvingKey.Addition> additions = new ArrayList<>();
    private final List<int[]> rows = new ArrayList<>();
    private final List<long[][]> selectors = new ArrayList<>();
    private final long[] zero;
    private final long[] one;

    private PlonkSetUp(R1cs circuit) {
        this.circuit = circuit;
        curve = circuit.curve();
        f = curve.scalars();
        n = f.longs();
        zero = new long[n];
        one = f.of(1);
    }

    /// A sum of wires with factors, and a constant.
    private static final class Combination {
        final Map<Integer, long[]> terms = new TreeMap<>();
        long[] constant;

        Combination(int longs) {
            constant = new long[longs];
        }
    }

    /// The proving key, with the verification key in it.
    public static PlonkProvingKey of(R1cs circuit, PowersOfTau powers, Workers workers) {
        PlonkSetUp setUp = new PlonkSetUp(circuit);
        setUp.write();
        return setUp.key(powers, workers);
    }

    private void write() {
        for (int i = 1; i <= circuit.publicWires(); i++) {
            row(new int[] {i, 0, 0}, zero, one, zero, zero, zero);
        }
        int[] next = new int[3];
        SparseMatrix[] matrices = {circuit.a(), circuit.b(), circuit.c()};
        for (int r = 0; r < circuit.constraints(); r++) {
            Combination[] parts = new Combination[3];
            for (int m = 0; m < 3; m++) {
                parts[m] = new Combination(n);
                while (next[m] < matrices[m].terms() && matrices[m].row(next[m]) == r) {
                    add(parts[m], matrices[m], next[m]++);
                }
            }
            constraint(parts[0], parts[1], parts[2]);
        }
        for (int m = 0; m < 3; m++) {
            if (next[m] != matrices[m].terms()) {
                throw badCircuit("the rows of a matrix are not in order");
            }
        }
    }

    private static PoyangException badCircuit(String wrong) {
        return new PoyangException(ZkpErrors.BAD_CIRCUIT, wrong, "give a circuit and powers that fit each other");
    }

    private void add(Combination to, SparseMatrix matrix, int term) {
        long[] factor = Arrays.copyOfRange(matrix.coefficients(), term * n, (term + 1) * n);
        if (matrix.wire(term) == 0) {
            to.constant = plus(to.constant, factor);
            return;
        }
        long[] sum = plus(to.terms.getOrDefault(matrix.wire(term), zero), factor);
        if (f.isZero(sum, 0)) {
            to.terms.remove(matrix.wire(term));
        } else {
            to.terms.put(matrix.wire(term), sum);
        }
    }

    private long[] plus(long[] a, long[] b) {
        long[] sum = new long[n];
        f.add(sum, 0, a, 0, b, 0);
        return sum;
    }

    private long[] times(long[] a, long[] b) {
        long[] product = new long[n];
        f.multiply(product, 0, a, 0, b, 0);
        return product;
    }

    private long[] negative(long[] a) {
        long[] r = new long[n];
        f.negate(r, 0, a, 0);
        return r;
    }

    private void row(int[] wires, long[] qm, long[] ql, long[] qr, long[] qo, long[] qc) {
        rows.add(wires);
        selectors.add(new long[][] {qm, ql, qr, qo, qc});
    }

    /// a·b = c
    private void constraint(Combination a, Combination b, Combination c) {
        if (a.terms.isEmpty() || b.terms.isEmpty()) {
            Combination sum = a.terms.isEmpty() ? b : a;
            long[] factor = a.terms.isEmpty() ? a.constant : b.constant;
            Combination rest = new Combination(n);
            sum.terms.forEach((wire, k) -> rest.terms.put(wire, times(k, factor)));
            c.terms.forEach((wire, k) -> rest.terms.put(wire, plus(rest.terms.getOrDefault(wire, zero), negative(k))));
            rest.terms.values().removeIf(k -> f.isZero(k, 0));
            rest.constant = plus(times(sum.constant, factor), negative(c.constant));
            linear(rest);
            return;
        }
        Single x = single(a);
        Single y = single(b);
        Single z = single(c);
        row(
                new int[] {x.wire, y.wire, z.wire},
                times(x.factor, y.factor),
                times(x.factor, b.constant),
                times(a.constant, y.factor),
                negative(z.factor),
                plus(times(a.constant, b.constant), negative(c.constant)));
    }

    /// A sum that must be zero.
    private void linear(Combination sum) {
        List<Single> left = reduced(sum, 3);
        while (left.size() < 3) {
            left.add(new Single(0, zero));
        }
        row(
                new int[] {left.get(0).wire, left.get(1).wire, left.get(2).wire},
                zero,
                left.get(0).factor,
                left.get(1).factor,
                left.get(2).factor,
                sum.constant);
    }

    /// One wire with a factor.
    private static final class Single {
        final int wire;
        final long[] factor;

        Single(int wire, long[] factor) {
            this.wire = wire;
            this.factor = factor;
        }
    }

    private Single single(Combination sum) {
        List<Single> left = reduced(sum, 1);
        return left.isEmpty() ? new Single(0, zero) : left.get(0);
    }

    /// The same sum over at most `max` wires: two at a time become a new one.
    private List<Single> reduced(Combination sum, int max) {
        List<Single> left = new ArrayList<>();
        sum.terms.forEach((wire, k) -> left.add(new Single(wire, k)));
        int from = 0;
        while (left.size() - from > max) {
            Single x = left.get(from);
            Single y = left.get(from + 1);
            from += 2;
            int wire = circuit.wires() + additions.size();
            long[] factors = Arrays.copyOf(x.factor, 2 * n);
            System.arraycopy(y.factor, 0, factors, n, n);
            additions.add(new PlonkProvingKey.Addition(x.wire, y.wire, factors));
            row(new int[] {x.wire, y.wire, wire}, zero, x.factor, y.factor, negative(one), zero);
            left.add(new Single(wire, one));
        }
        return new ArrayList<>(left.subList(from, left.size()));
    }

    private PlonkProvingKey key(PowersOfTau powers, Workers workers) {
        if (powers.curve != curve) {
            throw badCircuit("the circuit is over " + curve + ", the powers over " + powers.curve);
        }
        int power = Math.max(POWER_MIN, 32 - Integer.numberOfLeadingZeros(rows.size() - 1));
        int size = 1 << power;
        int width = curve.g1().affineLongs();
        if (power + 2 > curve.powerMax() || (size + EXTRA_POWERS) * width > powers.tau1.length) {
            throw badCircuit("the circuit has " + rows.size() + " rows of PLONK, for which powers of 2^" + power
                    + " are needed");
        }
        Domain domain = curve.domain(power);
        long[][] polynomials = new long[SELECTORS + 3][];
        for (int q = 0; q < SELECTORS; q++) {
            polynomials[q] = new long[size * n];
            for (int i = 0; i < selectors.size(); i++) {
                System.arraycopy(selectors.get(i)[q], 0, polynomials[q], i * n, n);
            }
        }
        long[] k1 = coset(power, one);
        long[] k2 = coset(power, k1);
        permutation(domain, k1, k2, polynomials);
        long[] points = Arrays.copyOf(powers.tau1, (size + EXTRA_POWERS) * width);
        long[][] commitments = new long[polynomials.length][];
        for (int i = 0; i < polynomials.length; i++) {
            domain.interpolate(polynomials[i], workers);
            commitments[i] = commit(polynomials[i], points, workers);
        }
        int w2 = curve.g2().affineLongs();
        PlonkKey verification = new PlonkKey(
                curve, circuit.publicWires(), power, k1, k2, commitments, Arrays.copyOfRange(powers.tau2, w2, 2 * w2));
        int[][] columns = new int[3][rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            for (int w = 0; w < 3; w++) {
                columns[w][i] = rows.get(i)[w];
            }
        }
        return new PlonkProvingKey(
                verification,
                circuit.wires() + additions.size(),
                additions.toArray(PlonkProvingKey.Addition[]::new),
                columns,
                polynomials,
                points);
    }

    private long[] commit(long[] polynomial, long[] points, Workers workers) {
        long[] plain = new long[polynomial.length];
        for (int i = 0; i < plain.length; i += n) {
            f.toPlain(plain, i, polynomial, i);
        }
        Group g1 = curve.g1();
        return g1.toAffine(MultiScalar.sum(g1, f, points, 0, plain, 0, plain.length / n, workers));
    }

    /// The next k whose coset of the domain is none of those of 1 and `before`.
    private long[] coset(int power, long[] before) {
        long[] k = f.equal(before, 0, one, 0) ? f.of(2) : plus(before, one);
        long[] inverse = new long[n];
        f.invert(inverse, 0, before, 0);
        while (f.isZero(Domain.vanishing(f, k, power), 0)
                || f.isZero(Domain.vanishing(f, times(k, inverse), power), 0)) {
            k = plus(k, one);
        }
        return k;
    }

    /// The values of S1, S2, S3: each place of a wire names the next place of the same wire, in a circle. Rows
    /// that are not used have the constant wire.
    private void permutation(Domain domain, long[] k1, long[] k2, long[][] polynomials) {
        int size = domain.size();
        long[] names = new long[3 * size * n];
        long[] root = domain.root();
        long[][] shifts = {one, k1, k2};
        for (int w = 0; w < 3; w++) {
            System.arraycopy(shifts[w], 0, names, w * size * n, n);
            for (int i = w * size + 1; i < (w + 1) * size; i++) {
                f.multiply(names, i * n, names, (i - 1) * n, root, 0);
            }
        }
        int[] last = new int[circuit.wires() + additions.size()];
        int[] first = new int[last.length];
        Arrays.fill(last, -1);
        long[] sigma = new long[names.length];
        for (int i = 0; i < 3 * size; i++) { // row by row, as snarkjs
            int r = i / 3;
            int place = i % 3 * size + r;
            int wire = r < rows.size() ? rows.get(r)[i % 3] : 0;
            if (last[wire] < 0) {
                first[wire] = place;
            } else {
                System.arraycopy(names, last[wire] * n, sigma, place * n, n);
            }
            last[wire] = place;
        }
        for (int wire = 0; wire < last.length; wire++) {
            if (last[wire] >= 0) {
                System.arraycopy(names, last[wire] * n, sigma, first[wire] * n, n);
            }
        }
        for (int w = 0; w < 3; w++) {
            polynomials[SELECTORS + w] = Arrays.copyOfRange(sigma, w * size * n, (w + 1) * size * n);
        }
    }
}
