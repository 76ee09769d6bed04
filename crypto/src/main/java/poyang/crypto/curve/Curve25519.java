package poyang.crypto.curve;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import poyang.kernel.Bug;

/// Curve25519, y² = x³ + 486662·x² + x over 2^255 − 19 (RFC 7748), by x coordinates, for many points at
/// a time.
///
/// A point is the 32 bytes of its x coordinate, least significant first, which stand for it and its
/// negative. All methods are stateless and may run on several threads. Time depends on the number of
/// points and on message lengths only.
///
/// Foreign points. The curve has 8·ℓ points and its twist 4·ℓ′, ℓ and ℓ′ prime, and every 255-bit string
/// names a point of one or the other. A scalar is a multiple of 8, so what multiplication gives lies in a
/// subgroup of prime order and tells nothing of the scalar modulo small numbers, whatever the point; on
/// the twist, too, discrete logarithms are hard (both is what the curve was chosen for). The few points
/// of small order are mapped to 0 and are refused, as RFC 7748 section 6.1 allows; encodings of numbers
/// that are not below p are refused, so a point has one encoding.
///
/// - hashing: the sum of two points by RFC 9380, suite `curve25519_XMD:SHA-512_ELL2_RO_`, its last step,
///   the multiplication with 8, left to the scalar that follows
/// - multiplication: the ladder of RFC 7748 section 5, 255 steps for every scalar, with masked swaps
public final class Curve25519 {
    public static final int POINT_BYTES = 32;

    private static final int L = Field25519.LONGS;
    private static final int HASH_BYTES = 64;
    private static final int HASH_BLOCK_BYTES = 128;
    private static final int FIELD_ELEMENT_BYTES = 48;
    private static final long A_VALUE = 486_662;
    private static final long A24 = (A_VALUE - 2) / 4;

    private static final BigInteger TWO = BigInteger.TWO;
    private static final long[] ONE = Field25519.constant(BigInteger.ONE);
    private static final long[] MINUS_A = Field25519.constant(BigInteger.valueOf(-A_VALUE));
    private static final long[] A_SQUARE =
            Field25519.constant(BigInteger.valueOf(A_VALUE).pow(2));
    /// √−1 = 2^((p − 1)/4)
    private static final long[] ROOT_OF_MINUS_ONE =
            Field25519.constant(TWO.modPow(Field25519.P.shiftRight(2), Field25519.P));
    /// 2^((p + 3)/8)
    private static final long[] TWIST_FACTOR = Field25519.constant(
            TWO.modPow(Field25519.P.add(BigInteger.valueOf(3)).shiftRight(3), Field25519.P));

    private Curve25519() {}

    /// scalar · point for each point, one after the other; empty when one of them is no canonical
    /// encoding or is of small order.
    public static Optional<byte[]> multiply(byte[] points, Curve25519Scalar scalar) {
        if (points.length % POINT_BYTES != 0) {
            return Optional.empty();
        }
        int count = points.length / POINT_BYTES;
        long[] x = new long[count * L];
        long[] z = new long[count * L];
        long[] ladder = new long[9 * L];
        long good = -1;
        for (int i = 0; i < count; i++) {
            good &= Field25519.decode(points, i * POINT_BYTES, ladder, 0);
            ladder(ladder, scalar);
            System.arraycopy(ladder, L, x, i * L, L);
            System.arraycopy(ladder, 2 * L, z, i * L, L);
            good &= ~Field25519.isZero(z, i * L) & ~Field25519.isZero(x, i * L);
        }
        if (good == 0) {
            return Optional.empty();
        }
        return Optional.of(quotients(x, z, count));
    }

    private static byte[] quotients(long[] x, long[] z, int count) {
        Field25519.invertAll(z, count);
        byte[] out = new byte[count * POINT_BYTES];
        for (int i = 0; i < count; i++) {
            Field25519.multiply(x, i * L, x, i * L, z, i * L);
            Field25519.encode(x, i * L, out, i * POINT_BYTES);
        }
        return out;
    }

    /// From x1 at 0 of `t` to x2/z2 at 1 and 2.
    private static void ladder(long[] t, Curve25519Scalar scalar) {
        int x2 = L;
        int z2 = 2 * L;
        int x3 = 3 * L;
        int z3 = 4 * L;
        System.arraycopy(ONE, 0, t, x2, L);
        Arrays.fill(t, z2, z2 + L, 0);
        System.arraycopy(t, 0, t, x3, L);
        System.arraycopy(ONE, 0, t, z3, L);
        long swapped = 0;
        for (int bit = Curve25519Scalar.TOP_BIT; bit >= 0; bit--) {
            long k = scalar.bit(bit);
            swapped ^= k;
            Field25519.swap(-swapped, t, x2, t, x3);
            Field25519.swap(-swapped, t, z2, t, z3);
            swapped = k;
            step(t);
        }
        Field25519.swap(-swapped, t, x2, t, x3);
        Field25519.swap(-swapped, t, z2, t, z3);
    }

