package poyang.crypto.curve;

import java.util.Arrays;
import java.util.Optional;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// A secret scalar of the SM2 group with the operations of a private key, each in constant time: neither a
/// branch nor an index depends on the scalar or on a nonce. Never printed; `close` overwrites it.
public final class Sm2Secret implements AutoCloseable {
    private static final int L = Field.LONGS;
    private static final int SCALAR_BYTES = 32;
    private static final long[] ONE = {1, 0, 0, 0};

    private final long[] d;
    private final long[] inverse;

    private Sm2Secret(long[] d) {
        this.d = d;
        inverse = Order.toMontgomery(Order.invert(Order.add(d, ONE)));
    }

    /// The scalar of 32 big-endian bytes, or empty when it is none that this group's multiplication takes:
    /// its high three limbs may be neither those of 0 nor those of n.
    public static Optional<Sm2Secret> of(byte[] scalar) {
        long[] d = Order.read(scalar, 0);
        return Order.isBelow(d) && SecretComb.accepts(d) ? Optional.of(new Sm2Secret(d)) : Optional.empty();
    }

    public static Sm2Secret random(RandomSource random) {
        while (true) {
            byte[] candidate = random.bytes(SCALAR_BYTES);
            Optional<Sm2Secret> secret = of(candidate);
            Arrays.fill(candidate, (byte) 0);
            if (secret.isPresent()) {
                return secret.get();
            }
        }
    }

    /// d·G
    public Sm2Point timesBase() {
        long[] point = new long[2 * L];
        SecretBase.multiply(d, point);
        return new Sm2Point(point);
    }

    /// d·P for a point whose holder learns nothing from the time.
    public Sm2Point times(Sm2Point point) {
        try (Sm2Scalar scalar = Sm2Scalar.of(d)) {
            return new Sm2Point(Sm2Group.multiply(point.coordinates(), scalar));
        }
    }

    /// The same scalar for multiplying many points; the caller closes it.
    public Sm2Scalar scalar() {
        return Sm2Scalar.of(d);
    }

    /// 1/d modulo n; empty in the case (2^-190) that its multiplication would not be complete.
    public Optional<Sm2Secret> reciprocal() {
        long[] reciprocal = Order.invert(d);
        return SecretComb.accepts(reciprocal) ? Optional.of(new Sm2Secret(reciprocal)) : Optional.empty();
    }

    /// (d + x̄·k) mod n for the secret k of a key agreement, where x̄ is public: GB/T 32918.3 section 6.
    public Sm2Secret plusMultiple(byte[] publicFactor, Sm2Secret k) {
        long[] factor = Order.reduce(Order.read(publicFactor, 0));
        return new Sm2Secret(Order.add(d, Order.multiply(factor, k.d)));
    }

    /// A signature r ‖ s and the parity of y(kG).
    public record Signed(Bytes rs, int parity) {}

    /// GB/T 32918.2 section 6 with this secret as the key and `nonce` as k: r = e + x(kG),
    /// s = (1 + d)^-1·(k − r·d) = (1 + d)^-1·(k + r) − r. Empty in the cases (2^-190) that ask for another k.
    ///
    /// @param digest e, 32 bytes
    /// @param nonce k, 32 big-endian bytes that depend on nothing public alone
    public Optional<Signed> sign(byte[] digest, byte[] nonce) {
        long[] k = Order.read(nonce, 0);
        if (!Order.isBelow(k) || !SecretComb.accepts(k)) {
            return Optional.empty();
        }
        long[] point = new long[2 * L];
        SecretBase.multiply(k, point);
        long[] e = Order.reduce(Order.read(digest, 0));
        long[] r = Order.add(e, Order.reduce(Field.integer(point, 0)));
        long[] sum = Order.add(k, r);
        long[] s = Order.subtract(Order.montgomery(inverse, sum), r);
        boolean usable = !Order.isZero(r) && !Order.isZero(sum) && !Order.isZero(s);
        Arrays.fill(k, 0);
        Arrays.fill(sum, 0);
        byte[] rs = new byte[2 * SCALAR_BYTES];
        Order.write(r, rs, 0);
        Order.write(s, rs, SCALAR_BYTES);
        return usable ? Optional.of(new Signed(Bytes.wrap(rs), (int) Field.parity(point, L))) : Optional.empty();
    }

    /// A public digest of 32 bytes modulo n: bits2octets of RFC 6979.
    public static byte[] reduce(byte[] digest) {
        byte[] out = new byte[SCALAR_BYTES];
        Order.write(Order.reduce(Order.read(digest, 0)), out, 0);
        return out;
    }

    /// The scalar in 32 bytes; whoever asked overwrites it.
    public byte[] revealScalar() {
        Bug.unless(!Order.isZero(d), "the secret is closed");
        byte[] out = new byte[SCALAR_BYTES];
        Order.write(d, out, 0);
        return out;
    }

    @Override
    public void close() {
        Arrays.fill(d, 0);
        Arrays.fill(inverse, 0);
    }

    @Override
    public String toString() {
        return "Sm2Secret";
    }
}
