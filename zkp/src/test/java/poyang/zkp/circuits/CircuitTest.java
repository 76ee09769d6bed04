package poyang.zkp.circuits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// Gadgets against what they should compute: right inputs hold, wrong ones do not, and constraints, witnesses
/// and the judge on big integers agree.
final class CircuitTest {
    private static final Path COUNTS = Path.of("src/test/resources/vectors/constraint-counts.txt");
    private static final Curve CURVE = Curve.BN254;

    private static Map<String, BigInteger> inputs(List<Long> out, List<Long> in) {
        Map<String, BigInteger> values = new LinkedHashMap<>();
        BigInteger p = CURVE.scalars().modulus();
        for (int i = 0; i < out.size(); i++) {
            values.put("out[" + i + "]", BigInteger.valueOf(out.get(i)).mod(p));
        }
        for (int i = 0; i < in.size(); i++) {
            values.put("in[" + i + "]", BigInteger.valueOf(in.get(i)).mod(p));
        }
        return values;
    }

    /// The judge and the constraints agree that the inputs hold, or do not.
    private static void judged(boolean expected, Circuit circuit, Map<String, BigInteger> values) {
        assertEquals(expected, Witness.holds(circuit, CURVE, values), values::toString);
        if (!expected) {
            assertThrows(PoyangException.class, () -> Witness.of(circuit, CURVE, values));
            return;
        }
        R1cs constraints = Witness.constraints(circuit, CURVE);
        long[] witness = Witness.of(circuit, CURVE, values);
        assertEquals(constraints.wires(), witness.length / 4);
        PrimeField f = CURVE.scalars();
        for (int i = 0; i < witness.length; i += 4) {
            f.fromPlain(witness, i, witness, i);
        }
        assertEquals(-1, constraints.firstUnsatisfied(witness));
    }

    private static void holds(Circuit circuit, List<Long> out, List<Long> in) {
        judged(true, circuit, inputs(out, in));
    }

    private static void fails(Circuit circuit, List<Long> out, List<Long> in) {
        judged(false, circuit, inputs(out, in));
    }

    @Test
    void arithmeticAndComparison() {
        Example less = Example.result(2, (api, in) -> {
            in.forEach(x -> api.assertInRange(x, 16));
            return api.isLess(in.get(0), in.get(1), 16);
        });
        for (long[] pair : new long[][] {{0, 0}, {3, 4}, {4, 3}, {65535, 65535}, {65534, 65535}, {0, 65535}}) {
            long right = pair[0] < pair[1] ? 1 : 0;
            holds(less, List.of(right), List.of(pair[0], pair[1]));
            fails(less, List.of(1 - right), List.of(pair[0], pair[1]));
        }
        fails(less, List.of(0L), List.of(65536L, 1L));
        fails(less, List.of(1L), List.of(-1L, 1L));
        Example atMost = Example.assertion(2, (api, in) -> api.assertAtMost(in.get(0), in.get(1), 8));
        holds(atMost, List.of(), List.of(7L, 7L));
        fails(atMost, List.of(), List.of(8L, 7L));
        Example zero = Example.result(1, (api, in) -> api.isZero(in.get(0)));
        holds(zero, List.of(1L), List.of(0L));
        holds(zero, List.of(0L), List.of(5L));
        fails(zero, List.of(1L), List.of(5L));
    }

    @Test
    void logic() {
        Example logic = new Example(4, 3, (api, out, in) -> {
            in.forEach(api::assertBoolean);
            api.assertEqual(out.get(0), api.and(in.get(0), in.get(1)));
            api.assertEqual(out.get(1), api.or(in.get(0), in.get(1)));
            api.assertEqual(out.get(2), api.xor(in.get(0), in.get(1)));
            api.assertEqual(out.get(3), api.select(in.get(2), in.get(0), api.not(in.get(1))));
        });
        for (long i = 0; i < 8; i++) {
            long a = i & 1;
            long b = i >> 1 & 1;
            long c = i >> 2;
            holds(logic, List.of(a & b, a | b, a ^ b, c == 1 ? a : 1 - b), List.of(a, b, c));
            fails(logic, List.of(a & b, a | b, 1 - (a ^ b), c == 1 ? a : 1 - b), List.of(a, b, c));
        }
        fails(logic, List.of(0L, 2L, 2L, 1L), List.of(2L, 0L, 0L));
    }

