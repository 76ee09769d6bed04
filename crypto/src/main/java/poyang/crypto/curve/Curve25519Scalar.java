package poyang.crypto.curve;

import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// A secret exponent of Curve25519, clamped as RFC 7748 section 5 says: a multiple of 8 in
/// 2^254 … 2^255 − 8; or the inverse of one. Never printed; `close` overwrites it.
public final class Curve25519Scalar implements AutoCloseable {
    static final int TOP_BIT = 254;
    private static final int BYTES = 32;

    private final byte[] value;

    private Curve25519Scalar(byte[] value) {
        this.value = value;
    }

    private static Curve25519Scalar clamped(byte[] value) {
        value[0] &= (byte) 0xf8;
        value[BYTES - 1] = (byte) (value[BYTES - 1] & 0x7f | 0x40);
        return new Curve25519Scalar(value);
    }

    /// One of the 2^251 clamped scalars, each equally likely.
    public static Curve25519Scalar random(RandomSource random) {
        return clamped(random.bytes(BYTES));
    }

    /// The scalar of 32 bytes, least significant first, which stay the caller's; they are clamped.
    static Curve25519Scalar of(byte[] bytes) {
        Bug.unless(bytes.length == BYTES, "a scalar has 32 bytes");
        return clamped(bytes.clone());
    }

    /// The scalar that undoes this one on points which are multiples of 8, as all that a clamped scalar gave: 1/k
    /// modulo the order of the large subgroup. It is not clamped.
    public Curve25519Scalar inverse() {
        return new Curve25519Scalar(Order25519.invert(value));
    }

    /// Bit i, 0 or 1.
    long bit(int i) {
        return (long) value[i >>> 3] >>> (i & 7) & 1;
    }

    @Override
    public void close() {
        Arrays.fill(value, (byte) 0);
    }

    @Override
    public String toString() {
        return "Curve25519Scalar";
    }
}
