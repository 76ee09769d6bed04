package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bug;

/// A number below 2^256 in a circuit: its bits, and the two halves that they make.
///
/// @param bits lowest first, known to be 0 or 1
record Wide(Api api, List<Variable> bits, Variable high, Variable low) {
    static final int BITS = 256;
    static final int HALF = BITS / 2;
    private static final int BORROW_BITS = 3;

    static Wide ofBits(Api api, List<Variable> bits) {
        Bug.unless(bits.size() == BITS, "256 bits");
        return new Wide(
                api, List.copyOf(bits), api.fromBits(bits.subList(HALF, BITS)), api.fromBits(bits.subList(0, HALF)));
    }

    /// Of two halves, which are asserted to be below 2^128.
    static Wide ofHalves(Api api, Variable high, Variable low) {
        List<Variable> bits = new ArrayList<>(api.toBits(low, HALF));
        bits.addAll(api.toBits(high, HALF));
        return new Wide(api, List.copyOf(bits), high, low);
    }

    private static BigInteger high(BigInteger value) {
        return value.shiftRight(HALF);
    }

    private static BigInteger low(BigInteger value) {
        return value.mod(BigInteger.ONE.shiftLeft(HALF));
    }

    /// Asserts that it is below a constant. Cost: 265 constraints.
    void assertBelow(BigInteger bound) {
        BigInteger most = bound.subtract(BigInteger.ONE);
        Variable mostHigh = api.constant(high(most));
        Variable less = api.isLess(high, mostHigh, HALF);
        Variable lowFits = api.not(api.isLess(api.constant(low(most)), low, HALF));
        Variable equal = api.and(api.isEqual(high, mostHigh), lowFits);
        api.assertEqual(api.add(less, equal), api.constant(1));
    }

    /// Asserts that it is not zero. Cost: 3 constraints.
    void assertNotZero() {
        api.assertEqual(api.isZero(api.add(high, low)), api.constant(0));
    }

    /// Asserts a + b = this + k·modulus for a k from 0 to 2, over the integers. Cost: 10 constraints.
    void assertSum(Wide a, Wide b, BigInteger modulus) {
        List<Variable> found = api.unconstrained(
                3, List.of(a.high, a.low, b.high, b.low, high, low), values -> turns(values, modulus));
        Variable first = found.get(0);
        Variable second = found.get(1);
        Variable carry = found.get(2);
        api.assertBoolean(first);
        api.assertProduct(second, first, second);
        api.assertBoolean(second);
        Variable k = api.add(first, second);
        api.assertInRange(carry, BORROW_BITS);
        Variable borrowed = api.subtract(carry, api.constant(1L << (BORROW_BITS - 1)));
        Variable lows = api.subtract(api.subtract(api.add(a.low, b.low), low), api.scale(k, low(modulus)));
        api.assertEqual(lows, api.scale(borrowed, BigInteger.ONE.shiftLeft(HALF)));
        Variable highs = api.subtract(api.subtract(api.add(a.high, b.high), high), api.scale(k, high(modulus)));
        api.assertEqual(api.add(highs, borrowed), api.constant(0));
    }

    private static List<BigInteger> turns(List<BigInteger> values, BigInteger modulus) {
        BigInteger total = values.get(0)
                .add(values.get(2))
                .subtract(values.get(4))
                .shiftLeft(HALF)
                .add(values.get(1))
                .add(values.get(3))
                .subtract(values.get(5));
        BigInteger k = total.divide(modulus).max(BigInteger.ZERO).min(BigInteger.TWO);
        BigInteger carry = values.get(1)
                .add(values.get(3))
                .subtract(values.get(5))
                .subtract(k.multiply(low(modulus)))
                .shiftRight(HALF)
                .add(BigInteger.valueOf(1L << (BORROW_BITS - 1)));
        return List.of(
                k.min(BigInteger.ONE), k.subtract(BigInteger.ONE).max(BigInteger.ZERO), carry.max(BigInteger.ZERO));
    }
}
