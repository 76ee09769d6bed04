package poyang.crypto.pki;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.operator.ContentSigner;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// SM2 signatures as X.509, PKCS#10 and CMS carry them: the DER of `SEQUENCE { r, s }` (GM/T 0009
/// section 7), over a message that is hashed with the default identifier of GM/T 0009.
///
/// Some programs hash without the identifier, or with an empty one. Such signatures are not those of
/// GB/T 32918.2; they are refused, and told apart only so that the refusal can say what is wrong.
final class Sm2Signatures {
    static final AlgorithmIdentifier SM2_WITH_SM3 = new AlgorithmIdentifier(GMObjectIdentifiers.sm2sign_with_sm3);
    private static final byte[] USER_ID = "1234567812345678".getBytes(StandardCharsets.US_ASCII);
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("sm2p256v1");
    private static final BigInteger N = CURVE.getN();

    private Sm2Signatures() {}

    /// What a signature turned out to be.
    enum Verdict {
        VALID("is valid"),
        WRONG("does not verify"),
        WITHOUT_IDENTITY(
                "was made without the identifier hash Z_A, against GB/T 32918.2 section 5.5 (option sm2-za:no of some"
                        + " tools)"),
        EMPTY_IDENTITY(
                "was made with an empty identifier instead of GM/T 0009's 1234567812345678 (OpenSSL without distid)"),
        MALFORMED("is not the DER of two numbers r and s in range");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /// To be read after "the signature".
        String words() {
            return words;
        }
    }

    static byte[] sign(Sm2PrivateKey key, byte[] message) {
        return SignatureDer.encode(key.sign(message).rs());
    }

    static Verdict verify(Sm2PublicKey key, byte[] message, byte[] der) {
        Optional<Bytes> rs = SignatureDer.decode(der);
        if (rs.isEmpty()) {
            return Verdict.MALFORMED;
        }
        byte[] pair = rs.get().toArray();
        if (key.verifyWithoutParity(USER_ID, message, pair)) {
            return Verdict.VALID;
        }
        if (key.verifyWithoutParity(new byte[0], message, pair)) {
            return Verdict.EMPTY_IDENTITY;
        }
        return satisfies(key, rs.get(), Sm3.digest(message)) ? Verdict.WITHOUT_IDENTITY : Verdict.WRONG;
    }

    /// Whether the pair satisfies the verification equation for this digest; explains refusals only.
    private static boolean satisfies(Sm2PublicKey key, Bytes rs, byte[] digest) {
        BigInteger r = new BigInteger(1, rs.slice(0, 32).toArray());
        BigInteger s = new BigInteger(1, rs.slice(32, 64).toArray());
        BigInteger t = r.add(s).mod(N);
        if (r.signum() == 0 || s.signum() == 0 || t.signum() == 0) {
            return false;
        }
        ECPoint point = CURVE.getCurve().decodePoint(key.encoded().toArray());
        ECPoint sum = ECAlgorithms.sumOfTwoMultiplies(CURVE.getG(), s, point, t).normalize();
        return !sum.isInfinity()
                && new BigInteger(1, digest)
                        .add(sum.getAffineXCoord().toBigInteger())
                        .mod(N)
                        .equals(r);
    }

    /// Whether `algorithm` names SM2 with SM3, with or without a NULL behind it.
    static boolean named(AlgorithmIdentifier algorithm) {
        return algorithm.getAlgorithm().equals(GMObjectIdentifiers.sm2sign_with_sm3)
                && (algorithm.getParameters() == null || DERNull.INSTANCE.equals(algorithm.getParameters()));
    }

    /// Signs what BouncyCastle's builders write.
    static ContentSigner signer(Sm2PrivateKey key) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        return new ContentSigner() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return SM2_WITH_SM3;
            }

            @Override
            public OutputStream getOutputStream() {
                return message;
            }

            @Override
            public byte[] getSignature() {
                return sign(key, message.toByteArray());
            }
        };
    }
}
