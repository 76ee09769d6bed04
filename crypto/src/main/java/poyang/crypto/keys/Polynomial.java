package poyang.crypto.keys;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import poyang.kernel.Bug;

/// Sharing by a polynomial over a prime field: the secret is its value at 0, a share its value at
/// another place. With the other coefficients uniform, any `degree` shares fit every secret equally well;
/// one more fixes it. Source: Shamir, "How to share a secret", CACM 22 (1979).
///
/// Java's big integers take time that depends on their values, and cannot be overwritten: for ceremonies
/// on a machine of one's own, not for a server.
final class Polynomial {
    private final BigInteger modulus;
    private final List<BigInteger> coefficients;

    /// @param coefficients the secret first
    Polynomial(BigInteger modulus, List<BigInteger> coefficients) {
        this.modulus = modulus;
        this.coefficients = List.copyOf(coefficients);
    }

    BigInteger at(int x) {
        BigInteger sum = BigInteger.ZERO;
        for (BigInteger coefficient : coefficients.reversed()) {
            sum = sum.multiply(BigInteger.valueOf(x)).add(coefficient).mod(modulus);
        }
        return sum;
    }

    /// The value at 0 of the polynomial of least degree through the points (Lagrange).
    static BigInteger atZero(BigInteger modulus, Map<Integer, BigInteger> points) {
        BigInteger sum = BigInteger.ZERO;
        for (Map.Entry<Integer, BigInteger> point : points.entrySet()) {
            BigInteger weight = BigInteger.ONE;
            for (int other : points.keySet()) {
                Bug.unless(other > 0, "shares are at places from 1 on");
                if (other != point.getKey()) {
                    BigInteger difference = BigInteger.valueOf((long) other - point.getKey());
                    weight = weight.multiply(BigInteger.valueOf(other))
                            .multiply(difference.modInverse(modulus))
                            .mod(modulus);
                }
            }
            sum = sum.add(weight.multiply(point.getValue())).mod(modulus);
        }
        return sum;
    }

    @Override
    public String toString() {
        return "Polynomial[degree " + (coefficients.size() - 1) + "]";
    }
}
