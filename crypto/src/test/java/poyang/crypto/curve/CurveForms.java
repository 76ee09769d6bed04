package poyang.crypto.curve;

import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.util.BigIntegers;

/// The hidden arithmetic of this package on big integers, for differential tests elsewhere.
public final class CurveForms {
    private CurveForms() {}

    /// Operations modulo the group's order n, on operands below n.
    public enum OrderOperation {
        ADD,
        SUBTRACT,
        MULTIPLY,
        INVERT
    }

    /// Operations modulo the field's prime p.
    public enum FieldOperation {
        ADD,
        SUBTRACT,
        MULTIPLY,
        SQUARE_OF_SUM,
        NEGATE,
        INVERT,
        ROOT
    }

    private static long[] limbs(BigInteger value) {
        return Order.read(BigIntegers.asUnsignedByteArray(32, value), 0);
    }

    private static BigInteger integer(long[] limbs) {
        byte[] out = new byte[32];
        Order.write(limbs, out, 0);
        return new BigInteger(1, out);
    }

    public static BigInteger order(OrderOperation operation, BigInteger a, BigInteger b) {
        return integer(
                switch (operation) {
                    case ADD -> Order.add(limbs(a), limbs(b));
                    case SUBTRACT -> Order.subtract(limbs(a), limbs(b));
                    case MULTIPLY -> Order.multiply(limbs(a), limbs(b));
                    case INVERT -> Order.invert(limbs(a));
                });
    }

    /// A number below 2^256 modulo n.
    public static BigInteger reduce(BigInteger a) {
        return integer(Order.reduce(limbs(a)));
    }

    /// Operands are taken modulo p.
    public static BigInteger field(FieldOperation operation, BigInteger left, BigInteger right) {
        long[] a = Field.constant(left);
        long[] b = Field.constant(right);
        long[] r = new long[Field.LONGS];
        switch (operation) {
            case ADD -> Field.add(r, 0, a, 0, b, 0);
            case SUBTRACT -> Field.subtract(r, 0, a, 0, b, 0);
            case MULTIPLY -> Field.multiply(r, 0, a, 0, b, 0);
            case SQUARE_OF_SUM -> {
                Field.looseAdd(r, 0, a, 0, b, 0);
                Field.square(r, 0, r, 0);
            }
            case NEGATE -> Field.negate(r, 0, a, 0);
            case INVERT -> Field.invert(r, 0, a, 0);
            case ROOT -> Field.root(r, 0, a, 0);
        }
        return Field.value(r, 0);
    }

    /// k·P from a comb of the given width; empty for the neutral element.
    public static Optional<Sm2Point> comb(Sm2Point point, BigInteger k, int width) {
        Sum sum = new Sum();
        sum.beCareful();
        sum.clear();
        Comb.of(point.coordinates(), width).addMultiple(sum, limbs(k));
        long[] result = new long[Sm2Group.POINT_LONGS];
        return sum.toAffine(result, 0) ? Optional.of(new Sm2Point(result)) : Optional.empty();
    }

    /// Whether the secret multiplication takes the number, which lies below n.
    public static boolean accepts(BigInteger k) {
        return SecretComb.accepts(limbs(k));
    }
}
