package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import poyang.kernel.Bug;

/// Arithmetic modulo a prime p of 256 bits in a circuit over another field, of order N.
///
/// An element is four limbs of 66 bits (the last of 58), in any form below 2^256. An identity
/// `a·b − Σcⱼ = q·p` over the integers is asserted once modulo N and once modulo 2^264: both sides are below 2^514
/// in size, and N·2^264 is above 2^515, so the two congruences leave no other difference than zero.
/// Modulo 2^264 it takes two carries, each over two limbs.
///
/// - preconditions: p between 2^255 and 2^256, N above 2^252; limbs of factors and terms below 2^66 in size, and
///   the numbers that they make below 2^256
/// - cost: 413 constraints an identity, 260 a fresh element
/// - source: limbs and two congruences as in Williamson, "Aztec emulated field and group operations"; the
///   Chinese remainder theorem
final class ForeignField {
    static final int LIMBS = 4;
    static final int LIMB_BITS = 66;
    static final int BITS = 256;
    private static final int TOP_BITS = BITS - (LIMBS - 1) * LIMB_BITS;
    private static final int QUOTIENT_BITS = BITS + 1;
    private static final int CARRY_BITS = 70;
    private static final int TERMS_MAX = 3;
    private static final int NATIVE_BITS_MIN = 253;
    private static final BigInteger LIMB = BigInteger.ONE.shiftLeft(LIMB_BITS);
    private static final BigInteger TWO_LIMBS = BigInteger.ONE.shiftLeft(2 * LIMB_BITS);

    private final Api api;
    private final BigInteger prime;
    private final List<BigInteger> limbsOfPrime;

    /// A number as limbs, the lowest first; differences have limbs of either sign.
    record Element(List<Variable> limbs) {
        Element {
            limbs = List.copyOf(limbs);
        }
    }

    ForeignField(Api api, BigInteger prime) {
        Bug.unless(
                prime.bitLength() == BITS && api.modulus().bitLength() > NATIVE_BITS_MIN,
                "a prime of 256 bits, in a field of more than 253");
        this.api = api;
        this.prime = prime;
        limbsOfPrime = split(prime);
    }

    /// The limbs of a number from 0 to below 2^264.
    static List<BigInteger> split(BigInteger value) {
        List<BigInteger> limbs = new ArrayList<>();
        for (int i = 0; i < LIMBS; i++) {
            limbs.add(value.shiftRight(i * LIMB_BITS).mod(LIMB));
        }
        return limbs;
    }

    Element constant(BigInteger value) {
        return new Element(split(value).stream().map(api::constant).toList());
    }

    /// An element below 2^256 that nothing else constrains yet.
    ///
    /// @param compute from the values of `from`
    Element fresh(List<Element> from, Function<List<BigInteger>, BigInteger> compute) {
        List<Variable> limbs = api.unconstrained(
                LIMBS, flat(from), values -> split(compute.apply(joined(values)).mod(prime)));
        for (int i = 0; i < LIMBS; i++) {
            api.assertInRange(limbs.get(i), i < LIMBS - 1 ? LIMB_BITS : TOP_BITS);
        }
        return new Element(limbs);
    }

    Element subtract(Element a, Element b) {
        List<Variable> limbs = new ArrayList<>();
        for (int i = 0; i < LIMBS; i++) {
            limbs.add(api.subtract(a.limbs().get(i), b.limbs().get(i)));
        }
        return new Element(limbs);
    }

    /// The bits of an element, lowest first, in the form that its limbs have.
    List<Variable> bits(Element a) {
        List<Variable> bits = new ArrayList<>();
        for (int i = 0; i < LIMBS; i++) {
            bits.addAll(api.toBits(a.limbs().get(i), i < LIMBS - 1 ? LIMB_BITS : TOP_BITS));
        }
        return bits;
    }

