package poyang.crypto.curve;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;

/// The group of the SM2 curve y² = x³ − 3x + b (prime order, cofactor 1), for many points at a
/// time.
///
/// Points are affine, never the neutral element, {@link #POINT_LONGS} longs each, in one array that
/// belongs to whoever made or was given it; no method keeps an array. All methods are stateless and
/// may run on several threads. Time depends on the number of points and on message lengths only.
///
/// - hashing: RFC 9380 `hash_to_curve` with expand_message_xmd over SM3, L = 48, simplified SWU
///   with A = −3 and Z as section H.2 of the RFC finds it for this curve
/// - multiplication: signed odd digits of four bits, masked scan of the table, about 2,900 field
///   multiplications a point
public final class Sm2Group {
    public static final int POINT_LONGS = 2 * Field.LONGS;
    public static final int COMPRESSED_BYTES = 33;

    private static final int L = Field.LONGS;
    private static final int TABLE = 8;
    private static final int HASH_BLOCK_BYTES = 64;
    private static final int FIELD_ELEMENT_BYTES = 48;

    private static final BigInteger B_VALUE =
            new BigInteger("28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93", 16);
    private static final BigInteger Z_VALUE = BigInteger.valueOf(-9);
    private static final long[] A = Field.constant(BigInteger.valueOf(-3));
    private static final long[] B = Field.constant(B_VALUE);
    private static final long[] Z = Field.constant(Z_VALUE);
    private static final long[] ROOT_OF_MINUS_Z = rootOfMinusZ();

    private Sm2Group() {}

    private static long[] rootOfMinusZ() {
        long[] root = new long[L];
        Field.root(root, 0, Field.constant(Z_VALUE.negate()), 0);
        return root;
    }

    /// Hashes each message to a point whose discrete logarithm nobody knows.
    ///
    /// @param domain the protocol's own domain separation tag, 1 to 255 bytes
    public static long[] hashToCurve(List<byte[]> messages, byte[] domain) {
        Bug.unless(domain.length > 0 && domain.length < 256, "a domain tag has 1 to 255 bytes");
        int count = messages.size();
        long[] points = new long[2 * count * POINT_LONGS];
        long[] denominators = new long[2 * count * L];
        long[] u = new long[L];
        for (int i = 0; i < count; i++) {
            byte[] uniform = expand(messages.get(i), domain);
            for (int k = 0; k < 2; k++) {
                Field.reduceWide(uniform, k * FIELD_ELEMENT_BYTES, u, 0);
                map(u, points, (2 * i + k) * POINT_LONGS, denominators, (2 * i + k) * L);
            }
        }
        Field.invertAll(denominators, 2 * count);
        for (int i = 0; i < 2 * count; i++) {
            Field.multiply(points, i * POINT_LONGS, points, i * POINT_LONGS, denominators, i * L);
        }
        return addPairs(points, count);
    }

    /// expand_message_xmd of RFC 9380 section 5.3.1 with SM3 for 96 bytes.
    static byte[] expand(byte[] message, byte[] domain) {
        byte[] tail = {(byte) domain.length};
        int length = 2 * FIELD_ELEMENT_BYTES;
        byte[] first = Sm3.digest(
                new byte[HASH_BLOCK_BYTES],
                message,
                new byte[] {(byte) (length >>> 8), (byte) length, 0},
                domain,
                tail);
        byte[] uniform = new byte[length];
        byte[] block = new byte[Sm3.DIGEST_BYTES];
        for (int i = 1; i <= length / Sm3.DIGEST_BYTES; i++) {
            for (int j = 0; j < block.length; j++) {
                block[j] ^= first[j];
            }
            block = Sm3.digest(block, new byte[] {(byte) i}, domain, tail);
            System.arraycopy(block, 0, uniform, (i - 1) * Sm3.DIGEST_BYTES, Sm3.DIGEST_BYTES);
        }
        return uniform;
    }

