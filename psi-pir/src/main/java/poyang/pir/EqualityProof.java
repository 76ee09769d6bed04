package poyang.pir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bug;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.RandomSource;

/// Proof that one secret k made K = k·G and Z_i = k·M_i for each i, without k: the points are
/// folded with weights that hang on all of them, and the fold is proven by Chaum and Pedersen with
/// Fiat and Shamir.
///
/// - shapes: two points of 33 bytes and a scalar of 32
/// - soundness: a wrong Z_i passes when its weight, a hash of 128 bits, is hit (2^-128 a try), or
///   when the challenge of 256 bits modulo n is foreseen
/// - secrecy: k and the nonce are multiplied in constant time; all points are public
/// - source: D. Chaum, T. Pedersen, CRYPTO 1992; batches as in RFC 9497 section 2.2.1, weights cut
///   to 128 bits as in small-exponent batch verification (Bellare, Garay, Rabin, EUROCRYPT 1998)
final class EqualityProof {
    static final int POINT_BYTES = 33;
    private static final int SCALAR_BYTES = 32;
    static final int BYTES = 2 * POINT_BYTES + SCALAR_BYTES;
    private static final int WEIGHT_BYTES = 16;

    private EqualityProof() {}

    private record Fold(Sm2Point blinded, Sm2Point evaluated) {}

    static byte[] compress(Sm2Point point) {
        byte[] out = new byte[POINT_BYTES];
        out[0] = (byte) (2 | point.y()[SCALAR_BYTES - 1] & 1);
        System.arraycopy(point.x(), 0, out, 1, SCALAR_BYTES);
        return out;
    }

    static byte[] prove(
            Sm2Secret key, Sm2Point publicKey, List<Sm2Point> blinded, List<Sm2Point> evaluated, RandomSource random) {
        Fold fold = fold(publicKey, blinded, evaluated)
                .orElseThrow(() -> new Bug("a fold of points met the neutral element (2^-128)"));
        try (Sm2Secret nonce = Sm2Secret.random(random)) {
            Sm2Point a = nonce.timesBase();
            Sm2Point b = nonce.times(fold.blinded());
            try (Sm2Secret response = nonce.plusMultiple(challenge(publicKey, fold, a, b), key)) {
                byte[] out = Arrays.copyOf(compress(a), BYTES);
                System.arraycopy(compress(b), 0, out, POINT_BYTES, POINT_BYTES);
                System.arraycopy(response.revealScalar(), 0, out, 2 * POINT_BYTES, SCALAR_BYTES);
                return out;
            }
        }
    }

    /// Does the proof hold? Bytes that are no points or no scalar do not.
    static boolean holds(Sm2Point publicKey, List<Sm2Point> blinded, List<Sm2Point> evaluated, byte[] proof) {
        Optional<Sm2Point> a = Sm2Point.decode(Arrays.copyOf(proof, POINT_BYTES));
        Optional<Sm2Point> b = Sm2Point.decode(Arrays.copyOfRange(proof, POINT_BYTES, 2 * POINT_BYTES));
        byte[] response = Arrays.copyOfRange(proof, 2 * POINT_BYTES, BYTES);
        Optional<Fold> fold = fold(publicKey, blinded, evaluated);
        if (a.isEmpty() || b.isEmpty() || fold.isEmpty() || !isScalar(response)) {
            return false;
        }
        byte[] challenge = challenge(publicKey, fold.get(), a.get(), b.get());
        return isSum(Sm2Point.BASE.times(response), a.get(), publicKey.times(challenge))
                && isSum(
                        fold.get().blinded().times(response),
                        b.get(),
                        fold.get().evaluated().times(challenge));
    }

    private static boolean isScalar(byte[] scalar) {
        return Arrays.equals(Sm2Secret.reduce(scalar), scalar) && !Arrays.equals(scalar, new byte[SCALAR_BYTES]);
    }

    private static boolean isSum(Sm2Point sum, Sm2Point one, Sm2Point other) {
        return one.plus(other).filter(sum::equals).isPresent();
    }

    private static byte[] challenge(Sm2Point publicKey, Fold fold, Sm2Point a, Sm2Point b) {
        byte[] digest = Sm3.digest(new CanonicalWriter("poyang.pir.equality-challenge.v1")
                .bytes(compress(publicKey))
                .bytes(compress(fold.blinded()))
                .bytes(compress(fold.evaluated()))
                .bytes(compress(a))
                .bytes(compress(b))
                .toArray());
        return Sm2Secret.reduce(digest);
    }

    /// Σ w_i·M_i and Σ w_i·Z_i; empty when a partial sum is the neutral element, which honest
    /// points make with probability 2^-128.
    private static Optional<Fold> fold(Sm2Point publicKey, List<Sm2Point> blinded, List<Sm2Point> evaluated) {
        CanonicalWriter all = new CanonicalWriter("poyang.pir.equality-weights.v1").bytes(compress(publicKey));
        blinded.forEach(point -> all.bytes(compress(point)));
        evaluated.forEach(point -> all.bytes(compress(point)));
        byte[] seed = Sm3.digest(all.toArray());
        List<byte[]> weights = new ArrayList<>();
        for (int i = 0; i < blinded.size(); i++) {
            byte[] digest =
                    Sm3.digest(seed, new CanonicalWriter("weight").u32(i).toArray());
            byte[] weight = new byte[SCALAR_BYTES];
            System.arraycopy(digest, 0, weight, SCALAR_BYTES - WEIGHT_BYTES, WEIGHT_BYTES);
            weight[SCALAR_BYTES - 1] |= 1; // never zero
            weights.add(weight);
        }
        return sum(blinded, weights).flatMap(m -> sum(evaluated, weights).map(z -> new Fold(m, z)));
    }

    private static Optional<Sm2Point> sum(List<Sm2Point> points, List<byte[]> weights) {
        Optional<Sm2Point> sum = Optional.of(points.getFirst().times(weights.getFirst()));
        for (int i = 1; i < points.size() && sum.isPresent(); i++) {
            Sm2Point next = points.get(i).times(weights.get(i));
            sum = sum.get().plus(next);
        }
        return sum;
    }
}
