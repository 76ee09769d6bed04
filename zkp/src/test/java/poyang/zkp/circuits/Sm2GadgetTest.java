package poyang.zkp.circuits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// Signatures of the project's own SM2 hold in the circuit, on both curves, and nothing else does; no wire of the
/// foreign arithmetic can have another value.
final class Sm2GadgetTest {
    private static final SeededRandom RANDOM = new SeededRandom(new byte[32], "sm2 gadget");
    private static final Sm2PrivateKey KEY = Sm2PrivateKey.generate(RANDOM.fork("key"));
    private static final Sm2Signer SIGNER = new Sm2Signer(KEY.publicKey());
    private static final BigInteger HALF = BigInteger.ONE.shiftLeft(128);

    /// Secret: 256 bits of a digest, then the four halves of the signature.
    static Example signed(Sm2Signer signer) {
        return Example.assertion(260, (api, in) -> {
            in.subList(0, 256).forEach(api::assertBoolean);
            new Sm2Gadget(api, signer).assertSigned(in.subList(0, 256), in.subList(256, 260));
        });
    }

    static Sm2Signer signer() {
        return SIGNER;
    }

    private static byte[] digest(byte[] message) {
        return Sm3.digest(KEY.publicKey().identity().toArray(), message);
    }

    private static Map<String, BigInteger> inputs(byte[] digest, List<BigInteger> signature) {
        Map<String, BigInteger> inputs = new LinkedHashMap<>();
        for (int i = 0; i < 256; i++) {
            inputs.put("in[" + i + "]", BigInteger.valueOf(digest[i / 8] >>> (7 - i % 8) & 1));
        }
        for (int i = 0; i < 4; i++) {
            inputs.put("in[" + (256 + i) + "]", signature.get(i));
        }
        return inputs;
    }

    private static boolean holds(Curve curve, byte[] digest, List<BigInteger> signature) {
        return Witness.holds(signed(SIGNER), curve, inputs(digest, signature));
    }

    private static List<BigInteger> halves(BigInteger r, BigInteger s) {
        return List.of(r.divide(HALF), r.mod(HALF), s.divide(HALF), s.mod(HALF));
    }

    @Test
    void itsOwnSignaturesHoldAndChangedOnesDoNot() {
        byte[] message = RANDOM.bytes(48);
        byte[] digest = digest(message);
        Signature signature = KEY.sign(message);
        List<BigInteger> right = Sm2Gadget.halves(signature);
        BigInteger r = right.get(0).multiply(HALF).add(right.get(1));
        BigInteger s = right.get(2).multiply(HALF).add(right.get(3));
        BigInteger n = Sm2Gadget.ORDER;
        for (Curve curve : List.of(Curve.BN254, Curve.BLS12_381)) {
            assertTrue(holds(curve, digest, right), curve.toString());
        }
        assertTrue(holds(Curve.BN254, digest(new byte[0]), Sm2Gadget.halves(KEY.sign(new byte[0]))));
        byte[] other = digest.clone();
        other[31] ^= 1;
        assertFalse(holds(Curve.BN254, other, right), "another digest");
        Sm2PrivateKey stranger = Sm2PrivateKey.generate(RANDOM.fork("stranger"));
        assertFalse(holds(Curve.BN254, digest, Sm2Gadget.halves(stranger.sign(message))), "another signer's signature");
        List<List<BigInteger>> wrong = List.of(
                halves(r.add(BigInteger.ONE), s),
                halves(r, s.add(BigInteger.ONE)),
                halves(s, r),
                halves(r, n.subtract(s)),
                halves(BigInteger.ZERO, s),
                halves(r, BigInteger.ZERO),
                halves(r, n.subtract(r)),
                halves(n, s),
                halves(r, n),
                List.of(right.get(0).add(HALF), right.get(1), right.get(2), right.get(3)));
        for (int i = 0; i < wrong.size(); i++) {
            assertFalse(holds(Curve.BN254, digest, wrong.get(i)), "changed signature " + i);
        }
    }

    @Test
    void constraintsAreSatisfiedByTheWitness() {
        byte[] message = Bytes.utf8("a licence").toArray();
        Example circuit = signed(SIGNER);
        R1cs constraints = Witness.constraints(circuit, Curve.BN254);
        long[] witness = Witness.of(circuit, Curve.BN254, inputs(digest(message), Sm2Gadget.halves(KEY.sign(message))));
        elements(witness);
        assertEquals(-1, constraints.firstUnsatisfied(witness));
    }

    private static void elements(long[] witness) {
        PrimeField f = Curve.BN254.scalars();
        for (int i = 0; i < witness.length; i += 4) {
            f.fromPlain(witness, i, witness, i);
        }
    }