    /// map_to_curve_simple_swu, straight-line form of RFC 9380 appendix F.2, the final division
    /// left to the caller: writes x·tv4 and y, and tv4.
    static void map(long[] u, long[] point, int at, long[] denominators, int da) {
        long[] t = new long[7 * L];
        int tv1 = L;
        int tv2 = 2 * L;
        int tv3 = 3 * L;
        int tv5 = 4 * L;
        int tv6 = 5 * L;
        int y1 = 6 * L;
        Field.square(t, tv1, u, 0);
        Field.multiply(t, tv1, Z, 0, t, tv1);
        Field.square(t, tv2, t, tv1);
        Field.add(t, tv2, t, tv2, t, tv1);
        Field.add(t, tv3, t, tv2, Field.ONE, 0);
        Field.multiply(t, tv3, B, 0, t, tv3);
        long zero = Field.isZero(t, tv2);
        Field.negate(denominators, da, t, tv2);
        Field.move(zero, denominators, da, Z, 0);
        Field.multiply(denominators, da, A, 0, denominators, da);
        Field.square(t, tv2, t, tv3);
        Field.square(t, tv6, denominators, da);
        Field.multiply(t, tv5, A, 0, t, tv6);
        Field.add(t, tv2, t, tv2, t, tv5);
        Field.multiply(t, tv2, t, tv2, t, tv3);
        Field.multiply(t, tv6, t, tv6, denominators, da);
        Field.multiply(t, tv5, B, 0, t, tv6);
        Field.add(t, tv2, t, tv2, t, tv5);
        Field.multiply(point, at, t, tv1, t, tv3);
        long square = rootOfRatio(t, y1, t, tv2, t, tv6);
        Field.multiply(point, at + L, t, tv1, u, 0);
        Field.multiply(point, at + L, point, at + L, t, y1);
        Field.move(square, point, at, t, tv3);
        Field.move(square, point, at + L, t, y1);
        long differ = -(Field.parity(u, 0) ^ Field.parity(point, at + L));
        Field.negate(t, tv1, point, at + L);
        Field.move(differ, point, at + L, t, tv1);
    }

    /// sqrt_ratio for p ≡ 3 (mod 4), RFC 9380 appendix F.2.1.2: r = √(u/v) and all ones, or
    /// √(Z·u/v) and 0.
    private static long rootOfRatio(long[] r, int ro, long[] u, int uo, long[] v, int vo) {
        long[] t = new long[3 * L];
        Field.square(t, 0, v, vo);
        Field.multiply(t, L, u, uo, v, vo);
        Field.multiply(t, 0, t, 0, t, L);
        Field.ratioPower(t, 0, t, 0);
        Field.multiply(t, 0, t, 0, t, L);
        Field.multiply(t, L, t, 0, ROOT_OF_MINUS_Z, 0);
        Field.square(t, 2 * L, t, 0);
        Field.multiply(t, 2 * L, t, 2 * L, v, vo);
        long square = Field.isEqual(t, 2 * L, u, uo);
        System.arraycopy(t, L, r, ro, L);
        Field.move(square, r, ro, t, 0);
        return square;
    }

    /// Adds points 2i and 2i+1 for each i, with one inversion in all.
    private static long[] addPairs(long[] pairs, int count) {
        long[] slopes = new long[count * L];
        for (int i = 0; i < count; i++) {
            int p = 2 * i * POINT_LONGS;
            Field.subtract(slopes, i * L, pairs, p + POINT_LONGS, pairs, p);
            Bug.unless(
                    Field.isZero(slopes, i * L) == 0,
                    "two hashes to the field met in one x coordinate, which happens once in 2^255");
        }
        Field.invertAll(slopes, count);
        long[] sums = new long[count * POINT_LONGS];
        long[] room = new long[POINT_LONGS];
        for (int i = 0; i < count; i++) {
            addPair(sums, i * POINT_LONGS, pairs, 2 * i * POINT_LONGS, slopes, i * L, room);
        }
        return sums;
    }

    /// The sum of the point at `p` and the one behind it. It may come to the place of the first.
    ///
    /// @param inverses at `slope` that of the difference of their x, second less first; it is used up
    /// @param room for a point
    static void addPair(long[] sums, int at, long[] pairs, int p, long[] inverses, int slope, long[] room) {
        int q = p + POINT_LONGS;
        Field.looseSubtract(room, 0, pairs, q + L, pairs, p + L);
        Field.multiply(inverses, slope, inverses, slope, room, 0);
        Field.square(room, 0, inverses, slope);
        Field.subtract(room, 0, room, 0, pairs, p);
        Field.subtract(room, 0, room, 0, pairs, q);
        Field.looseSubtract(room, L, pairs, p, room, 0);
        Field.multiply(room, L, inverses, slope, room, L);
        Field.subtract(sums, at + L, room, L, pairs, p + L);
        System.arraycopy(room, 0, sums, at, L);
    }

    /// The coordinates of the points, one after the other.
    public static long[] of(List<Sm2Point> points) {
        long[] all = new long[points.size() * POINT_LONGS];
        for (int i = 0; i < points.size(); i++) {
            System.arraycopy(points.get(i).coordinates(), 0, all, i * POINT_LONGS, POINT_LONGS);
        }
        return all;
    }

    /// p_i + q_i for each i, or empty where two of them have one x coordinate, which independent
    /// random points have once in 2^255.
    public static Optional<long[]> sums(long[] p, long[] q) {
        return combined(p, q, 0);
    }

    /// p_i − q_i for each i, or empty as for {@link #sums}.
    public static Optional<long[]> differences(long[] p, long[] q) {
        return combined(p, q, -1L);
    }

