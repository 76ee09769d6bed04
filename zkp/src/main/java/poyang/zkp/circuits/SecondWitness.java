package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import poyang.zkp.curves.PrimeField;

/// Searches small constraint systems for a second witness: the same kept inputs, other public values. What it
/// finds is an under-constrained circuit, the classic failure of the field.
///
/// First all is drawn that follows: a constraint with one unknown wire is an equation of degree two at most in it,
/// and a sum of unknown wires of known ranges by weights whose powers of two lie apart has one solution at most
/// ({@link BoundedSum}). Where nothing follows any more, the search tries: the values of a wire that has two, both
/// values of bits where few are left or a constraint has few, and otherwise a wire of the shortest constraint with
/// 0, 1, −1 and a few values near the known ones. So "none found" is a proof only where no such guess was needed
/// ({@link #complete}).
public final class SecondWitness {
    private static final int FEW_BITS = 12;
    private static final Set<BigInteger> BITS = Set.of(BigInteger.ZERO, BigInteger.ONE);

    private final BigInteger p;
    private final List<Row> rows = new ArrayList<>();
    private final List<List<Integer>> rowsOf = new ArrayList<>();
    private final @Nullable BigInteger[] values;
    private final boolean[] bit;
    /// What constraints say of a wire's range; null where they say nothing.
    private final BoundedSum.@Nullable Range[] ranges;
    /// Constraints that only say that a wire is a bit.
    private final Set<Row> ofBits = Collections.newSetFromMap(new IdentityHashMap<>());
    private final int publicWires;
    private final BigInteger[] honest;
    private final int stepsMax;
    private final Deque<Integer> trail = new ArrayDeque<>();
    private final TreeSet<Integer> pending = new TreeSet<>();
    private int steps;
    private boolean complete = true;
    /// Whether any wire counts, and not only public ones.
    private boolean anyWire;

    private record Row(
            SortedMap<Integer, BigInteger> a, SortedMap<Integer, BigInteger> b, SortedMap<Integer, BigInteger> c) {
        Set<Integer> wires() {
            Set<Integer> all = new TreeSet<>(a.keySet());
            all.addAll(b.keySet());
            all.addAll(c.keySet());
            return all;
        }
    }

    /// What is tried next.
    private record Choice(int wire, List<BigInteger> values) {}

    /// Searches with the honest witness's wires, as plain integers, and at most `stepsMax` steps.
    ///
    /// @param secretInputs how many wires after the public ones are kept as they are
    public SecondWitness(R1cs circuit, BigInteger[] honest, int secretInputs, int stepsMax) {
        this(
                circuit,
                honest,
                IntStream.rangeClosed(1, secretInputs)
                        .mapToObj(i -> circuit.publicWires() + i)
                        .collect(Collectors.toCollection(TreeSet::new)),
                stepsMax);
    }

    /// Searches for other values of those public wires that are not among the kept ones.
    ///
    /// @param kept wires whose values are those of the honest witness
    public SecondWitness(R1cs circuit, BigInteger[] honest, Set<Integer> kept, int stepsMax) {
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
        bit = new boolean[circuit.wires()];
        ranges = new BoundedSum.Range[circuit.wires()];
        for (int i = 0; i < circuit.wires(); i++) {
            rowsOf.add(new ArrayList<>());
        }
        for (int i = 0; i < rows.size(); i++) {
            pending.add(i);
            for (int wire : rows.get(i).wires()) {
                rowsOf.get(wire).add(i);
            }
        }
        kept.forEach(wire -> values[wire] = honest[wire]);
        rows.forEach(this::findBit);
        rows.forEach(this::findRange);
    }

    private void fill(PrimeField f, SparseMatrix matrix, int which) {
        for (int t = 0; t < matrix.terms(); t++) {
            Row row = rows.get(matrix.row(t));
            SortedMap<Integer, BigInteger> side = which == 0 ? row.a() : which == 1 ? row.b() : row.c();
            BigInteger k = f.value(matrix.coefficients(), t * f.longs());
            side.merge(matrix.wire(t), k, (x, y) -> x.add(y).mod(p));
        }
    }

