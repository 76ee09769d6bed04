package poyang.zkp.circuits;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import poyang.zkp.curves.Curve;

/// Whole circuits, unreduced, of which no wire may have another value once the inputs are given.
final class OnlyWitnessTest {
    private static final Curve CURVE = Curve.BN254;
    private static final int STEPS = 200;

    private static boolean only(Circuit circuit, Map<String, BigInteger> inputs) {
        R1cs constraints = Witness.constraints(circuit, CURVE);
        long[] limbs = Witness.of(circuit, CURVE, inputs);
        BigInteger[] honest = new BigInteger[constraints.wires()];
        for (int i = 0; i < honest.length; i++) {
            byte[] octets = new byte[32];
            for (int k = 0; k < 32; k++) {
                octets[31 - k] = (byte) (limbs[4 * i + k / 8] >>> (8 * (k % 8)));
            }
            honest[i] = new BigInteger(1, octets);
        }
        Set<Integer> kept = new TreeSet<>();
        for (int i = 1; i <= inputs.size(); i++) {
            kept.add(i);
        }
        return new SecondWitness(constraints, honest, kept, STEPS).isOnly();
    }

    private static Map<String, BigInteger> bits(int count) {
        Random random = new Random(17);
        Map<String, BigInteger> inputs = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            inputs.put("in[" + i + "]", BigInteger.valueOf(random.nextInt(2)));
        }
        return inputs;
    }

    /// A block of SM3 after any state: all 64 rounds and the whole expansion.
    @Test
    void everyWireOfSm3FollowsFromStateAndBlock() {
        Example block = Example.assertion(768, (api, in) -> {
            in.forEach(api::assertBoolean);
            List<List<Variable>> state = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                state.add(in.subList(32 * i, 32 * i + 32));
            }
            new Sm3Gadget(api).compress(state, in.subList(256, 768));
        });
        assertTrue(only(block, bits(768)));
    }

    /// An identity of the other field, of which signatures take three for each addition of points: quotient and
    /// carries follow from the elements.
    @Test
    void everyWireOfAProductInTheOtherFieldFollowsFromItsElements() {
        Map<String, BigInteger> inputs = Sm2GadgetTest.someProduct();
        assertTrue(only(Sm2GadgetTest.product(), inputs));
    }

    /// A sum modulo the order, as t = r + s of a signature: the wires of its bound and of its turns follow.
    @Test
    void everyWireOfASumModuloTheOrderFollows() {
        Map<String, BigInteger> inputs = new LinkedHashMap<>();
        BigInteger[] values = {BigInteger.valueOf(17), BigInteger.ONE.shiftLeft(200)};
        BigInteger sum = values[0].add(values[1]).mod(Sm2Gadget.ORDER);
        for (int i = 0; i < 3; i++) {
            BigInteger value = i < 2 ? values[i] : sum;
            inputs.put("in[" + 2 * i + "]", value.shiftRight(Wide.HALF));
            inputs.put("in[" + (2 * i + 1) + "]", value.mod(BigInteger.ONE.shiftLeft(Wide.HALF)));
        }
        Example adding = Example.assertion(6, (api, in) -> {
            Wide r = Wide.ofHalves(api, in.get(0), in.get(1));
            Wide s = Wide.ofHalves(api, in.get(2), in.get(3));
            Wide t = Wide.ofHalves(api, in.get(4), in.get(5));
            List.of(r, s, t).forEach(scalar -> {
                scalar.assertBelow(Sm2Gadget.ORDER);
                scalar.assertNotZero();
            });
            t.assertSum(r, s, Sm2Gadget.ORDER);
        });
        assertTrue(only(adding, inputs));
    }

    /// What is left out is noticed: an inverse of zero may be any.
    @Test
    void aFreeWireIsFound() {
        Example free = Example.assertion(1, (api, in) -> api.isZero(in.get(0)));
        assertFalse(only(free, Map.of("in[0]", BigInteger.ZERO)));
        assertTrue(only(free, Map.of("in[0]", BigInteger.TWO)));
    }
}