    /// Doubles (x2 : z2) and adds it to (x3 : z3), whose difference has the coordinate x1.
    private static void step(long[] t) {
        int x2 = L;
        int z2 = 2 * L;
        int x3 = 3 * L;
        int z3 = 4 * L;
        int a = 5 * L;
        int b = 6 * L;
        int c = 7 * L;
        int d = 8 * L;
        Field25519.add(t, a, t, x2, t, z2);
        Field25519.subtract(t, b, t, x2, t, z2);
        Field25519.add(t, c, t, x3, t, z3);
        Field25519.subtract(t, d, t, x3, t, z3);
        Field25519.multiply(t, d, t, d, t, a);
        Field25519.multiply(t, c, t, c, t, b);
        Field25519.square(t, a, t, a);
        Field25519.square(t, b, t, b);
        Field25519.add(t, x3, t, d, t, c);
        Field25519.square(t, x3, t, x3);
        Field25519.subtract(t, z3, t, d, t, c);
        Field25519.square(t, z3, t, z3);
        Field25519.multiply(t, z3, t, z3, t, 0);
        Field25519.multiply(t, x2, t, a, t, b);
        Field25519.subtract(t, b, t, a, t, b);
        Field25519.small(t, c, t, b, A24);
        Field25519.add(t, a, t, a, t, c);
        Field25519.multiply(t, z2, t, a, t, b);
    }

    /// Hashes messages that stand one after the other to points whose discrete logarithms nobody knows.
    /// The points lie anywhere on the curve: only a scalar's multiple of them is in the group of prime
    /// order.
    ///
    /// @param messages `count` messages of `length` bytes each
    /// @param domain the protocol's own domain separation tag, 1 to 255 bytes
    public static byte[] hashToCurve(byte[] messages, int length, int count, byte[] domain) {
        Bug.unless(domain.length > 0 && domain.length < 256, "a domain tag has 1 to 255 bytes");
        Expansion expansion = new Expansion(domain);
        long[] x = new long[count * L];
        long[] z = new long[count * L];
        long[] pair = new long[6 * L];
        long[] u = new long[L];
        for (int i = 0; i < count; i++) {
            byte[] uniform = expansion.of(messages, i * length, length);
            for (int k = 0; k < 2; k++) {
                Field25519.reduceWide(uniform, k * FIELD_ELEMENT_BYTES, u, 0);
                map(u, pair, 3 * k * L);
            }
            sum(pair, x, z, i * L);
        }
        return quotients(x, z, count);
    }

    /// Elligator 2 (RFC 9380 section 6.7.1) with Z = 2: writes n, d and y of the point (n/d, y).
    ///
    /// With d = 1 + 2u² the candidates are x = −A/d and −A − x, and g(−A/d) = A·(A²·2u² − d²)/d³.
    static void map(long[] u, long[] point, int at) {
        long[] t = new long[7 * L];
        int uu2 = 0;
        int g = L;
        int gd = 2 * L;
        int y = 3 * L;
        int check = 4 * L;
        int other = 5 * L;
        int spare = 6 * L;
        int d = at + L;
        Field25519.square(t, uu2, u, 0);
        Field25519.small(t, uu2, t, uu2, 2);
        Field25519.add(point, d, t, uu2, ONE, 0);
        Field25519.tighten(point, d);
        // g = A·(A²·2u² − d²), gd = d³
        Field25519.multiply(t, g, A_SQUARE, 0, t, uu2);
        Field25519.square(t, spare, point, d);
        Field25519.multiply(t, gd, t, spare, point, d);
        Field25519.subtract(t, g, t, g, t, spare);
        Field25519.small(t, g, t, g, A_VALUE);
        // y = g·gd³·(g·gd⁷)^((p−5)/8), a root of g/gd up to a fourth root of one, if g/gd is a square
        Field25519.square(t, check, t, gd);
        Field25519.multiply(t, y, t, check, t, gd);
        Field25519.multiply(t, y, t, y, t, g);
        Field25519.square(t, check, t, check);
        Field25519.multiply(t, check, t, check, t, y);
        Field25519.rootPower(t, check, t, check);
        Field25519.multiply(t, y, t, y, t, check);
        // the root of 2u²·g/gd otherwise
        Field25519.multiply(t, other, t, y, u, 0);
        Field25519.multiply(t, other, t, other, TWIST_FACTOR, 0);
        long square = root(t, y, g, gd, check, spare);
        Field25519.multiply(t, g, t, g, t, uu2);
        root(t, other, g, gd, check, spare);
        Field25519.move(~square, t, y, t, other);
        // x = −A/d, or −A + A/d = −A·2u²/d
        Field25519.multiply(t, spare, MINUS_A, 0, t, uu2);
        Field25519.move(square, t, spare, MINUS_A, 0);
        System.arraycopy(t, spare, point, at, L);
        // y is odd for the first candidate and even for the second
        long wrong = -(Field25519.parity(t, y) ^ (square & 1));
        Field25519.subtract(t, spare, new long[L], 0, t, y);
        Field25519.tighten(t, spare);
        Field25519.move(wrong, t, y, t, spare);
        System.arraycopy(t, y, point, at + 2 * L, L);
    }

