package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import poyang.zkp.curves.PrimeField;

/// Searches small constraint systems for a second witness: the same secret inputs, other public values. What it
/// finds is an under-constrained circuit, the classic failure of the field.
///
/// The search is a backtracking one. A constraint with one unknown wire is an equation of degree two at most in
/// it, so it leaves two values at most, all (no information) or none. Where no constraint has one unknown, a wire
/// of the shortest one is tried with 0, 1, −1 and a few values near the known ones; so "none found" is a proof
/// only where no such guess was needed ({@link #complete}).
public final class SecondWitness {
    private final BigInteger p;
    private final List<Row> rows = new ArrayList<>();
    private final @Nullable BigInteger[] values;
    private final int publicWires;
    private final BigInteger[] honest;
    private final int stepsMax;
    private int steps;
    private boolean complete = true;

    private record Row(
            SortedMap<Integer, BigInteger> a, SortedMap<Integer, BigInteger> b, SortedMap<Integer, BigInteger> c) {}

    /// Searches with the honest witness's wires, as plain integers, and at most `stepsMax` steps.
    ///
    /// @param secretInputs how many wires after the public ones are kept as they are
    public SecondWitness(R1cs circuit, BigInteger[] honest, int secretInputs, int stepsMax) {
        PrimeField f = circuit.curve().scalars();
        p = f.modulus();
        publicWires = circuit.publicWires();
        this.honest = honest.clone();
        this.stepsMax = stepsMax;
        for (int i = 0; i < circuit.constraints(); i++) {
            rows.add(new Row(new TreeMap<>(), new TreeMap<>(), new TreeMap<>()));
        }
        fill(f, circuit.a(), 0);
        fill(f, circuit.b(), 1);
        fill(f, circuit.c(), 2);
        values = new BigInteger[circuit.wires()];
        values[0] = BigInteger.ONE;
        for (int i = 1; i <= secretInputs; i++) {
            values[publicWires + i] = honest[publicWires + i];
        }
    }

    private void fill(PrimeField f, SparseMatrix matrix, int which) {
        for (int t = 0; t < matrix.terms(); t++) {
            Row row = rows.get(matrix.row(t));
            SortedMap<Integer, BigInteger> side = which == 0 ? row.a() : which == 1 ? row.b() : row.c();
            BigInteger k = f.value(matrix.coefficients(), t * f.longs());
            side.merge(matrix.wire(t), k, (x, y) -> x.add(y).mod(p));
        }
    }

    /// A witness with the same secret inputs and other public values, if one is found.
    public Optional<List<BigInteger>> search() {
        boolean found = explore();
        List<BigInteger> witness = new ArrayList<>();
        for (BigInteger value : values) {
            witness.add(value == null ? BigInteger.ZERO : value); // any value does
        }
        return found ? Optional.of(witness) : Optional.empty();
    }

    /// Was every possibility tried, so that nothing found means that there is nothing?
    public boolean complete() {
        return complete && steps < stepsMax;
    }

    private boolean explore() {
        if (++steps >= stepsMax) {
            return false;
        }
        Row shortest = null;
        int fewest = Integer.MAX_VALUE;
        for (Row row : rows) {
            Side a = new Side(row.a());
            Side b = new Side(row.b());
            Side c = new Side(row.c());
            if (a.isZero() || b.isZero()) { // whatever the other side, c must be zero
                a = b = new Side(new TreeMap<>());
            }
            List<Integer> unknown = new ArrayList<>(a.unknown);
            b.unknown.stream().filter(w -> !unknown.contains(w)).forEach(unknown::add);
            c.unknown.stream().filter(w -> !unknown.contains(w)).forEach(unknown::add);
            if (unknown.isEmpty()) {
                if (a.known.multiply(b.known).subtract(c.known).mod(p).signum() != 0) {
                    return false;
                }
            } else if (unknown.size() == 1) {
                int wire = unknown.get(0);
                Optional<List<BigInteger>> roots = roots(a, b, c);
                if (roots.isPresent()) {
                    return branch(wire, roots.get());
                }
            } else if (unknown.size() < fewest) {
                fewest = unknown.size();
                shortest = row;
            }
        }
        return shortest == null ? differs() : guess(shortest);
    }

    private boolean branch(int wire, List<BigInteger> roots) {
        for (BigInteger root : roots) {
            values[wire] = root;
            if (explore()) {
                return true;
            }
        }
        values[wire] = null;
        return false;
    }