    @Test
    void statistics() {
        Example mean = Example.result(2, (api, in) -> new Statistics(api).mean(in.get(0), in.get(1), 20));
        holds(mean, List.of(14L), List.of(100L, 7L));
        holds(mean, List.of(25L), List.of(100L, 4L));
        fails(mean, List.of(15L), List.of(100L, 7L));
        fails(mean, List.of(0L), List.of(100L, 0L));
        Example lookup = Example.result(
                1,
                (api, in) -> new Statistics(api)
                        .lookup(List.of(api.constant(9), api.constant(4), api.constant(7)), in.get(0)));
        holds(lookup, List.of(4L), List.of(1L));
        fails(lookup, List.of(9L), List.of(1L));
        fails(lookup, List.of(0L), List.of(3L));
        Example sorted = Example.assertion(4, (api, in) -> new Statistics(api).assertSorted(in, 10));
        holds(sorted, List.of(), List.of(1L, 1L, 5L, 1023L));
        fails(sorted, List.of(), List.of(1L, 6L, 5L, 7L));
        fails(sorted, List.of(), List.of(1L, 2L, 3L, 1024L));
        Example permutation = Example.assertion(
                7, (api, in) -> new Statistics(api).assertPermutation(in.subList(0, 3), in.subList(3, 6), in.get(6)));
        holds(permutation, List.of(), List.of(1L, 5L, 5L, 5L, 1L, 5L, 987_654_321L));
        fails(permutation, List.of(), List.of(1L, 5L, 5L, 5L, 1L, 1L, 987_654_321L));
        Example histogram = new Example(3, 5, (api, out, in) -> {
            in.forEach(x -> api.assertInRange(x, 10));
            List<Variable> counts =
                    new Statistics(api).histogram(in, List.of(BigInteger.TEN, BigInteger.valueOf(100)), 10);
            for (int i = 0; i < 3; i++) {
                api.assertEqual(counts.get(i), out.get(i));
            }
        });
        holds(histogram, List.of(2L, 2L, 1L), List.of(0L, 9L, 10L, 99L, 100L));
        fails(histogram, List.of(1L, 3L, 1L), List.of(0L, 9L, 10L, 99L, 100L));
        Example weighted = Example.result(2, (api, in) -> api.weightedSum(in, List.of(BigInteger.TWO, BigInteger.TEN)));
        holds(weighted, List.of(34L), List.of(2L, 3L));
        fails(weighted, List.of(35L), List.of(2L, 3L));
    }

    @Test
    void dates() {
        Example insured = Example.assertion(3, (api, in) -> {
            Dates dates = new Dates(api);
            in.forEach(dates::assertDate);
            dates.assertDaysBetween(in.get(0), in.get(1), 365);
            dates.assertWithin(in.get(2), in.get(0), in.get(1));
        });
        holds(insured, List.of(), List.of(19_000L, 19_365L, 19_100L));
        fails(insured, List.of(), List.of(19_000L, 19_364L, 19_100L));
        fails(insured, List.of(), List.of(19_000L, 19_365L, 18_999L));
        fails(insured, List.of(), List.of(19_000L, 19_365L, 19_366L));
        fails(insured, List.of(), List.of(-1L, 19_365L, 19_100L));
        fails(insured, List.of(), List.of(19_000L, 1L << Dates.BITS, 19_100L));
        fails(insured, List.of(), List.of(-365L, 0L, 0L));
        holds(insured, List.of(), List.of(0L, (1L << Dates.BITS) - 1, (1L << Dates.BITS) - 1));
    }

    @Test
    void poseidon2EqualsItsKnownAnswer() {
        List<BigInteger> state = List.of(BigInteger.ZERO, BigInteger.ONE, BigInteger.TWO);
        assertEquals(
                List.of(
                        new BigInteger("0bb61d24daca55eebcb1929a82650f328134334da98ea4f847f760054f4a3033", 16),
                        new BigInteger("303b6f7c86d043bfcbcc80214f26a30277a15d3f74ca654992defe7ff8d03570", 16),
                        new BigInteger("1ed25194542b12eef8617361c3ba7c52e660b145994427cc86296242cf766ec8", 16)),
                Poseidon2Values.of(CURVE).permute(state));
        BigInteger hash = Poseidon2.hash(CURVE, state);
        Example circuit = Example.result(3, (api, in) -> new Poseidon2(api).hash(in));
        Map<String, BigInteger> values = inputs(List.of(), List.of(0L, 1L, 2L));
        values.put("out[0]", hash);
        judged(true, circuit, values);
        values.put("out[0]", hash.add(BigInteger.ONE));
        judged(false, circuit, values);
        assertFalse(hash.equals(Poseidon2.hash(CURVE, List.of(BigInteger.ZERO, BigInteger.ONE))));
        assertFalse(Poseidon2.hash(CURVE, List.of(BigInteger.ONE))
                .equals(Poseidon2.hash(CURVE, List.of(BigInteger.ONE, BigInteger.ZERO))));
    }

