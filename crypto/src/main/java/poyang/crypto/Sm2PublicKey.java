package poyang.crypto;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A public key on the SM2 curve, checked when it was decoded.
public final class Sm2PublicKey {
    private final ECPoint point;
    private final Bytes encoded;
    private final byte[] identity;

    Sm2PublicKey(ECPoint point) {
        this.point = point.normalize();
        encoded = Bytes.wrap(this.point.getEncoded(false));
        identity = Sm2Curve.identity(this.point);
    }

    /// Decodes 65 bytes (uncompressed) or 33 (compressed).
    ///
    /// @throws PoyangException `BAD_KEY` when they are no point of the curve, or its neutral element
    public static Sm2PublicKey decode(byte[] encoded) {
        try {
            if (encoded.length == 65 || encoded.length == 33) {
                ECPoint point = Sm2Curve.CURVE.decodePoint(encoded);
                if (!point.isInfinity() && point.isValid()) {
                    return new Sm2PublicKey(point);
                }
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw new PoyangException(
                CryptoErrors.BAD_KEY,
                "these " + encoded.length + " bytes are no SM2 public key",
                "a point of the SM2 curve in 65 bytes (04 ‖ x ‖ y) or 33 bytes is needed");
    }

    /// 65 bytes, uncompressed.
    public Bytes encoded() {
        return encoded;
    }

    ECPoint point() {
        return point;
    }

    ECPublicKeyParameters parameters() {
        return new ECPublicKeyParameters(point, Sm2Curve.DOMAIN);
    }

    /// e = SM3(Z_A ‖ M) as an integer.
    BigInteger digest(byte[] message) {
        return Sm2Curve.integer(Sm3.digest(identity, message));
    }

    /// GB/T 32918.2 section 7, and the parity of the recomputed point.
    public boolean verify(byte[] message, Sm2Signature signature) {
        Optional<Equation> equation = Equation.of(new Check(this, Bytes.copyOf(message), signature));
        if (equation.isEmpty()) {
            return false;
        }
        Equation q = equation.get();
        ECPoint sum =
                ECAlgorithms.sumOfTwoMultiplies(Sm2Curve.G, q.s(), point, q.t()).normalize();
        if (sum.isInfinity()) {
            return false;
        }
        BigInteger x = sum.getAffineXCoord().toBigInteger();
        return q.e().add(x).mod(Sm2Curve.N).equals(q.r())
                && sum.getAffineYCoord().testBitZero() == (signature.parity() == 1);
    }

    /// A signature to be checked.
    public record Check(Sm2PublicKey key, Bytes message, Sm2Signature signature) {}

    /// The verdicts of {@link #verify} on each check, found by one equation where all are valid.
    public static List<Boolean> verifyBatch(List<Check> checks) {
        return new BatchVerification(checks).verdicts();
    }

    /// The integers of a check: r, s, e and t = r + s mod n, each in its range.
    record Equation(Check check, BigInteger r, BigInteger s, BigInteger e, BigInteger t) {
        static Optional<Equation> of(Check check) {
            byte[] rs = check.signature().rs().toArray();
            BigInteger r = new BigInteger(1, rs, 0, 32);
            BigInteger s = new BigInteger(1, rs, 32, 32);
            BigInteger t = r.add(s).mod(Sm2Curve.N);
            if (r.signum() == 0
                    || s.signum() == 0
                    || t.signum() == 0
                    || r.compareTo(Sm2Curve.N) >= 0
                    || s.compareTo(Sm2Curve.N) >= 0) {
                return Optional.empty();
            }
            return Optional.of(
                    new Equation(check, r, s, check.key().digest(check.message().toArray()), t));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sm2PublicKey key && encoded.equals(key.encoded);
    }

    @Override
    public int hashCode() {
        return encoded.hashCode();
    }

    @Override
    public String toString() {
        return "Sm2PublicKey[" + encoded.hex() + "]";
    }
}
