package poyang.crypto.curve;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import poyang.kernel.Bug;

/// A public point of the SM2 curve, never the neutral element. Immutable.
public final class Sm2Point {
    private static final int L = Field.LONGS;
    private static final int COMPRESSED_BYTES = 33;
    private static final int WHOLE_BYTES = 65;
    private static final int COORDINATE_BYTES = 32;

    /// G of GB/T 32918.5.
    public static final Sm2Point BASE = base();

    private final long[] coordinates;

    /// @param coordinates x and y, given up by the caller
    Sm2Point(long[] coordinates) {
        this.coordinates = coordinates;
    }

    private static Sm2Point base() {
        long[] point = new long[2 * L];
        BigInteger x = new BigInteger("32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7", 16);
        BigInteger y = new BigInteger("bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0", 16);
        System.arraycopy(Field.constant(x), 0, point, 0, L);
        System.arraycopy(Field.constant(y), 0, point, L, L);
        return new Sm2Point(point);
    }

    /// The point of 33 bytes (02 or 03 ‖ x) or 65 bytes (04 ‖ x ‖ y); empty when they are none.
    public static Optional<Sm2Point> decode(byte[] encoded) {
        if (encoded.length == COMPRESSED_BYTES) {
            return Sm2Group.decode(encoded).map(Sm2Point::new);
        }
        long[] point = new long[2 * L];
        if (encoded.length != WHOLE_BYTES
                || encoded[0] != 4
                || !Field.decode(encoded, 1, point, 0)
                || !Field.decode(encoded, 1 + COORDINATE_BYTES, point, L)
                || !Sm2Group.isOnCurve(point, 0)) {
            return Optional.empty();
        }
        return Optional.of(new Sm2Point(point));
    }

    /// 04 ‖ x ‖ y
    public byte[] encode() {
        byte[] out = new byte[WHOLE_BYTES];
        out[0] = 4;
        Field.encode(coordinates, 0, out, 1);
        Field.encode(coordinates, L, out, 1 + COORDINATE_BYTES);
        return out;
    }

    /// x in 32 big-endian bytes.
    public byte[] x() {
        byte[] out = new byte[COORDINATE_BYTES];
        Field.encode(coordinates, 0, out, 0);
        return out;
    }

    public byte[] y() {
        byte[] out = new byte[COORDINATE_BYTES];
        Field.encode(coordinates, L, out, 0);
        return out;
    }

    /// The sum with another public point; empty when it is the neutral element.
    public Optional<Sm2Point> plus(Sm2Point other) {
        Multiplier acc = new Multiplier();
        acc.beCareful();
        acc.clear();
        acc.addPublic(coordinates, 0, false);
        acc.addPublic(other.coordinates, 0, false);
        long[] sum = new long[2 * L];
        return acc.toAffine(sum, 0) ? Optional.of(new Sm2Point(sum)) : Optional.empty();
    }

    /// A public scalar, at least 1 and below n, times the point.
    ///
    /// @param scalar 32 big-endian bytes
    public Sm2Point times(byte[] scalar) {
        long[] k = Order.read(scalar, 0);
        Bug.unless(Order.isBelow(k) && !Order.isZero(k), "a scalar lies in 1 … n−1");
        Multiplier acc = new Multiplier();
        acc.beCareful();
        new Straus(coordinates, new long[][] {k}).sum(acc);
        long[] product = new long[2 * L];
        Bug.unless(acc.toAffine(product, 0), "the group has prime order");
        return new Sm2Point(product);
    }

    /// x and y; not to be changed.
    long[] coordinates() {
        return coordinates;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sm2Point point && Arrays.equals(encode(), point.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(x());
    }

    @Override
    public String toString() {
        return "Sm2Point[" + HexFormat.of().formatHex(encode()) + "]";
    }
}
