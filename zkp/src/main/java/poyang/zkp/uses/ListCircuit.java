package poyang.zkp.uses;

import java.util.List;
import poyang.zkp.circuits.Api;
import poyang.zkp.circuits.Circuit;
import poyang.zkp.circuits.Merkle;
import poyang.zkp.circuits.Poseidon2;
import poyang.zkp.circuits.Variable;

/// A value, known by a salted hash, is or is not in a list. Leaves are hashes of (low, high, salt) for neighbours of
/// the sorted list, 0 below the first and 2^248 − 1 above the last: it is in the list when it is the low
/// end of a gap, and not when it lies inside of one.
final class ListCircuit extends Circuit {
    private final Variable root = publicInput("root");
    private final Variable purpose = publicInput("purpose");
    private final Variable tag = publicInput("tag");
    private final Variable member = publicInput("member");
    private final Variable value = secretInput("value");
    private final Variable blind = secretInput("blind");
    private final Variable low = secretInput("low");
    private final Variable high = secretInput("high");
    private final Variable salt = secretInput("salt");
    private final Variable position = secretInput("position");
    private final List<Variable> siblings;

    ListCircuit(int levels) {
        siblings = secretInputs("sibling", levels);
    }

    @Override
    protected void define(Api api) {
        int bits = Column.TEXT_BITS;
        Poseidon2 hash = new Poseidon2(api);
        Variable leaf = hash.hash(List.of(low, high, salt));
        api.assertEqual(new Merkle(api).root(leaf, siblings, position), root);
        api.assertEqual(hash.hash(List.of(value, blind)), tag);
        for (Variable one : List.of(value, low, high)) {
            api.assertInRange(one, bits);
        }
        api.assertEqual(api.isZero(value), api.constant(0));
        Variable isLow = api.isEqual(value, low);
        Variable inside = api.and(api.isLess(low, value, bits), api.isLess(value, high, bits));
        api.assertEqual(api.add(isLow, inside), api.constant(1));
        api.assertEqual(isLow, member);
        api.assertProduct(purpose, api.constant(1), purpose);
    }
}