    /// Notes a wire that a constraint makes 0 or 1.
    private void findBit(Row row) {
        Set<Integer> wires = row.wires();
        wires.remove(0);
        if (wires.size() == 1) {
            int wire = wires.iterator().next();
            BigInteger before = values[wire];
            values[wire] = null;
            Partly open = new Partly(row);
            // Of degree two, it has no other roots.
            if (open.a.slope().multiply(open.b.slope()).mod(p).signum() != 0
                    && BITS.stream().allMatch(open::holdsFor)) {
                bit[wire] = true;
                ranges[wire] = BoundedSum.BIT;
                ofBits.add(row);
            }
            values[wire] = before;
        }
    }

    /// Notes a wire that is the sum of as many bits by 1, 2, 4 and so on, and a constant.
    private void findRange(Row row) {
        SortedMap<Integer, BigInteger> sum = linear(row);
        List<Integer> whole = sum.keySet().stream()
                .filter(wire -> wire > 0 && !bit[wire])
                .limit(2)
                .toList();
        if (whole.size() != 1 || sum.size() < 2) {
            return;
        }
        BigInteger scale =
                Objects.requireNonNull(sum.get(whole.getFirst())).negate().modInverse(p);
        Set<Integer> places = new TreeSet<>();
        BigInteger least = BigInteger.ZERO;
        for (var term : sum.entrySet()) {
            BigInteger weight = term.getValue().multiply(scale).mod(p);
            if (term.getKey() == 0) {
                least = BoundedSum.signed(weight, p);
            } else if (bit[term.getKey()] && (weight.bitCount() != 1 || !places.add(weight.bitLength() - 1))) {
                return;
            }
        }
        int bits = places.size();
        if (bits > 0 && places.contains(bits - 1) && bits < p.bitLength() - 1) {
            ranges[whole.getFirst()] = new BoundedSum.Range(least, bits);
        }
    }

    /// a·b − c, where a or b is one; otherwise nothing.
    private SortedMap<Integer, BigInteger> linear(Row row) {
        SortedMap<Integer, BigInteger> one = new TreeMap<>();
        one.put(0, BigInteger.ONE);
        SortedMap<Integer, BigInteger> sum = new TreeMap<>();
        if (row.b().equals(one)) {
            sum.putAll(row.a());
        } else if (row.a().equals(one)) {
            sum.putAll(row.b());
        } else {
            return sum;
        }
        row.c()
                .forEach((wire, k) ->
                        sum.merge(wire, p.subtract(k), (x, y) -> x.add(y).mod(p)));
        sum.values().removeIf(k -> k.signum() == 0);
        return sum;
    }

    /// A witness with the same kept values and other public ones, if one is found.
    public Optional<List<BigInteger>> search() {
        boolean found = explore();
        List<BigInteger> witness = new ArrayList<>();
        for (BigInteger value : values) {
            witness.add(value == null ? BigInteger.ZERO : value); // any value does
        }
        return found ? Optional.of(witness) : Optional.empty();
    }

    /// Has the circuit no other witness with the same kept wires, whatever wires may change? False too where not every
    /// possibility was tried.
    public boolean isOnly() {
        anyWire = true;
        return !explore() && complete();
    }

    /// Was every possibility tried, so that nothing found means that there is nothing?
    public boolean complete() {
        return complete && steps < stepsMax;
    }

    private boolean explore() {
        if (++steps >= stepsMax) {
            return false;
        }
        int before = trail.size();
        if (follow()) {
            Optional<Choice> choice = choose();
            if (choice.isEmpty()) {
                return differs() || undo(before);
            }
            for (BigInteger value : choice.get().values()) {
                int here = trail.size();
                set(choice.get().wire(), value);
                if (explore()) {
                    return true;
                }
                undo(here);
            }
        }
        return undo(before);
    }