    private boolean guess(Row row) {
        complete = false;
        int wire = -1;
        for (SortedMap<Integer, BigInteger> side : List.of(row.a(), row.b(), row.c())) {
            for (int candidate : side.keySet()) {
                wire = values[candidate] == null ? candidate : wire;
            }
        }
        BigInteger own = honest[wire];
        List<BigInteger> tries = new ArrayList<>();
        for (BigInteger value : List.of(
                own,
                BigInteger.ZERO,
                BigInteger.ONE,
                p.subtract(BigInteger.ONE),
                own.add(BigInteger.ONE).mod(p),
                own.subtract(BigInteger.ONE).mod(p))) {
            if (!tries.contains(value)) {
                tries.add(value);
            }
        }
        return branch(wire, tries);
    }

    /// All constraints hold: is a public value another one, or free to be?
    private boolean differs() {
        for (int i = 1; i <= publicWires; i++) {
            if (values[i] == null || !values[i].equals(honest[i])) {
                if (values[i] == null) {
                    values[i] = honest[i].add(BigInteger.ONE).mod(p);
                }
                return true;
            }
        }
        return false;
    }

    /// The values of the one unknown wire x with (a₁x + a₀)(b₁x + b₀) = c₁x + c₀, or nothing when all are.
    private Optional<List<BigInteger>> roots(Side a, Side b, Side c) {
        BigInteger two = a.slope.multiply(b.slope).mod(p);
        BigInteger one = a.slope
                .multiply(b.known)
                .add(b.slope.multiply(a.known))
                .subtract(c.slope)
                .mod(p);
        BigInteger zero = a.known.multiply(b.known).subtract(c.known).mod(p);
        if (two.signum() == 0) {
            if (one.signum() == 0) {
                return zero.signum() == 0 ? Optional.empty() : Optional.of(List.of());
            }
            return Optional.of(List.of(zero.negate().multiply(one.modInverse(p)).mod(p)));
        }
        BigInteger discriminant =
                one.multiply(one).subtract(two.multiply(zero).shiftLeft(2)).mod(p);
        Optional<BigInteger> root = squareRoot(discriminant);
        if (root.isEmpty()) {
            return Optional.of(List.of());
        }
        BigInteger half = two.shiftLeft(1).modInverse(p);
        BigInteger x = root.get().subtract(one).multiply(half).mod(p);
        BigInteger y = root.get().negate().subtract(one).multiply(half).mod(p);
        return Optional.of(x.equals(y) ? List.of(x) : List.of(x, y));
    }

    /// By Tonelli and Shanks.
    private Optional<BigInteger> squareRoot(BigInteger a) {
        BigInteger order = p.subtract(BigInteger.ONE);
        if (a.signum() == 0) {
            return Optional.of(a);
        }
        if (!a.modPow(order.shiftRight(1), p).equals(BigInteger.ONE)) {
            return Optional.empty();
        }
        int s = order.getLowestSetBit();
        BigInteger t = order.shiftRight(s);
        BigInteger z = BigInteger.TWO;
        while (z.modPow(order.shiftRight(1), p).equals(BigInteger.ONE)) {
            z = z.add(BigInteger.ONE);
        }
        BigInteger c = z.modPow(t, p);
        BigInteger root = a.modPow(t.add(BigInteger.ONE).shiftRight(1), p);
        BigInteger rest = a.modPow(t, p);
        for (int m = s; !rest.equals(BigInteger.ONE); ) {
            int i = 0;
            for (BigInteger y = rest; !y.equals(BigInteger.ONE); i++) {
                y = y.multiply(y).mod(p);
            }
            BigInteger b = c;
            for (int j = 0; j < m - i - 1; j++) {
                b = b.multiply(b).mod(p);
            }
            m = i;
            c = b.multiply(b).mod(p);
            rest = rest.multiply(c).mod(p);
            root = root.multiply(b).mod(p);
        }
        return Optional.of(root);
    }

    /// One side of a constraint, in so far as it is known.
    private final class Side {
        private BigInteger known = BigInteger.ZERO;
        private BigInteger slope = BigInteger.ZERO;
        private final List<Integer> unknown = new ArrayList<>();

        Side(SortedMap<Integer, BigInteger> terms) {
            terms.forEach((wire, k) -> {
                BigInteger value = values[wire];
                if (k.signum() != 0 && value == null) {
                    unknown.add(wire);
                    slope = k;
                } else if (value != null) {
                    known = known.add(k.multiply(value)).mod(p);
                }
            });
        }

        boolean isZero() {
            return unknown.isEmpty() && known.signum() == 0;
        }
    }
}
