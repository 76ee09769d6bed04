package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// A variable as a sum of wires, while constraints are written down.
///
/// Wires are in ascending order, and wire 0 is the constant one.
final class Linear implements Variable {
    private final int[] wires;
    private final BigInteger[] coefficients;
    private final boolean constant;

    private Linear(int[] wires, BigInteger[] coefficients, boolean constant) {
        this.wires = wires;
        this.coefficients = coefficients;
        this.constant = constant;
    }

    int terms() {
        return wires.length;
    }

    int wireAt(int term) {
        return wires[term];
    }

    BigInteger coefficientAt(int term) {
        return coefficients[term];
    }

    /// Is it the same in every witness, by the way it was made?
    boolean constant() {
        return constant;
    }

    static Linear wire(int wire) {
        return new Linear(new int[] {wire}, new BigInteger[] {BigInteger.ONE}, false);
    }

    static Linear constant(BigInteger value) {
        return value.signum() == 0
                ? new Linear(new int[0], new BigInteger[0], true)
                : new Linear(new int[] {0}, new BigInteger[] {value}, true);
    }

    /// The value of a constant.
    BigInteger value() {
        return wires.length == 0 ? BigInteger.ZERO : coefficients[0];
    }

    Linear scale(BigInteger k, BigInteger modulus) {
        if (k.signum() == 0) {
            return new Linear(new int[0], new BigInteger[0], constant);
        }
        BigInteger[] scaled = new BigInteger[coefficients.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = coefficients[i].multiply(k).mod(modulus);
        }
        return new Linear(wires, scaled, constant);
    }

    Linear plus(Linear other, BigInteger modulus) {
        int i = 0;
        int j = 0;
        int[] sumWires = new int[wires.length + other.wires.length];
        List<BigInteger> sum = new ArrayList<>(sumWires.length);
        while (i < wires.length || j < other.wires.length) {
            int left = i < wires.length ? wires[i] : Integer.MAX_VALUE;
            int right = j < other.wires.length ? other.wires[j] : Integer.MAX_VALUE;
            int wire = Math.min(left, right);
            BigInteger value = BigInteger.ZERO;
            if (left == wire) {
                value = value.add(coefficients[i++]);
            }
            if (right == wire) {
                value = value.add(other.coefficients[j++]);
            }
            value = value.compareTo(modulus) >= 0 ? value.subtract(modulus) : value;
            if (value.signum() != 0) {
                sumWires[sum.size()] = wire;
                sum.add(value);
            }
        }
        return new Linear(
                java.util.Arrays.copyOf(sumWires, sum.size()),
                sum.toArray(BigInteger[]::new),
                constant && other.constant);
    }
}
