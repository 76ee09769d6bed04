package poyang.crypto;

import static poyang.crypto.CryptoProperty.same;

import java.math.BigInteger;
import poyang.crypto.curve.CurveForms;
import poyang.crypto.curve.CurveForms.FieldOperation;
import poyang.crypto.curve.CurveForms.OrderOperation;

/// Numbers modulo the prime and modulo the order are those of `BigInteger`.
final class ArithmeticProperty implements CryptoProperty {
    @Override
    public int share() {
        return 8;
    }

    @Override
    public void check(Draws draws) {
        BigInteger a = draws.number();
        BigInteger b = draws.oneIn(8) ? a : draws.number();
        same("a mod n", a.mod(Draws.N), CurveForms.reduce(a));
        for (OrderOperation operation : OrderOperation.values()) {
            BigInteger x = a.mod(Draws.N);
            BigInteger y = b.mod(Draws.N);
            same(operation + " mod n", expected(operation, x, y), CurveForms.order(operation, x, y));
        }
        for (FieldOperation operation : FieldOperation.values()) {
            BigInteger x = a.mod(Draws.P);
            BigInteger y = b.mod(Draws.P);
            same(operation + " mod p", expected(operation, x, y), CurveForms.field(operation, x, y));
        }
    }

    private static BigInteger expected(OrderOperation operation, BigInteger a, BigInteger b) {
        return switch (operation) {
            case ADD -> a.add(b).mod(Draws.N);
            case SUBTRACT -> a.subtract(b).mod(Draws.N);
            case MULTIPLY -> a.multiply(b).mod(Draws.N);
            case INVERT -> a.signum() == 0 ? a : a.modInverse(Draws.N);
        };
    }

    private static BigInteger expected(FieldOperation operation, BigInteger a, BigInteger b) {
        return switch (operation) {
            case ADD -> a.add(b).mod(Draws.P);
            case SUBTRACT -> a.subtract(b).mod(Draws.P);
            case MULTIPLY -> a.multiply(b).mod(Draws.P);
            case SQUARE_OF_SUM -> a.add(b).pow(2).mod(Draws.P);
            case NEGATE -> a.negate().mod(Draws.P);
            case INVERT -> a.signum() == 0 ? a : a.modInverse(Draws.P);
            case ROOT -> a.modPow(Draws.P.add(BigInteger.ONE).shiftRight(2), Draws.P);
        };
    }
}