    private void set(int wire, BigInteger value) {
        values[wire] = value;
        trail.push(wire);
        pending.addAll(rowsOf.get(wire));
    }

    /// @return false
    private boolean undo(int size) {
        pending.clear();
        while (trail.size() > size) {
            values[trail.pop()] = null;
        }
        return false;
    }

    /// Draws what follows; false where a constraint is broken.
    private boolean follow() {
        while (!pending.isEmpty()) {
            Row row = rows.get(pending.pollFirst());
            Partly known = new Partly(row);
            if (known.unknown.isEmpty()) {
                if (!known.holds()) {
                    return false;
                }
            } else if (known.unknown.size() == 1 && !ofBits.contains(row)) {
                int wire = known.unknown.first();
                Optional<List<BigInteger>> roots = known.roots(wire);
                if (roots.isPresent() && roots.get().isEmpty()) {
                    return false;
                }
                if (roots.isPresent() && roots.get().size() == 1) {
                    set(wire, roots.get().get(0));
                }
            } else if (!ofBits.contains(row) && !bounded(known)) {
                return false;
            }
        }
        return true;
    }

    /// Solves a sum of unknown wires of known ranges, or one that is said to be 0 or 1; false where there is no
    /// solution.
    private boolean bounded(Partly row) {
        boolean boolean01 = row.saysBoolean();
        if (!row.linear() && !boolean01) {
            return true;
        }
        List<Integer> wires = new ArrayList<>(row.unknown);
        List<BoundedSum.Term> terms = new ArrayList<>();
        for (int wire : wires) {
            BoundedSum.Range range = ranges[wire];
            if (range == null) {
                return true;
            }
            terms.add(new BoundedSum.Term(boolean01 ? row.a.slope(wire) : row.weight(wire), range));
        }
        if (boolean01) {
            terms.add(new BoundedSum.Term(p.subtract(BigInteger.ONE), BoundedSum.BIT));
        }
        return switch (new BoundedSum(p, terms, boolean01 ? row.a.known : row.sum()).solve()) {
            case BoundedSum.Many() -> true;
            case BoundedSum.None() -> false;
            case BoundedSum.One(List<BigInteger> found) -> {
                for (int i = 0; i < wires.size(); i++) {
                    set(wires.get(i), found.get(i));
                }
                yield true;
            }
        };
    }

    private Optional<Choice> choose() {
        int bits = 0;
        int someBit = -1;
        for (int wire = 0; wire < values.length; wire++) {
            if (values[wire] == null && bit[wire]) {
                bits++;
                someBit = someBit < 0 ? wire : someBit;
            }
        }
        Partly shortest = null;
        Partly ofFewBits = null;
        int fewestBits = FEW_BITS;
        int fewest = Integer.MAX_VALUE;
        for (Row row : rows) {
            Partly known = new Partly(row);
            int others = (int) known.unknown.stream().filter(wire -> !bit[wire]).count();
            int bitsHere = known.unknown.size() - others;
            if (bitsHere > 0
                    && bitsHere < fewestBits
                    && !ofBits.contains(row)
                    && known.unknown.stream().allMatch(wire -> ranges[wire] != null)) {
                fewestBits = bitsHere;
                ofFewBits = known;
            }
            if (known.unknown.size() == 1 && others == 1) {
                int wire = known.unknown.first();
                Optional<List<BigInteger>> roots = known.roots(wire);
                if (roots.isPresent()) {
                    return Optional.of(new Choice(wire, roots.get()));
                }
            } else if (others > 0 && known.unknown.size() > 1 && known.unknown.size() < fewest) {
                fewest = known.unknown.size();
                shortest = known;
            }
        }
        if (bits > 0 && (bits <= FEW_BITS || shortest == null)) {
            return Optional.of(new Choice(someBit, List.of(BigInteger.ZERO, BigInteger.ONE)));
        }
        if (ofFewBits != null) {
            int first = ofFewBits.unknown.stream()
                    .filter(wire -> bit[wire])
                    .findFirst()
                    .orElseThrow();
            return Optional.of(new Choice(first, List.of(BigInteger.ZERO, BigInteger.ONE)));
        }
        return shortest == null ? Optional.empty() : Optional.of(guess(shortest));
    }

