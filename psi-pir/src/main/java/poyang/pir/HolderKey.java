package poyang.pir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Scalar;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The holder's key of the pseudorandom function of one table. Never printed; `close` overwrites
/// it.
public final class HolderKey implements AutoCloseable {
    /// Keywords of one look-up at most.
    public static final int KEYWORDS_MAX = 1024;

    private final Sm2Secret key;
    private final Sm2Scalar scalar;
    private final Sm2Point publicKey;

    private HolderKey(Sm2Secret key) {
        this.key = key;
        scalar = key.scalar();
        publicKey = key.timesBase();
    }

    public static HolderKey random(RandomSource random) {
        return new HolderKey(Sm2Secret.random(random));
    }

    /// The key of 32 bytes, as {@link #reveal} gave it.
    public static Optional<HolderKey> of(byte[] scalar) {
        return Sm2Secret.of(scalar).map(HolderKey::new);
    }

    /// The key in 32 bytes for a keystore; whoever asked overwrites it.
    public byte[] reveal() {
        return key.revealScalar();
    }

    public Bytes publicKey() {
        return Bytes.wrap(EqualityProof.compress(publicKey));
    }

    /// y of each keyword, 32 bytes each.
    byte[] values(List<byte[]> keywords) {
        byte[] points = Sm2Group.encode(Sm2Group.multiply(KeywordPrf.hash(keywords), scalar));
        byte[] values = new byte[keywords.size() * KeywordPrf.VALUE_BYTES];
        for (int i = 0; i < keywords.size(); i++) {
            byte[] point =
                    Arrays.copyOfRange(points, i * EqualityProof.POINT_BYTES, (i + 1) * EqualityProof.POINT_BYTES);
            System.arraycopy(
                    KeywordPrf.value(keywords.get(i), point),
                    0,
                    values,
                    i * KeywordPrf.VALUE_BYTES,
                    KeywordPrf.VALUE_BYTES);
        }
        return values;
    }

    /// Evaluates blinded keywords: k·M for each, and the proof that it was this k.
    ///
    /// @throws PoyangException `BAD_FRAME` unless the frame holds 1 to 1,024 points of the curve
    public byte[] evaluate(byte[] blinded, RandomSource random) {
        int count = blinded.length / EqualityProof.POINT_BYTES;
        Optional<List<Sm2Point>> points = points(blinded, count);
        if (count < 1
                || count > KEYWORDS_MAX
                || blinded.length != count * EqualityProof.POINT_BYTES
                || points.isEmpty()) {
            throw new PoyangException(
                    PirErrors.BAD_FRAME,
                    "a frame of " + blinded.length + " bytes holds no blinded keywords",
                    "1 to " + KEYWORDS_MAX + " points of the curve of 33 bytes are needed");
        }
        byte[] evaluated =
                Sm2Group.encode(Sm2Group.multiply(Sm2Group.decode(blinded).orElseThrow(), scalar));
        byte[] proof = EqualityProof.prove(
                key, publicKey, points.get(), points(evaluated, count).orElseThrow(), random);
        return Bytes.wrap(evaluated).concat(Bytes.wrap(proof)).toArray();
    }

    /// The points at the start of a frame; empty when any is none.
    static Optional<List<Sm2Point>> points(byte[] frame, int count) {
        List<Sm2Point> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Optional<Sm2Point> point = Sm2Point.decode(
                    Arrays.copyOfRange(frame, i * EqualityProof.POINT_BYTES, (i + 1) * EqualityProof.POINT_BYTES));
            if (point.isEmpty()) {
                return Optional.empty();
            }
            points.add(point.get());
        }
        return Optional.of(points);
    }

    @Override
    public void close() {
        key.close();
        scalar.close();
    }

    @Override
    public String toString() {
        return "HolderKey";
    }
}
