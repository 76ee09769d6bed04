package poyang.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPublicKeySpec;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A public key on NIST's P-256 (FIPS 186-5), checked when it was decoded.
public final class P256PublicKey implements VerificationKey {
    static final int ENCODED_BYTES = 33;
    static final String SIGNATURE = "SHA256withECDSAinP1363Format";
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("P-256");
    static final BigInteger ORDER = CURVE.getN();
    static final BigInteger HALF_ORDER = ORDER.shiftRight(1);

    private final Bytes encoded;
    private final ECPublicKey key;

    private P256PublicKey(Bytes encoded, ECPublicKey key) {
        this.encoded = encoded;
        this.key = key;
    }

    /// @param encoded 33 bytes, 02 or 03 ‖ x
    /// @throws PoyangException `BAD_KEY` when they are no point of the curve
    public static P256PublicKey decode(byte[] encoded) {
        try {
            if (encoded.length == ENCODED_BYTES) {
                return of(CURVE.getCurve().decodePoint(encoded));
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw new PoyangException(
                CryptoErrors.BAD_KEY,
                "these " + encoded.length + " bytes are no P-256 public key",
                "a point of P-256 in 33 bytes (02 or 03 ‖ x) is needed");
    }

    static P256PublicKey of(java.security.spec.ECPoint point) {
        return of(CURVE.getCurve().createPoint(point.getAffineX(), point.getAffineY()));
    }

    private static P256PublicKey of(ECPoint point) {
        ECPoint affine = point.normalize();
        java.security.spec.ECPoint plain = new java.security.spec.ECPoint(
                affine.getAffineXCoord().toBigInteger(),
                affine.getAffineYCoord().toBigInteger());
        try {
            ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC")
                    .generatePublic(new ECPublicKeySpec(plain, P256PrivateKey.parameters()));
            return new P256PublicKey(Bytes.wrap(affine.getEncoded(true)), key);
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has P-256", e);
        }
    }

    @Override
    public CryptoSuite suite() {
        return CryptoSuite.INTERNATIONAL;
    }

    /// 33 bytes, compressed.
    @Override
    public Bytes encoded() {
        return encoded;
    }

    ECPublicKey key() {
        return key;
    }

    /// FIPS 186-5 section 6.4.2 with SHA-256; an s above half the order is refused, since anybody can make
    /// it from the other one.
    @Override
    public boolean verify(byte[] message, Signature signature) {
        BigInteger s = new BigInteger(1, signature.rs().slice(32, 64).toArray());
        if (signature.parity() != 0 || s.compareTo(HALF_ORDER) > 0) {
            return false;
        }
        try {
            java.security.Signature verifier = java.security.Signature.getInstance(SIGNATURE);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature.rs().toArray());
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has ECDSA on P-256", e);
        }
    }

    @Override
    public boolean verifyWithoutParity(byte[] message, byte[] rs) {
        return rs.length == 64 && verify(message, new Signature(Bytes.copyOf(rs), 0));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof P256PublicKey same && encoded.equals(same.encoded);
    }

    @Override
    public int hashCode() {
        return encoded.hashCode();
    }

    @Override
    public String toString() {
        return "P256PublicKey[" + encoded.hex() + "]";
    }
}
