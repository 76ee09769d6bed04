package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import poyang.zkp.curves.Curve;

/// A record of fields that is committed to by one salted hash, of which a proof shows some fields and uses others.
///
/// - computes: commitment = Poseidon2(field₁, …, fieldₙ, salt)
/// - secrecy: hides the fields when the salt is uniform in the field and used once
public final class Disclosure {
    private final Api api;
    private final List<Variable> fields;
    private final Variable commitment;

    public Disclosure(Api api, List<Variable> fields, Variable salt) {
        this.api = api;
        this.fields = List.copyOf(fields);
        List<Variable> all = new ArrayList<>(fields);
        all.add(salt);
        commitment = new Poseidon2(api).hash(all);
    }

    /// The commitment to the record, to be compared with one that is known to all or lies in a tree.
    public Variable commitment() {
        return commitment;
    }

    /// Asserts that the fields at these positions have these values.
    public void reveal(SortedMap<Integer, Variable> shown) {
        shown.forEach((position, value) -> api.assertEqual(fields.get(position), value));
    }

    /// The commitment outside of a circuit.
    public static BigInteger commitment(Curve curve, List<BigInteger> fields, BigInteger salt) {
        List<BigInteger> all = new ArrayList<>(fields);
        all.add(salt);
        return Poseidon2.hash(curve, all);
    }
}