    private static Optional<long[]> combined(long[] p, long[] q, long negated) {
        Bug.unless(p.length == q.length && p.length % POINT_LONGS == 0, "as many whole points are needed");
        int count = p.length / POINT_LONGS;
        long[] pairs = new long[2 * p.length];
        long[] t = new long[L];
        for (int i = 0; i < count; i++) {
            System.arraycopy(p, i * POINT_LONGS, pairs, 2 * i * POINT_LONGS, POINT_LONGS);
            System.arraycopy(q, i * POINT_LONGS, pairs, (2 * i + 1) * POINT_LONGS, POINT_LONGS);
            Field.negate(t, 0, q, i * POINT_LONGS + L);
            Field.move(negated, pairs, (2 * i + 1) * POINT_LONGS + L, t, 0);
            if (Field.isEqual(p, i * POINT_LONGS, q, i * POINT_LONGS) != 0) {
                return Optional.empty();
            }
        }
        return Optional.of(addPairs(pairs, count));
    }

    /// scalar · point for each point; the given array stays as it is.
    public static long[] multiply(long[] points, Sm2Scalar scalar) {
        int count = points.length / POINT_LONGS;
        Bug.unless(points.length % POINT_LONGS == 0, "whole points are needed");
        int[] entries = new int[count];
        Arrays.fill(entries, TABLE);
        long[] tables = OddMultiples.of(points, entries);
        long[] z = new long[count * L];
        long[] results = new long[points.length];
        Multiplier multiplier = new Multiplier();
        for (int i = 0; i < count; i++) {
            multiplier.start(points, i * POINT_LONGS);
            for (int digit = Sm2Scalar.DIGITS - 1; digit >= 0; digit--) {
                for (int k = 0; k < 4; k++) {
                    multiplier.twice();
                }
                multiplier.addFrom(tables, i * TABLE * POINT_LONGS, scalar.digit(digit));
            }
            multiplier.store(results, i * POINT_LONGS, z, i * L);
        }
        toAffine(results, z, count);
        long[] negative = new long[L];
        for (int i = 0; i < count; i++) {
            Field.negate(negative, 0, results, i * POINT_LONGS + L);
            Field.move(scalar.negated(), results, i * POINT_LONGS + L, negative, 0);
        }
        return results;
    }

    /// (X, Y) becomes (X/Z², Y/Z³) for each point; Z is used up.
    static void toAffine(long[] points, long[] z, int count) {
        Field.invertAll(z, count);
        long[] square = new long[L];
        for (int i = 0; i < count; i++) {
            int at = i * POINT_LONGS;
            Field.square(square, 0, z, i * L);
            Field.multiply(points, at, points, at, square, 0);
            Field.multiply(square, 0, square, 0, z, i * L);
            Field.multiply(points, at + L, points, at + L, square, 0);
        }
    }

    /// 02 or 03 ‖ x, 33 bytes a point.
    public static byte[] encode(long[] points) {
        int count = points.length / POINT_LONGS;
        byte[] out = new byte[count * COMPRESSED_BYTES];
        for (int i = 0; i < count; i++) {
            out[i * COMPRESSED_BYTES] = (byte) (2 + Field.parity(points, i * POINT_LONGS + L));
            Field.encode(points, i * POINT_LONGS, out, i * COMPRESSED_BYTES + 1);
        }
        return out;
    }

    /// t = x³ − 3x + b
    private static void rightSide(long[] t, long[] point, int at) {
        Field.square(t, 0, point, at);
        Field.add(t, 0, t, 0, A, 0);
        Field.multiply(t, 0, t, 0, point, at);
        Field.add(t, 0, t, 0, B, 0);
    }

    static boolean isOnCurve(long[] point, int at) {
        long[] t = new long[2 * L];
        rightSide(t, point, at);
        Field.square(t, L, point, at + L);
        return Field.isEqual(t, 0, t, L) != 0;
    }

    /// The points of an encoding made of whole points of the curve, otherwise empty.
    public static Optional<long[]> decode(byte[] encoded) {
        if (encoded.length % COMPRESSED_BYTES != 0) {
            return Optional.empty();
        }
        int count = encoded.length / COMPRESSED_BYTES;
        long[] points = new long[count * POINT_LONGS];
        long[] t = new long[2 * L];
        for (int i = 0; i < count; i++) {
            int tag = encoded[i * COMPRESSED_BYTES];
            int at = i * POINT_LONGS;
            if ((tag != 2 && tag != 3) || !Field.decode(encoded, i * COMPRESSED_BYTES + 1, points, at)) {
                return Optional.empty();
            }
            rightSide(t, points, at);
            Field.root(points, at + L, t, 0);
            Field.square(t, L, points, at + L);
            if (Field.isEqual(t, 0, t, L) == 0) {
                return Optional.empty();
            }
            long differ = -(Field.parity(points, at + L) ^ (tag & 1));
            Field.negate(t, 0, points, at + L);
            Field.move(differ, points, at + L, t, 0);
        }
        return Optional.of(points);
    }
}