    @Test
    void theDigestIsThatOfTheSignature() {
        byte[] message = RANDOM.bytes(32);
        Bytes prefix = Bytes.utf8("poyang.zkp.signed-record.v1-----");
        byte[] whole = prefix.concat(Bytes.wrap(message)).toArray();
        byte[] digest = digest(whole);
        assertTrue(KEY.publicKey().verify(whole, KEY.sign(whole)));
        Example circuit = new Example(256, 256, (api, out, in) -> {
            in.forEach(api::assertBoolean);
            Sm2Gadget sm2 = new Sm2Gadget(api, SIGNER);
            List<Variable> bits = new ArrayList<>(sm2.constants(prefix));
            bits.addAll(in);
            List<Variable> found = sm2.digest(bits);
            for (int i = 0; i < 256; i++) {
                api.assertEqual(found.get(i), out.get(i));
            }
        });
        Map<String, BigInteger> values = new LinkedHashMap<>();
        for (int i = 0; i < 256; i++) {
            values.put("out[" + i + "]", BigInteger.valueOf(digest[i / 8] >>> (7 - i % 8) & 1));
            values.put("in[" + i + "]", BigInteger.valueOf(message[i / 8] >>> (7 - i % 8) & 1));
        }
        assertTrue(Witness.holds(circuit, Curve.BN254, values));
        values.merge("in[9]", BigInteger.ONE, (a, b) -> b.subtract(a));
        assertFalse(Witness.holds(circuit, Curve.BN254, values));
        int counted = Witness.constraints(circuit, Curve.BN254).constraints();
        assertTrue(counted < 30_000 + 512, "the constant block costs nothing: " + counted);
    }

    /// The product of two foreign elements, both given by limbs.
    static Example product() {
        return new Example(4, 8, (api, out, in) -> {
            ForeignField field = new ForeignField(api, Sm2Gadget.PRIME);
            field.assertProduct(
                    new ForeignField.Element(in.subList(0, 4)),
                    new ForeignField.Element(in.subList(4, 8)),
                    List.of(new ForeignField.Element(out)));
        });
    }

    @Test
    void productsAreThoseOfTheForeignField() {
        BigInteger p = Sm2Gadget.PRIME;
        BigInteger largest = BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE);
        List<BigInteger> values = List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                p.subtract(BigInteger.ONE),
                p,
                largest,
                new BigInteger(1, RANDOM.bytes(32)));
        for (Curve curve : List.of(Curve.BN254, Curve.BLS12_381)) {
            for (BigInteger a : values) {
                for (BigInteger b : values) {
                    BigInteger c = a.multiply(b).mod(p);
                    assertTrue(Witness.holds(product(), curve, factors(a, b, c)));
                    assertFalse(Witness.holds(product(), curve, factors(a, b, c.xor(BigInteger.ONE))));
                    assertFalse(Witness.holds(product(), curve, factors(a, b, c.xor(BigInteger.ONE.shiftLeft(250)))));
                }
            }
        }
    }

    static Map<String, BigInteger> someProduct() {
        BigInteger a = Sm2Gadget.PRIME.subtract(BigInteger.TWO);
        BigInteger b = Sm2Gadget.ORDER;
        return factors(a, b, a.multiply(b).mod(Sm2Gadget.PRIME));
    }

    private static Map<String, BigInteger> factors(BigInteger a, BigInteger b, BigInteger c) {
        Map<String, BigInteger> inputs = new LinkedHashMap<>();
        for (int i = 0; i < 4; i++) {
            inputs.put("out[" + i + "]", ForeignField.split(c).get(i));
            inputs.put("in[" + i + "]", ForeignField.split(a).get(i));
            inputs.put("in[" + (4 + i) + "]", ForeignField.split(b).get(i));
        }
        return inputs;
    }

    @Test
    void noWireOfAProductMayChangeAlone() {
        BigInteger a = new BigInteger(1, RANDOM.bytes(32));
        BigInteger b = new BigInteger(1, RANDOM.bytes(32));
        Map<String, BigInteger> inputs = factors(a, b, a.multiply(b).mod(Sm2Gadget.PRIME));
        R1cs constraints = Witness.constraints(product(), Curve.BN254);
        long[] witness = Witness.of(product(), Curve.BN254, inputs);
        elements(witness);
        assertEquals(-1, constraints.firstUnsatisfied(witness));
        PrimeField f = Curve.BN254.scalars();
        BigInteger[] changes = {BigInteger.ONE, f.modulus().subtract(BigInteger.ONE), BigInteger.ONE.shiftLeft(66)};
        for (int wire = 1; wire < constraints.wires(); wire++) {
            for (BigInteger change : changes) {
                long[] changed = witness.clone();
                BigInteger value = f.value(witness, 4 * wire).add(change).mod(f.modulus());
                System.arraycopy(f.of(value), 0, changed, 4 * wire, 4);
                assertNotEquals(-1, constraints.firstUnsatisfied(changed), "wire " + wire);
            }
        }
    }
}