    /// Asserts a·b − Σ terms ≡ 0 modulo p, for at most three terms.
    void assertProduct(Element a, Element b, List<Element> terms) {
        Bug.unless(terms.size() <= TERMS_MAX, "the bounds hold for three terms");
        List<Element> all = new ArrayList<>(List.of(a, b));
        all.addAll(terms);
        List<Variable> shifted = api.unconstrained(
                LIMBS,
                flat(all),
                values -> split(quotient(joined(values))
                        .add(BigInteger.ONE.shiftLeft(QUOTIENT_BITS))
                        .max(BigInteger.ZERO)
                        .mod(BigInteger.ONE.shiftLeft(QUOTIENT_BITS + 1))));
        List<Variable> q = new ArrayList<>(shifted);
        int below = (LIMBS - 1) * LIMB_BITS;
        for (int i = 0; i < LIMBS; i++) {
            api.assertInRange(shifted.get(i), i < LIMBS - 1 ? LIMB_BITS : QUOTIENT_BITS + 1 - below);
        }
        q.set(
                LIMBS - 1,
                api.subtract(shifted.getLast(), api.constant(BigInteger.ONE.shiftLeft(QUOTIENT_BITS - below))));
        List<Variable> rest = rest(terms, q);
        List<Variable> x = a.limbs();
        List<Variable> y = b.limbs();
        Variable y01 = pair(y.get(0), y.get(1));
        Variable low = carry(
                List.of(x.get(0), x.get(1), y01, y.get(0), pair(rest.get(0), rest.get(1))),
                v -> v.get(0)
                        .multiply(v.get(2))
                        .add(v.get(1).multiply(v.get(3)).multiply(LIMB))
                        .subtract(v.get(4)));
        Variable cross = api.scale(api.multiply(x.get(1), y.get(0)), LIMB);
        Variable right = api.add(api.scale(low, TWO_LIMBS), pair(rest.get(0), rest.get(1)));
        api.assertProduct(x.get(0), y01, api.subtract(right, cross));
        assertUpper(x, y, rest, low);
        api.assertProduct(modular(x), modular(y), modular(rest));
    }

    /// The second half of the congruence modulo 2^264.
    private void assertUpper(List<Variable> x, List<Variable> y, List<Variable> rest, Variable low) {
        Variable upper = api.sum(List.of(
                api.multiply(x.get(0), pair(y.get(2), y.get(3))),
                api.multiply(x.get(1), pair(y.get(1), y.get(2))),
                api.multiply(x.get(2), pair(y.get(0), y.get(1)))));
        Variable top = api.scale(x.get(3), LIMB);
        Variable known = api.subtract(api.add(upper, low), pair(rest.get(2), rest.get(3)));
        Variable high =
                carry(List.of(known, top, y.get(0)), v -> v.get(0).add(v.get(1).multiply(v.get(2))));
        api.assertProduct(top, y.get(0), api.subtract(api.scale(high, TWO_LIMBS), known));
    }

    /// The coefficients of Σ terms + q·p at the first four limbs, and its native value from all of them.
    private List<Variable> rest(List<Element> terms, List<Variable> q) {
        List<Variable> rest = new ArrayList<>();
        for (int i = 0; i < 2 * LIMBS - 1; i++) {
            List<Variable> sum = new ArrayList<>();
            if (i < LIMBS) {
                for (Element term : terms) {
                    sum.add(term.limbs().get(i));
                }
            }
            for (int j = Math.max(0, i - LIMBS + 1); j <= Math.min(i, LIMBS - 1); j++) {
                sum.add(api.scale(q.get(j), limbsOfPrime.get(i - j)));
            }
            rest.add(api.sum(sum));
        }
        return rest;
    }

    private Variable pair(Variable low, Variable high) {
        return api.add(low, api.scale(high, LIMB));
    }

    private Variable modular(List<Variable> limbs) {
        List<BigInteger> weights = new ArrayList<>();
        for (int i = 0; i < limbs.size(); i++) {
            weights.add(BigInteger.ONE.shiftLeft(i * LIMB_BITS));
        }
        return api.weightedSum(limbs, weights);
    }

    /// What a number that ends in 132 zeros is without them, below 2^70 in size.
    private Variable carry(List<Variable> from, Function<List<BigInteger>, BigInteger> compute) {
        Variable carry = api.unconstrained(
                        1,
                        from,
                        values -> List.of(
                                compute.apply(values.stream().map(this::signed).toList())
                                        .shiftRight(2 * LIMB_BITS)
                                        .mod(api.modulus())))
                .get(0);
        api.assertInRange(api.add(carry, api.constant(BigInteger.ONE.shiftLeft(CARRY_BITS))), CARRY_BITS + 1);
        return carry;
    }

    private static List<Variable> flat(List<Element> elements) {
        return elements.stream().flatMap(each -> each.limbs().stream()).toList();
    }

    private BigInteger signed(BigInteger value) {
        return value.compareTo(api.modulus().shiftRight(1)) > 0 ? value.subtract(api.modulus()) : value;
    }

    private List<BigInteger> joined(List<BigInteger> limbs) {
        List<BigInteger> values = new ArrayList<>();
        for (int from = 0; from < limbs.size(); from += LIMBS) {
            BigInteger value = BigInteger.ZERO;
            for (int i = LIMBS - 1; i >= 0; i--) {
                value = value.shiftLeft(LIMB_BITS).add(signed(limbs.get(from + i)));
            }
            values.add(value);
        }
        return Collections.unmodifiableList(values);
    }

    /// (a·b − Σ terms) / p, where it divides.
    private BigInteger quotient(List<BigInteger> values) {
        BigInteger sum = values.get(0).multiply(values.get(1));
        for (BigInteger term : values.subList(2, values.size())) {
            sum = sum.subtract(term);
        }
        return sum.divide(prime);
    }
}
