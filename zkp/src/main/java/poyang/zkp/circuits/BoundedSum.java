package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// One equation Σ kᵢ·wᵢ + known = 0 modulo p for whole numbers of known ranges, which has one solution at most where
/// the powers of two in the weights lie at least as far apart as the ranges are wide.
///
/// The weights are taken as whole numbers from −p/2 to p/2, as they stand and after division by the first or
/// the last of them. If what the sum can be spans less than p, the equation holds of whole numbers. Modulo the next
/// weight's power of two all terms but the first vanish, which gives its number; then the next, and so on.
///
/// @param terms the weights, modulo p, with the ranges of what they weigh
/// @param known what is known of the sum, modulo p
record BoundedSum(BigInteger p, List<Term> terms, BigInteger known) {
    static final Range BIT = new Range(BigInteger.ZERO, 1);

    /// From `least` on 2^bits numbers.
    record Range(BigInteger least, int bits) {}

    record Term(BigInteger weight, Range range) {}

    sealed interface Solution permits None, One, Many {}

    record None() implements Solution {}

    /// @param values of the terms, modulo p
    record One(List<BigInteger> values) implements Solution {}

    /// This does not tell.
    record Many() implements Solution {}

    static BigInteger signed(BigInteger value, BigInteger p) {
        return value.compareTo(p.shiftRight(1)) > 0 ? value.subtract(p) : value;
    }

    Solution solve() {
        if (terms.stream().anyMatch(term -> term.weight().signum() == 0)) {
            return new Many();
        }
        for (BigInteger divisor : List.of(
                BigInteger.ONE, terms.getFirst().weight(), terms.getLast().weight())) {
            Solution found = divided(divisor.modInverse(p));
            if (!(found instanceof Many)) {
                return found;
            }
        }
        return new Many();
    }

    private Solution divided(BigInteger factor) {
        List<BigInteger> weights = terms.stream()
                .map(term -> signed(term.weight().multiply(factor).mod(p), p))
                .toList();
        BigInteger least = BigInteger.ZERO;
        BigInteger most = BigInteger.ZERO;
        BigInteger rest = known.multiply(factor);
        for (int i = 0; i < weights.size(); i++) {
            Range range = terms.get(i).range();
            BigInteger reach = weights.get(i)
                    .multiply(BigInteger.ONE.shiftLeft(range.bits()).subtract(BigInteger.ONE));
            least = least.add(reach.min(BigInteger.ZERO));
            most = most.add(reach.max(BigInteger.ZERO));
            rest = rest.add(weights.get(i).multiply(range.least()));
        }
        List<Integer> order = IntStream.range(0, weights.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> weights.get(i).getLowestSetBit()))
                .toList();
        if (most.subtract(least).compareTo(p) >= 0 || !apart(order, weights)) {
            return new Many();
        }
        // The whole number that the terms from the ranges' beginnings on must make.
        BigInteger wanted = least.add(rest.negate().subtract(least).mod(p));
        return wanted.compareTo(most) > 0 ? new None() : solved(order, weights, wanted);
    }

    private boolean apart(List<Integer> order, List<BigInteger> weights) {
        for (int i = 0; i + 1 < order.size(); i++) {
            int here = weights.get(order.get(i)).getLowestSetBit();
            int next = weights.get(order.get(i + 1)).getLowestSetBit();
            if (next - here < terms.get(order.get(i)).range().bits()) {
                return false;
            }
        }
        return true;
    }

    private Solution solved(List<Integer> order, List<BigInteger> weights, BigInteger wanted) {
        List<BigInteger> values =
                new ArrayList<>(terms.stream().map(Term::weight).toList());
        BigInteger rest = wanted;
        for (int i = 0; i < order.size(); i++) {
            int at = order.get(i);
            BigInteger weight = weights.get(at);
            int twos = weight.getLowestSetBit();
            Range range = terms.get(at).range();
            BigInteger steps;
            if (i + 1 < order.size()) {
                BigInteger modulus =
                        BigInteger.ONE.shiftLeft(weights.get(order.get(i + 1)).getLowestSetBit() - twos);
                steps = rest.shiftRight(twos)
                        .multiply(weight.shiftRight(twos).modInverse(modulus))
                        .mod(modulus);
            } else {
                steps = rest.divide(weight);
            }
            rest = rest.subtract(steps.multiply(weight));
            if (steps.signum() < 0 || steps.bitLength() > range.bits()) {
                return new None();
            }
            values.set(at, range.least().add(steps).mod(p));
        }
        return rest.signum() == 0 ? new One(List.copyOf(values)) : new None();
    }
}