    @Test
    void poseidon2OnValuesEqualsTheCircuit() {
        Random random = new Random(5);
        for (Curve curve : List.of(Curve.BN254, Curve.BLS12_381)) {
            for (int count = 1; count <= 5; count++) {
                List<BigInteger> elements = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    elements.add(new BigInteger(300, random).mod(curve.scalars().modulus()));
                }
                elements.set(0, curve.scalars().modulus().subtract(BigInteger.ONE));
                Map<String, BigInteger> values = new LinkedHashMap<>();
                values.put("out[0]", Poseidon2.hash(curve, elements));
                for (int i = 0; i < count; i++) {
                    values.put("in[" + i + "]", elements.get(i));
                }
                Example circuit = Example.result(count, (api, in) -> new Poseidon2(api).hash(in));
                assertTrue(Witness.holds(circuit, curve, values), curve + " " + count);
                values.merge("out[0]", BigInteger.ONE, BigInteger::add);
                assertFalse(Witness.holds(circuit, curve, values));
            }
        }
    }

    @Test
    void sm3EqualsTheHash() {
        Random random = new Random(3);
        for (int length : new int[] {60}) {
            byte[] message = new byte[length];
            random.nextBytes(message);
            byte[] digest = Sm3.digest(message);
            Example circuit = new Example(256, 8 * length, (api, out, in) -> {
                in.forEach(api::assertBoolean);
                List<Variable> bits = new Sm3Gadget(api).digest(in);
                for (int i = 0; i < 256; i++) {
                    api.assertEqual(bits.get(i), out.get(i));
                }
            });
            holds(circuit, bits(digest), bits(message));
            digest[31] ^= 1;
            fails(circuit, bits(digest), bits(message));
        }
    }

    private static List<Long> bits(byte[] octets) {
        List<Long> bits = new ArrayList<>();
        for (byte octet : octets) {
            for (int i = 7; i >= 0; i--) {
                bits.add((long) (octet >>> i & 1));
            }
        }
        return bits;
    }

    @Test
    void membershipAndNonMembership() {
        List<BigInteger> ends = List.of(0L, 10L, 25L, 300L, 1023L).stream()
                .map(BigInteger::valueOf)
                .toList();
        List<BigInteger> leaves = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            leaves.add(Poseidon2.hash(CURVE, List.of(ends.get(i), ends.get(i + 1))));
        }
        List<List<BigInteger>> tree = Merkle.tree(CURVE, leaves);
        Example member = new Example(
                1,
                4,
                (api, out, in) ->
                        api.assertEqual(out.get(0), new Merkle(api).root(in.get(0), in.subList(1, 3), in.get(3))));
        Example absent = new Example(
                1,
                6,
                (api, out, in) -> new Merkle(api)
                        .assertNotMember(out.get(0), in.get(0), in.subList(1, 3), in.subList(3, 5), in.get(5), 10));
        for (int i = 0; i < 4; i++) {
            List<BigInteger> path = Merkle.path(tree, i);
            Map<String, BigInteger> values = new LinkedHashMap<>();
            values.put("out[0]", tree.getLast().get(0));
            values.put("in[0]", leaves.get(i));
            values.put("in[1]", path.get(0));
            values.put("in[2]", path.get(1));
            values.put("in[3]", BigInteger.valueOf(i));
            judged(true, member, values);
            values.put("in[3]", BigInteger.valueOf(i ^ 1));
            judged(false, member, values);
            values.put("in[3]", BigInteger.valueOf(i + 4));
            judged(false, member, values);
            values.put("in[1]", ends.get(i));
            values.put("in[2]", ends.get(i + 1));
            values.put("in[3]", path.get(0));
            values.put("in[4]", path.get(1));
            values.put("in[5]", BigInteger.valueOf(i));
            for (long value : new long[] {0, 5, 10, 11, 25, 26, 299, 300, 400}) {
                values.put("in[0]", BigInteger.valueOf(value));
                boolean inGap = value > ends.get(i).longValue()
                        && value < ends.get(i + 1).longValue();
                judged(inGap, absent, values);
            }
        }
    }

    @Test
    void selectedFieldsAreShown() {
        List<BigInteger> fields = List.of(BigInteger.valueOf(11), BigInteger.valueOf(22), BigInteger.valueOf(33));
        Example circuit = new Example(2, 4, (api, out, in) -> {
            Disclosure record = new Disclosure(api, in.subList(0, 3), in.get(3));
            api.assertEqual(record.commitment(), out.get(0));
            record.reveal(new TreeMap<>(Map.of(1, out.get(1))));
        });
        Map<String, BigInteger> values = inputs(List.of(0L, 22L), List.of(11L, 22L, 33L, 123_456_789L));
        values.put("out[0]", Disclosure.commitment(CURVE, fields, BigInteger.valueOf(123_456_789)));
        judged(true, circuit, values);
        values.put("out[1]", BigInteger.valueOf(33));
        judged(false, circuit, values);
        values.put("out[1]", BigInteger.valueOf(22));
        values.put("in[3]", BigInteger.ONE);
        judged(false, circuit, values);
        values.put("in[3]", BigInteger.valueOf(123_456_789));
        for (int field = 0; field < 3; field++) {
            Map<String, BigInteger> changed = new LinkedHashMap<>(values);
            changed.merge("in[" + field + "]", BigInteger.ONE, BigInteger::add);
            judged(false, circuit, changed);
            changed.put("out[1]", changed.get("in[1]"));
            judged(false, circuit, changed);
        }
        judged(true, circuit, values);
    }

    @Test
    void wrongInputsAndUsesAreNamed() {
        Example circuit = Example.result(1, (api, in) -> api.multiply(in.get(0), in.get(0)));
        for (Map<String, BigInteger> wrong : List.of(
                Map.of("out[0]", BigInteger.ONE),
                Map.of("out[0]", BigInteger.ONE, "in[0]", CURVE.scalars().modulus()),
                Map.of("out[0]", BigInteger.ONE, "in[0]", BigInteger.ONE.negate()),
                Map.of("out[0]", BigInteger.ONE, "in[0]", BigInteger.ONE, "in[1]", BigInteger.ONE))) {
            assertThrows(PoyangException.class, () -> Witness.holds(circuit, CURVE, wrong));
        }
        Example wide = Example.assertion(1, (api, in) -> api.assertInRange(in.get(0), 254));
        assertThrows(Bug.class, () -> Witness.constraints(wide, CURVE));
    }

    @Test
    void constraintCountsAreAsRecorded() throws IOException {
        Map<String, Circuit> circuits = new LinkedHashMap<>();
        circuits.put("range-32", Example.assertion(1, (api, in) -> api.assertInRange(in.get(0), 32)));
        circuits.put("less-32", Example.result(2, (api, in) -> api.isLess(in.get(0), in.get(1), 32)));
        circuits.put("is-zero", Example.result(1, (api, in) -> api.isZero(in.get(0))));
        circuits.put("mean-20", Example.result(2, (api, in) -> new Statistics(api).mean(in.get(0), in.get(1), 20)));
        circuits.put("poseidon2-2", Example.result(2, (api, in) -> new Poseidon2(api).hash(in)));
        circuits.put(
                "merkle-20",
                Example.result(22, (api, in) -> new Merkle(api).root(in.get(0), in.subList(1, 21), in.get(21))));
        Circuit block = Example.assertion(768, (api, in) -> {
            List<List<Variable>> state = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                state.add(in.subList(32 * i, 32 * i + 32));
            }
            assertEquals(
                    8, new Sm3Gadget(api).compress(state, in.subList(256, 768)).size());
        });
        circuits.put("sm3-block", block);
        circuits.put("sm2-signature", Sm2GadgetTest.signed(Sm2GadgetTest.signer()));
        StringBuilder counted = new StringBuilder("# constraints in R1CS; regenerate with -Dpoyang.regenerate=1\n");
        circuits.forEach((name, circuit) -> counted.append(name)
                .append(' ')
                .append(Witness.constraints(circuit, CURVE).constraints())
                .append('\n'));
        if (System.getProperty("poyang.regenerate") != null) {
            Files.writeString(COUNTS, counted);
        }
        assertEquals(Files.readString(COUNTS), counted.toString());
        assertTrue(Witness.constraints(block, CURVE).constraints() <= 30_000);
    }
}
