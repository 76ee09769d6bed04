package poyang.zkp.uses;

import java.util.ArrayList;
import java.util.List;
import poyang.zkp.circuits.Api;
import poyang.zkp.circuits.Circuit;
import poyang.zkp.circuits.Poseidon2;
import poyang.zkp.circuits.Statistics;
import poyang.zkp.circuits.Variable;

/// Figures of a column with room for so many values, of which the first `count` are there and the others zero. The
/// commitment is the hash of salt, count and all values.
///
/// - cost: about 163 constraints a value, and 43 more for each limit
final class StatisticsCircuit extends Circuit {
    /// Values are below 2^40.
    static final int BITS = 40;

    private static final int SUM_BITS = BITS + 16;

    private final Variable root;
    private final List<Variable> limits;
    private final Variable count;
    private final Variable sum;
    private final Variable mean;
    private final List<Variable> classes;
    private final Variable salt;
    private final List<Variable> values;
    private final List<Variable> active;

    StatisticsCircuit(int room, int limitCount) {
        root = publicInput("root");
        limits = publicInputs("limit", limitCount);
        count = publicInput("count");
        sum = publicInput("sum");
        mean = publicInput("mean");
        classes = publicInputs("class", limitCount + 1);
        salt = secretInput("salt");
        values = secretInputs("value", room);
        active = secretInputs("active", room);
    }

    @Override
    protected void define(Api api) {
        List<Variable> hashed = new ArrayList<>(List.of(salt, count));
        hashed.addAll(values);
        api.assertEqual(new Poseidon2(api).hash(hashed), root);
        for (int i = 0; i < values.size(); i++) {
            api.assertBoolean(active.get(i));
            if (i > 0) {
                api.assertProduct(active.get(i - 1), active.get(i), active.get(i));
            }
            api.assertInRange(values.get(i), BITS);
            api.assertProduct(values.get(i), api.not(active.get(i)), api.constant(0));
        }
        api.assertEqual(api.sum(active), count);
        api.assertEqual(api.sum(values), sum);
        api.assertEqual(new Statistics(api).mean(sum, count, SUM_BITS), mean);
        Variable before = api.constant(0);
        for (int k = 0; k < limits.size(); k++) {
            api.assertInRange(limits.get(k), BITS);
            if (k > 0) {
                api.assertAtMost(limits.get(k - 1), limits.get(k), BITS);
            }
            Variable below = api.constant(0);
            for (int i = 0; i < values.size(); i++) {
                Variable less = api.isLess(values.get(i), limits.get(k), BITS);
                below = api.add(below, api.and(active.get(i), less));
            }
            api.assertEqual(api.subtract(below, before), classes.get(k));
            before = below;
        }
        api.assertEqual(api.subtract(count, before), classes.getLast());
    }
}
