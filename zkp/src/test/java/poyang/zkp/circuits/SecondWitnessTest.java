package poyang.zkp.circuits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// No gadget has a second result for the same inputs; circuits that leave something out do, and are found.
final class SecondWitnessTest {
    private static final Curve CURVE = Curve.BN254;

    private static boolean second(Example circuit, long out, long... in) {
        return second(circuit, BigInteger.valueOf(out), in);
    }

    private static boolean second(Example circuit, BigInteger out, long... in) {
        Map<String, BigInteger> values = new LinkedHashMap<>();
        values.put("out[0]", out);
        for (int i = 0; i < in.length; i++) {
            values.put("in[" + i + "]", BigInteger.valueOf(in[i]));
        }
        R1cs constraints = Witness.constraints(circuit, CURVE);
        long[] witness = Witness.of(circuit, CURVE, values);
        PrimeField f = CURVE.scalars();
        BigInteger[] honest = new BigInteger[constraints.wires()];
        for (int i = 0; i < honest.length; i++) {
            f.fromPlain(witness, 4 * i, witness, 4 * i);
            honest[i] = f.value(witness, 4 * i);
        }
        Optional<List<BigInteger>> found = new SecondWitness(constraints, honest, in.length, 20_000).search();
        found.ifPresent(other -> {
            for (int i = 0; i < honest.length; i++) {
                System.arraycopy(f.of(other.get(i)), 0, witness, 4 * i, 4);
            }
            assertEquals(-1, constraints.firstUnsatisfied(witness), "what is found satisfies the constraints");
        });
        return found.isPresent();
    }

    @Test
    void gadgetsHaveOneResult() {
        Map<String, Boolean> found = new LinkedHashMap<>();
        Example less = Example.result(2, (api, in) -> api.isLess(in.get(0), in.get(1), 4));
        found.put("less", second(less, 1, 3, 9));
        found.put("not less", second(less, 0, 9, 9));
        Example zero = Example.result(1, (api, in) -> api.isZero(in.get(0)));
        found.put("zero", second(zero, 1, 0));
        found.put("not zero", second(zero, 0, 7));
        found.put(
                "bits",
                second(Example.result(1, (api, in) -> api.toBits(in.get(0), 6).get(5)), 1, 33));
        found.put(
                "mean",
                second(Example.result(2, (api, in) -> new Statistics(api).mean(in.get(0), in.get(1), 4)), 4, 13, 3));
        found.put("parity", second(Example.result(3, (api, in) -> api.parity(api.sum(in), 2)), 1, 1, 1, 1));
        found.put(
                "select",
                second(Example.result(3, (api, in) -> api.select(in.get(0), in.get(1), in.get(2))), 5, 1, 5, 6));
        Example lookup = Example.result(
                1,
                (api, in) -> new Statistics(api)
                        .lookup(List.of(api.constant(4), api.constant(6), api.constant(9)), in.get(0)));
        found.put("lookup", second(lookup, 6, 1));
        found.put(
                "wide parity",
                second(Example.result(7, (api, in) -> api.parity(api.sum(in), 3)), 1, 1, 1, 1, 0, 1, 1, 0));
        found.put(
                "wide bits",
                second(Example.result(1, (api, in) -> api.toBits(in.get(0), 60).get(40)), 1, 1L << 40));
        found.put(
                "64 bits less", second(Example.result(2, (api, in) -> api.isLess(in.get(0), in.get(1), 62)), 1, 3, 9));
        found.put(
                "histogram",
                second(
                        Example.result(
                                3,
                                (api, in) -> new Statistics(api)
                                        .histogram(in, List.of(BigInteger.TEN), 20)
                                        .get(0)),
                        2,
                        3,
                        9,
                        10));
        found.forEach((name, other) -> assertTrue(!other, name));
    }

    @Test
    void hashesTreesAndRecordsHaveOneResult() {
        List<BigInteger> three = List.of(BigInteger.valueOf(3), BigInteger.valueOf(4), BigInteger.valueOf(5));
        Example hash = Example.result(3, (api, in) -> new Poseidon2(api).hash(in));
        assertFalse(second(hash, Poseidon2.hash(CURVE, three), 3, 4, 5));
        Example record = Example.result(3, (api, in) -> new Disclosure(api, in.subList(0, 2), in.get(2)).commitment());
        assertFalse(second(record, Disclosure.commitment(CURVE, three.subList(0, 2), three.get(2)), 3, 4, 5));
        Example root = Example.result(4, (api, in) -> new Merkle(api).root(in.get(0), in.subList(1, 3), in.get(3)));
        BigInteger low = Poseidon2.hash(CURVE, List.of(three.get(1), three.get(0)));
        assertFalse(second(root, Poseidon2.hash(CURVE, List.of(low, three.get(2))), 3, 4, 5, 1));
        Example revealed = Example.result(3, (api, in) -> {
            Disclosure whole = new Disclosure(api, in.subList(0, 2), in.get(2));
            Variable shown =
                    api.unconstrained(1, in, values -> List.of(values.get(1))).get(0);
            whole.reveal(new TreeMap<>(Map.of(1, shown)));
            return shown;
        });
        assertFalse(second(revealed, 4, 3, 4, 5));
        Example unbound = Example.result(3, (api, in) -> {
            Disclosure whole = new Disclosure(api, in.subList(0, 2), in.get(2));
            api.assertEqual(whole.commitment(), whole.commitment());
            return api.unconstrained(1, in, values -> List.of(values.get(1))).get(0);
        });
        assertTrue(second(unbound, 4, 3, 4, 5), "a field that is shown without being the record's");
    }

    @Test
    void underConstrainedCircuitsAreFound() {
        Example halfOfZero = Example.result(1, (api, in) -> {
            Variable inverse = api.unconstrained(
                            1, in, values -> List.of(values.get(0).modInverse(api.modulus())))
                    .get(0);
            return api.subtract(api.constant(1), api.multiply(in.get(0), inverse));
        });
        assertTrue(second(halfOfZero, 0, 7));
        Example bitsThatNeedNotBeBits = Example.result(1, (api, in) -> {
            List<Variable> parts = api.unconstrained(
                    2,
                    in,
                    values -> List.of(
                            values.get(0).mod(BigInteger.TWO), values.get(0).shiftRight(1)));
            api.assertEqual(api.add(parts.get(0), api.scale(parts.get(1), 2)), in.get(0));
            return parts.get(0);
        });
        assertTrue(second(bitsThatNeedNotBeBits, 1, 7));
        Example meanWithoutRange = Example.result(2, (api, in) -> {
            List<Variable> both =
                    api.unconstrained(2, in, values -> List.of(values.get(0).divideAndRemainder(values.get(1))));
            api.assertProduct(both.get(0), in.get(1), api.subtract(in.get(0), both.get(1)));
            return both.get(0);
        });
        assertTrue(second(meanWithoutRange, 4, 13, 3));
        Example rootOfASquare = Example.result(1, (api, in) -> {
            Variable root = api.unconstrained(
                            1, in, values -> List.of(values.get(0).sqrt()))
                    .get(0);
            api.assertProduct(root, root, in.get(0));
            return root;
        });
        assertTrue(second(rootOfASquare, 3, 9));
    }
}
