package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import poyang.crypto.Signature;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.zkp.circuits.ForeignField.Element;

/// Verification of SM2 signatures inside a circuit, under a key that is part of the circuit.
///
/// - computes: e = SM3(Z ‖ M), t = r + s mod n, (x, y) = s·G + t·Q, and asserts e + x ≡ r mod n, with
///   1 ≤ r, s < n and t ≠ 0
/// - shapes: digests are 256 bits, the highest first; r and s two halves of 128 bits each, the high one first
/// - preconditions: bits of messages and digests are known to be 0 or 1
/// - secrecy: message, digest and signature may all be secret; the key is not
/// - soundness: points are added by the formula for different points, without a test for equal ones. Whoever
///   finds a witness that meets one has found a relation between the offset H of {@link Sm2Signer}, the base
///   point and the key, that is, a discrete logarithm
/// - cost: `sm2-signature` in the golden file of constraint counts, without the hash; 63 additions of points of
///   2,019 constraints, 247 for the choice in each window
/// - source: GB/T 32918.2-2016 section 7; choice from a table by the products of the index's bits; incomplete
///   addition after the Zcash protocol specification, section 5.4.9
public final class Sm2Gadget {
    static final BigInteger PRIME =
            new BigInteger("fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff", 16);
    static final BigInteger ORDER =
            new BigInteger("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123", 16);

    private final Api api;
    private final Sm2Signer signer;
    private final ForeignField field;

    private record Point(Element x, Element y) {}

    public Sm2Gadget(Api api, Sm2Signer signer) {
        this.api = api;
        this.signer = signer;
        field = new ForeignField(api, PRIME);
    }

    /// The four halves of r and s, as the gadget takes them.
    public static List<BigInteger> halves(Signature signature) {
        List<BigInteger> halves = new ArrayList<>();
        for (int at = 0; at < 64; at += 16) {
            halves.add(new BigInteger(1, signature.rs().slice(at, at + 16).toArray()));
        }
        return halves;
    }

    /// The digest that a signature is of, for a message given as bits. A prefix of constants costs nothing as far
    /// as it fills blocks of SM3, of which the signer's own part takes half of the first one.
    public List<Variable> digest(List<Variable> message) {
        List<Variable> all = constants(signer.key().identity());
        all.addAll(message);
        return new Sm3Gadget(api).digest(all);
    }

    /// The bits of octets that are part of the circuit.
    public List<Variable> constants(Bytes octets) {
        List<Variable> bits = new ArrayList<>();
        for (byte octet : octets.toArray()) {
            for (int i = 7; i >= 0; i--) {
                bits.add(api.constant(octet >>> i & 1));
            }
        }
        return bits;
    }

    /// Asserts that (r, s) is a signature of the digest.
    ///
    /// @param signature the halves of r, then those of s
    public void assertSigned(List<Variable> digest, List<Variable> signature) {
        Bug.unless(digest.size() == Wide.BITS && signature.size() == 4, "256 bits, and four halves");
        Wide e = Wide.ofBits(api, digest.reversed());
        Wide r = Wide.ofHalves(api, signature.get(0), signature.get(1));
        Wide s = Wide.ofHalves(api, signature.get(2), signature.get(3));
        List<Variable> halves = api.unconstrained(2, List.of(r.high(), r.low(), s.high(), s.low()), values -> {
            BigInteger sum = values.get(0)
                    .add(values.get(2))
                    .shiftLeft(Wide.HALF)
                    .add(values.get(1))
                    .add(values.get(3))
                    .mod(ORDER);
            return List.of(sum.shiftRight(Wide.HALF), sum.mod(BigInteger.ONE.shiftLeft(Wide.HALF)));
        });
        Wide t = Wide.ofHalves(api, halves.get(0), halves.get(1));
        for (Wide scalar : List.of(r, s, t)) {
            scalar.assertBelow(ORDER);
            scalar.assertNotZero();
        }
        t.assertSum(r, s, ORDER);
        Wide x = Wide.ofBits(api, field.bits(sum(s, t).x()));
        x.assertBelow(PRIME);
        r.assertSum(e, x, ORDER);
    }

    /// s·G + t·Q
    private Point sum(Wide s, Wide t) {
        Point sum = choose(s, t, 0);
        for (int i = 1; i < 2 * Sm2Signer.WINDOWS; i++) {
            sum = add(sum, choose(s, t, i));
        }
        Point correction = new Point(
                field.constant(Sm2Signer.x(signer.correction())),
                field.constant(PRIME.subtract(Sm2Signer.y(signer.correction()))));
        return add(sum, correction);
    }

    private Point choose(Wide s, Wide t, int window) {
        Wide scalar = window < Sm2Signer.WINDOWS ? s : t;
        int from = window % Sm2Signer.WINDOWS * Sm2Signer.WINDOW_BITS;
        return choose(scalar.bits().subList(from, from + Sm2Signer.WINDOW_BITS), signer.window(window));
    }

    private Point choose(List<Variable> bits, List<List<BigInteger>> coefficients) {
        List<Variable> products = new ArrayList<>();
        products.add(api.constant(1));
        for (int set = 1; set < 1 << bits.size(); set++) {
            int high = Integer.highestOneBit(set);
            Variable bit = bits.get(Integer.numberOfTrailingZeros(high));
            products.add(set == high ? bit : api.multiply(products.get(set ^ high), bit));
        }
        List<Variable> limbs = new ArrayList<>();
        for (List<BigInteger> limb : coefficients) {
            // A wire of its own, which many products then use in place of 256 terms.
            limbs.add(named(api.weightedSum(products, limb)));
        }
        return new Point(
                new Element(limbs.subList(0, ForeignField.LIMBS)),
                new Element(limbs.subList(ForeignField.LIMBS, limbs.size())));
    }

    private Variable named(Variable sum) {
        Variable wire = api.unconstrained(1, List.of(sum), values -> values).get(0);
        api.assertEqual(wire, sum);
        return wire;
    }

    /// The sum of two points that are neither equal nor opposite: λ = (y₂ − y₁)/(x₂ − x₁), x = λ² − x₁ − x₂,
    /// y = λ·(x₁ − x) − y₁.
    private Point add(Point p, Point q) {
        Element slope = field.fresh(List.of(p.x(), p.y(), q.x(), q.y()), v -> {
            BigInteger run = v.get(2).subtract(v.get(0)).mod(PRIME);
            return run.signum() == 0 ? run : v.get(3).subtract(v.get(1)).multiply(run.modInverse(PRIME));
        });
        field.assertProduct(slope, field.subtract(q.x(), p.x()), List.of(field.subtract(q.y(), p.y())));
        Element x = field.fresh(
                List.of(slope, p.x(), q.x()),
                v -> v.get(0).multiply(v.get(0)).subtract(v.get(1)).subtract(v.get(2)));
        field.assertProduct(slope, slope, List.of(p.x(), q.x(), x));
        Element run = field.subtract(p.x(), x);
        Element y = field.fresh(
                List.of(slope, run, p.y()), v -> v.get(0).multiply(v.get(1)).subtract(v.get(2)));
        field.assertProduct(slope, run, List.of(p.y(), y));
        return new Point(x, y);
    }
}