    private Choice guess(Partly row) {
        complete = false;
        int wire = row.unknown.stream().filter(one -> !bit[one]).findFirst().orElseThrow();
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
        return new Choice(wire, tries);
    }

    /// All constraints hold: is a value that counts another one, or free to be?
    private boolean differs() {
        for (int i = 1; i <= (anyWire ? values.length - 1 : publicWires); i++) {
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
        BigInteger two = a.slope().multiply(b.slope()).mod(p);
        BigInteger one = a.slope()
                .multiply(b.known)
                .add(b.slope().multiply(a.known))
                .subtract(c.slope())
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

    /// A constraint, in so far as it is known.
    private final class Partly {
        private final Side a;
        private final Side b;
        private final Side c;
        private final TreeSet<Integer> unknown;

        Partly(Row row) {
            Side left = new Side(row.a());
            Side right = new Side(row.b());
            if (left.isZero() || right.isZero()) { // whatever the other side, c must be zero
                left = right = new Side(new TreeMap<>());
            }
            a = left;
            b = right;
            c = new Side(row.c());
            unknown = new TreeSet<>(a.unknown.keySet());
            unknown.addAll(b.unknown.keySet());
            unknown.addAll(c.unknown.keySet());
        }

        boolean holds() {
            return sum().signum() == 0;
        }

        /// Whether it holds for a value of the one unknown wire.
        boolean holdsFor(BigInteger value) {
            BigInteger left = a.known.add(a.slope().multiply(value));
            BigInteger right = b.known.add(b.slope().multiply(value));
            return left.multiply(right)
                            .subtract(c.known)
                            .subtract(c.slope().multiply(value))
                            .mod(p)
                            .signum()
                    == 0;
        }

        /// What a·b − c is without the unknown wires, where it is linear in them.
        BigInteger sum() {
            return a.known.multiply(b.known).subtract(c.known).mod(p);
        }

        /// Whether it says a·(a − 1) = 0 of an a of several unknown wires.
        boolean saysBoolean() {
            return !a.unknown.isEmpty()
                    && a.unknown.equals(b.unknown)
                    && a.known.subtract(BigInteger.ONE).subtract(b.known).mod(p).signum() == 0
                    && c.isZero();
        }

        boolean linear() {
            return a.unknown.isEmpty() || b.unknown.isEmpty();
        }

        BigInteger weight(int wire) {
            return a.slope(wire)
                    .multiply(b.known)
                    .add(b.slope(wire).multiply(a.known))
                    .subtract(c.slope(wire))
                    .mod(p);
        }

        /// As {@link SecondWitness#roots}, of a bit only 0 and 1.
        Optional<List<BigInteger>> roots(int wire) {
            return bit[wire]
                    ? Optional.of(BITS.stream().filter(this::holdsFor).toList())
                    : SecondWitness.this.roots(a, b, c);
        }
    }

    /// One side of a constraint, in so far as it is known.
    private final class Side {
        private BigInteger known = BigInteger.ZERO;
        private final SortedMap<Integer, BigInteger> unknown = new TreeMap<>();

        Side(SortedMap<Integer, BigInteger> terms) {
            terms.forEach((wire, k) -> {
                BigInteger value = values[wire];
                if (k.signum() != 0 && value == null) {
                    unknown.put(wire, k);
                } else if (value != null) {
                    known = known.add(k.multiply(value));
                }
            });
            known = known.mod(p);
        }

        boolean isZero() {
            return unknown.isEmpty() && known.signum() == 0;
        }

        BigInteger slope(int wire) {
            return unknown.getOrDefault(wire, BigInteger.ZERO);
        }

        /// Of the one unknown wire.
        BigInteger slope() {
            return unknown.isEmpty() ? BigInteger.ZERO : slope(unknown.firstKey());
        }
    }
}
