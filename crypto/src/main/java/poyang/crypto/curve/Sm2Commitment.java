package poyang.crypto.curve;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;

/// Commitments to counts that can be summed: of several only the sum is ever opened.
///
/// - computes: C(m, r) = (m + o)·G + r·H for a fixed scalar o, so that k commitments sum up to
///   (Σm + k·o)·G + Σr·H; o keeps small counts out of the multiplication's excepted scalars
/// - shapes: 33 bytes, compressed; m below 2^32, r a scalar
/// - secrecy: m and r are secret while a commitment is made, in constant time; C hides m perfectly for
///   uniform r, and binds to it as long as nobody knows the discrete logarithm of H. H is hashed to the
///   curve as in RFC 9380, so nobody does
/// - source: T. Pedersen, "Non-Interactive and Information-Theoretic Secure Verifiable Secret Sharing",
///   CRYPTO 1991, section 3
public final class Sm2Commitment {
    public static final int BYTES = 33;
    public static final int BLINDING_BYTES = 32;
    private static final String DOMAIN = "POYANG-V01-COUNT-SM2_XMD:SM3_SSWU_RO_";
    private static final Sm2Point H = second();
    private static final byte[] OFFSET =
            Sm2Secret.reduce(Sm3.digest("poyang.count-commitment.v1.offset".getBytes(StandardCharsets.US_ASCII)));

    private Sm2Commitment() {}

    private static Sm2Point second() {
        long[] hashed = Sm2Group.hashToCurve(
                List.of("poyang.count-commitment.v1".getBytes(StandardCharsets.US_ASCII)),
                DOMAIN.getBytes(StandardCharsets.US_ASCII));
        return Sm2Point.decode(Sm2Group.encode(hashed)).orElseThrow(() -> new Bug("a hash is a point"));
    }

    /// @param count at least 0, secret
    /// @param blinding uniform, used once
    public static byte[] commit(int count, Sm2Secret blinding) {
        Bug.unless(count >= 0 && count < Integer.MAX_VALUE, "a count is no negative number");
        try (Sm2Secret raised = Sm2Secret.of(raised(count, 1)).orElseThrow(() -> new Bug("o + m is a scalar"))) {
            return raised.timesBase()
                    .plus(blinding.times(H))
                    .map(Sm2Commitment::compressed)
                    .orElseThrow(() -> new Bug("a sum was the neutral element (2^-256)"));
        }
    }

    /// (total + terms·o) mod n.
    private static byte[] raised(long total, long terms) {
        long[] offsets = Order.multiply(Order.read(scalar(terms), 0), Order.read(OFFSET, 0));
        byte[] out = new byte[BLINDING_BYTES];
        Order.write(Order.add(Order.read(scalar(total), 0), offsets), out, 0);
        return out;
    }

    private static byte[] scalar(long value) {
        return ByteBuffer.allocate(BLINDING_BYTES)
                .putLong(BLINDING_BYTES - Long.BYTES, value)
                .array();
    }

    private static byte[] compressed(Sm2Point point) {
        byte[] out = new byte[BYTES];
        out[0] = (byte) (2 + (point.y()[BLINDING_BYTES - 1] & 1));
        System.arraycopy(point.x(), 0, out, 1, BLINDING_BYTES);
        return out;
    }

    /// Whether these bytes are a commitment.
    public static boolean isOne(byte[] commitment) {
        return commitment.length == BYTES && Sm2Point.decode(commitment).isPresent();
    }

    /// The sum of two; empty when either is none, or the sum is the neutral element.
    public static Optional<byte[]> plus(byte[] one, byte[] other) {
        return one.length == BYTES && other.length == BYTES
                ? Sm2Point.decode(one)
                        .flatMap(a -> Sm2Point.decode(other).flatMap(a::plus))
                        .map(Sm2Commitment::compressed)
                : Optional.empty();
    }

    /// The sum of two blindings.
    public static Sm2Secret plus(Sm2Secret one, Sm2Secret other) {
        return one.plusMultiple(scalar(1), other);
    }

    /// Does the sum of `terms` commitments open to this total?
    ///
    /// @param blinding the sum of theirs, 32 bytes
    public static boolean opens(byte[] sum, int terms, long total, byte[] blinding) {
        boolean shaped = isOne(sum)
                && terms >= 1
                && total >= 0
                && blinding.length == BLINDING_BYTES
                && Sm2Secret.of(blinding).isPresent();
        return shaped
                && Sm2Point.BASE
                        .times(raised(total, terms))
                        .plus(H.times(blinding))
                        .equals(Sm2Point.decode(sum));
    }
}
