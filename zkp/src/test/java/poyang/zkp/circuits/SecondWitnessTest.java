package poyang.zkp.circuits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// No gadget has a second result for the same inputs; circuits that leave something out do, and are found.
final class SecondWitnessTest {
    private static final Curve CURVE = Curve.BN254;

    private static boolean second(Example circuit, long out, long... in) {
        Map<String, BigInteger> values = new LinkedHashMap<>();
        values.put("out[0]", BigInteger.valueOf(out));
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
        found.forEach((name, other) -> assertTrue(!other, name));
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