    /// Multiplies y with √−1 unless y²·gd = g already; all ones when y²·gd = g then, otherwise 0.
    private static long root(long[] t, int y, int g, int gd, int check, int spare) {
        Field25519.square(t, check, t, y);
        Field25519.multiply(t, check, t, check, t, gd);
        long first = Field25519.isEqual(t, check, t, g);
        Field25519.multiply(t, spare, t, y, ROOT_OF_MINUS_ONE, 0);
        Field25519.move(~first, t, y, t, spare);
        Field25519.square(t, check, t, y);
        Field25519.multiply(t, check, t, check, t, gd);
        return Field25519.isEqual(t, check, t, g);
    }

    /// The x coordinate of the sum of (n₁/d₁, y₁) and (n₂/d₂, y₂), as a fraction. With D = d₁·d₂ and
    /// e = n₂·d₁ − n₁·d₂: x = ((y₂ − y₁)²·D³ − (A·D + n₁·d₂ + n₂·d₁)·e²) / (D·e²).
    private static void sum(long[] pair, long[] x, long[] z, int at) {
        long[] t = new long[5 * L];
        int left = 0;
        int right = L;
        int product = 2 * L;
        int square = 3 * L;
        int spare = 4 * L;
        Field25519.multiply(t, left, pair, 0, pair, 4 * L);
        Field25519.multiply(t, right, pair, 3 * L, pair, L);
        Field25519.multiply(t, product, pair, L, pair, 4 * L);
        Field25519.subtract(t, square, t, right, t, left);
        Field25519.square(t, square, t, square);
        Bug.unless(
                Field25519.isZero(t, square) == 0,
                "two hashes to the field met in one x coordinate, which happens once in 2^253");
        Field25519.add(t, left, t, left, t, right);
        Field25519.tighten(t, left);
        Field25519.small(t, right, t, product, A_VALUE);
        Field25519.add(t, left, t, left, t, right);
        Field25519.multiply(t, left, t, left, t, square);
        Field25519.multiply(z, at, t, product, t, square);
        Field25519.subtract(t, spare, pair, 5 * L, pair, 2 * L);
        Field25519.multiply(t, spare, t, spare, t, product);
        Field25519.square(t, spare, t, spare);
        Field25519.multiply(t, spare, t, spare, t, product);
        Field25519.subtract(x, at, t, spare, t, left);
        Field25519.tighten(x, at);
    }

    /// expand_message_xmd of RFC 9380 section 5.3.1 with SHA-512 for 96 bytes.
    static final class Expansion {
        private static final int BYTES = 2 * FIELD_ELEMENT_BYTES;
        private static final byte[] PAD = new byte[HASH_BLOCK_BYTES];
        private final MessageDigest hash;
        private final byte[] domain;

        Expansion(byte[] domain) {
            this.domain = Arrays.copyOf(domain, domain.length + 1);
            this.domain[domain.length] = (byte) domain.length;
            try {
                hash = MessageDigest.getInstance("SHA-512");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        byte[] of(byte[] messages, int at, int length) {
            hash.update(PAD);
            hash.update(messages, at, length);
            hash.update(new byte[] {0, (byte) BYTES, 0});
            byte[] first = hash.digest(domain);
            hash.update(first);
            hash.update((byte) 1);
            byte[] one = hash.digest(domain);
            for (int i = 0; i < HASH_BYTES; i++) {
                first[i] ^= one[i];
            }
            hash.update(first);
            hash.update((byte) 2);
            byte[] two = hash.digest(domain);
            byte[] uniform = Arrays.copyOf(one, BYTES);
            System.arraycopy(two, 0, uniform, HASH_BYTES, BYTES - HASH_BYTES);
            return uniform;
        }
    }
}
