package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import poyang.kernel.Bug;

/// What a circuit's `define` computes and asserts with: values of the scalar field. Products of two
/// variables and assertions cost a constraint; sums, differences and multiples by constants are free.
///
/// The same `define` runs against a writer of constraints, a computer of witnesses and a judge on plain big
/// integers; all three see the same calls in the same order.
public abstract sealed class Api permits ConstraintWriter, ValueApi {
    private final BigInteger modulus;

    Api(BigInteger modulus) {
        this.modulus = modulus;
    }

    /// The order of the field.
    public final BigInteger modulus() {
        return modulus;
    }

    public abstract Variable constant(BigInteger value);

    public final Variable constant(long value) {
        return constant(BigInteger.valueOf(value));
    }

    public abstract Variable add(Variable a, Variable b);

    /// k·a
    public abstract Variable scale(Variable a, BigInteger k);

    /// Asserts a·b = c.
    public abstract void assertProduct(Variable a, Variable b, Variable c);

    /// a·b; free when one of them is constant.
    public abstract Variable multiply(Variable a, Variable b);

    /// Values that the prover computes as `compute` says and that nothing constrains yet: what they must be
    /// is for the caller to assert. This is where circuits are under-constrained.
    ///
    /// @param compute from the values of `from`, as many integers as `count`
    public abstract List<Variable> unconstrained(
            int count, List<Variable> from, UnaryOperator<List<BigInteger>> compute);

    /// Is the value the same in every witness?
    abstract boolean isConstant(Variable a);

    public final Variable scale(Variable a, long k) {
        return scale(a, BigInteger.valueOf(k));
    }

    public final Variable subtract(Variable a, Variable b) {
        return add(a, scale(b, -1));
    }

    /// The sum; by halves, so that many terms take no square of their number.
    public final Variable sum(List<Variable> all) {
        return switch (all.size()) {
            case 0 -> constant(0);
            case 1 -> all.get(0);
            default -> add(sum(all.subList(0, all.size() / 2)), sum(all.subList(all.size() / 2, all.size())));
        };
    }

    /// Σ kᵢ·aᵢ
    public final Variable weightedSum(List<Variable> all, List<BigInteger> weights) {
        Bug.unless(all.size() == weights.size(), "as many weights as values");
        List<Variable> terms = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            terms.add(scale(all.get(i), weights.get(i)));
        }
        return sum(terms);
    }

    public final void assertEqual(Variable a, Variable b) {
        assertProduct(subtract(a, b), constant(1), constant(0));
    }

    /// Asserts that a is 0 or 1.
    public final void assertBoolean(Variable a) {
        assertProduct(a, subtract(a, constant(1)), constant(0));
    }

    /// The bits of a, lowest first, which asserts 0 ≤ a < 2^count; the count leaves the field's highest bit out,
    /// so that no other bits have the same sum.
    ///
    /// Cost: `count` + 1 constraints.
    public final List<Variable> toBits(Variable a, int count) {
        Bug.unless(count >= 1 && count < modulus.bitLength(), "bits of a value from 1 to the field's less one");
        List<Variable> bits = unconstrained(count, List.of(a), values -> {
            List<BigInteger> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(values.get(0).testBit(i) ? BigInteger.ONE : BigInteger.ZERO);
            }
            return all;
        });
        bits.forEach(this::assertBoolean);
        assertEqual(fromBits(bits), a);
        return bits;
    }

    /// Σ 2ⁱ·bitᵢ
    public final Variable fromBits(List<Variable> bits) {
        List<BigInteger> weights = new ArrayList<>();
        for (int i = 0; i < bits.size(); i++) {
            weights.add(BigInteger.ONE.shiftLeft(i));
        }
        return weightedSum(bits, weights);
    }

    /// Asserts 0 ≤ a < 2^bits.
    public final void assertInRange(Variable a, int bits) {
        Bug.unless(toBits(a, bits).size() == bits, "a bit each");
    }

    /// 1 when a is zero, else 0. Cost: 2 constraints.
    public final Variable isZero(Variable a) {
        Variable inverse = unconstrained(1, List.of(a), values -> List.of(inverseOrZero(values.get(0))))
                .get(0);
        Variable result = subtract(constant(1), multiply(a, inverse));
        assertProduct(a, result, constant(0));
        return result;
    }

    private BigInteger inverseOrZero(BigInteger value) {
        return value.signum() == 0 ? value : value.modInverse(modulus);
    }

    /// 1 when a = b, else 0.
    public final Variable isEqual(Variable a, Variable b) {
        return isZero(subtract(a, b));
    }

    /// 1 when a < b, else 0, for a and b that are known to be below 2^bits. Cost: `bits` + 2 constraints.
    public final Variable isLess(Variable a, Variable b, int bits) {
        Variable shifted = add(subtract(a, b), constant(BigInteger.ONE.shiftLeft(bits)));
        return subtract(constant(1), toBits(shifted, bits + 1).get(bits));
    }

    /// Asserts a ≤ b for a and b that are known to be below 2^bits. Cost: `bits` + 1 constraints.
    public final void assertAtMost(Variable a, Variable b, int bits) {
        assertInRange(subtract(b, a), bits);
    }

    /// a when `condition` is 1, b when it is 0; the condition is known to be boolean. Cost: 1 constraint.
    public final Variable select(Variable condition, Variable a, Variable b) {
        return add(b, multiply(condition, subtract(a, b)));
    }

    public final Variable not(Variable bit) {
        return subtract(constant(1), bit);
    }

    public final Variable and(Variable a, Variable b) {
        return multiply(a, b);
    }

    public final Variable or(Variable a, Variable b) {
        return subtract(add(a, b), multiply(a, b));
    }

    public final Variable xor(Variable a, Variable b) {
        return subtract(add(a, b), scale(multiply(a, b), 2));
    }

    /// The parity of a sum of bits that is below 2^width, for any number of bits. The parity is a wire of its own, so
    /// what is computed from it does not carry the sum's terms on; the highest bit is what remains of the sum.
    /// Cost: `width` constraints.
    public final Variable parity(Variable sum, int width) {
        Bug.unless(width >= 2, "a sum of more than one bit");
        if (isConstant(sum)) {
            return constantBits(sum, 1).get(0);
        }
        List<Variable> low = unconstrained(width - 1, List.of(sum), values -> {
            List<BigInteger> bits = new ArrayList<>();
            for (int i = 0; i < width - 1; i++) {
                bits.add(values.get(0).testBit(i) ? BigInteger.ONE : BigInteger.ZERO);
            }
            return bits;
        });
        low.forEach(this::assertBoolean);
        BigInteger highest = BigInteger.ONE.shiftLeft(width - 1);
        assertBoolean(scale(subtract(sum, fromBits(low)), highest.modInverse(modulus)));
        return low.get(0);
    }

    /// The lowest bits of a constant, as constants.
    final List<Variable> constantBits(Variable constant, int count) {
        BigInteger value = constantValue(constant);
        List<Variable> bits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bits.add(constant(value.testBit(i) ? 1 : 0));
        }
        return bits;
    }

    /// The value of a constant.
    abstract BigInteger constantValue(Variable constant);
}
