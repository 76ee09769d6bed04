package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bug;

/// Gadgets over columns of values: lookups, permutations, order, histograms.
public final class Statistics {
    private final Api api;

    public Statistics(Api api) {
        this.api = api;
    }

    /// The entry of a table at a secret index, which asserts that the index is one of it. Cost: a constraint for
    /// each entry but two, and two for each test.
    ///
    /// @param table constants or variables
    public Variable lookup(List<Variable> table, Variable index) {
        Variable hits = api.constant(0);
        Variable found = api.constant(0);
        for (int i = 0; i < table.size(); i++) {
            Variable hit = api.isEqual(index, api.constant(i));
            hits = api.add(hits, hit);
            found = api.add(found, api.multiply(hit, table.get(i)));
        }
        api.assertEqual(hits, api.constant(1));
        return found;
    }

    /// Asserts that one column is the other in some order: the values' polynomials agree at `challenge`. The
    /// challenge must not be the prover's choice once the columns are fixed, such as a hash of a commitment
    /// to both; a false claim passes with chance n/r then. Cost: 2·n − 1 constraints.
    public void assertPermutation(List<Variable> one, List<Variable> other, Variable challenge) {
        Bug.unless(one.size() == other.size() && !one.isEmpty(), "columns of one length");
        api.assertEqual(product(one, challenge), product(other, challenge));
    }

    private Variable product(List<Variable> column, Variable challenge) {
        Variable product = api.subtract(challenge, column.get(0));
        for (Variable value : column.subList(1, column.size())) {
            product = api.multiply(product, api.subtract(challenge, value));
        }
        return product;
    }

    /// Asserts that a column ascends, equal neighbours allowed, and has values below 2^bits.
    public void assertSorted(List<Variable> column, int bits) {
        column.forEach(value -> api.assertInRange(value, bits));
        for (int i = 1; i < column.size(); i++) {
            api.assertAtMost(column.get(i - 1), column.get(i), bits);
        }
    }

    /// How many values lie below each of the ascending constant limits, but not below the one before; the last
    /// entry counts those from the last limit on. Values are known to be below 2^bits.
    public List<Variable> histogram(List<Variable> column, List<BigInteger> limits, int bits) {
        List<Variable> below = new ArrayList<>();
        for (BigInteger limit : limits) {
            Variable count = api.constant(0);
            for (Variable value : column) {
                count = api.add(count, api.isLess(value, api.constant(limit), bits));
            }
            below.add(count);
        }
        List<Variable> counts = new ArrayList<>();
        Variable before = api.constant(0);
        for (Variable count : below) {
            counts.add(api.subtract(count, before));
            before = count;
        }
        counts.add(api.subtract(api.constant(column.size()), before));
        return counts;
    }

    /// ⌊sum/count⌋ for a count from 1 on, both known to be below 2^bits.
    public Variable mean(Variable sum, Variable count, int bits) {
        Bug.unless(bits <= 120, "a product of two values must stay below the order");
        List<Variable> both = api.unconstrained(
                2,
                List.of(sum, count),
                values -> values.get(1).signum() == 0
                        ? List.of(BigInteger.ZERO, BigInteger.ZERO)
                        : List.of(values.get(0).divideAndRemainder(values.get(1))));
        Variable quotient = both.get(0);
        Variable remainder = both.get(1);
        api.assertInRange(quotient, bits);
        api.assertInRange(remainder, bits);
        api.assertEqual(api.isLess(remainder, count, bits), api.constant(1));
        api.assertProduct(quotient, count, api.subtract(sum, remainder));
        return quotient;
    }
}
