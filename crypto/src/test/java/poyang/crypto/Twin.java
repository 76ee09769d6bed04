package poyang.crypto;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.engines.SM2Engine;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.AEADCipher;
import org.bouncycastle.crypto.modes.CCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithID;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.DSAEncoding;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.SM2Signer;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.ECPoint;
import poyang.kernel.RandomSource;

/// The same operations by BouncyCastle. A refusal of any kind is an empty result or false.
final class Twin {
    static final ECDomainParameters DOMAIN = new ECDomainParameters(CustomNamedCurves.getByName("sm2p256v1"));
    static final byte[] USER_ID = "1234567812345678".getBytes(StandardCharsets.US_ASCII);

    private Twin() {}

    static ECPrivateKeyParameters secret(BigInteger d) {
        return new ECPrivateKeyParameters(d, DOMAIN);
    }

    static ECPoint base(BigInteger k) {
        return DOMAIN.getG().multiply(k).normalize();
    }

    static byte[] encoded(ECPoint point) {
        return point.normalize().getEncoded(false);
    }

    /// The point of an encoding, when BouncyCastle takes it for a public key.
    static Optional<ECPublicKeyParameters> key(byte[] encoded) {
        try {
            return Optional.of(new ECPublicKeyParameters(DOMAIN.getCurve().decodePoint(encoded), DOMAIN));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static SM2Signer signer(DSAEncoding encoding, boolean signing, CipherParameters key, byte[] id) {
        SM2Signer signer = new SM2Signer(encoding);
        signer.init(signing, new ParametersWithID(key, id));
        return signer;
    }

    static byte[] sign(BigInteger d, byte[] id, byte[] message, RandomSource random) {
        SM2Signer signer =
                signer(PlainDSAEncoding.INSTANCE, true, new ParametersWithRandom(secret(d), secureRandom(random)), id);
        signer.update(message, 0, message.length);
        try {
            return signer.generateSignature();
        } catch (CryptoException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean verify(ECPublicKeyParameters key, byte[] id, byte[] message, byte[] rs) {
        return verify(PlainDSAEncoding.INSTANCE, key, id, message, rs);
    }

    static boolean verifyDer(ECPublicKeyParameters key, byte[] message, byte[] der) {
        return verify(StandardDSAEncoding.INSTANCE, key, USER_ID, message, der);
    }

    private static boolean verify(
            DSAEncoding encoding, ECPublicKeyParameters key, byte[] id, byte[] message, byte[] signature) {
        SM2Signer signer = signer(encoding, false, key, id);
        signer.update(message, 0, message.length);
        try {
            return signer.verifySignature(signature);
        } catch (RuntimeException e) {
            return false;
        }
    }

    static byte[] encrypt(ECPublicKeyParameters key, byte[] message, RandomSource random)
            throws InvalidCipherTextException {
        SM2Engine engine = new SM2Engine(new SM3Digest(), SM2Engine.Mode.C1C3C2);
        engine.init(true, new ParametersWithRandom(key, secureRandom(random)));
        return engine.processBlock(message, 0, message.length);
    }

    static Optional<byte[]> decrypt(BigInteger d, byte[] ciphertext) {
        SM2Engine engine = new SM2Engine(new SM3Digest(), SM2Engine.Mode.C1C3C2);
        engine.init(false, secret(d));
        try {
            return Optional.of(engine.processBlock(ciphertext, 0, ciphertext.length));
        } catch (InvalidCipherTextException | RuntimeException e) {
            return Optional.empty();
        }
    }

    static byte[] sm3(byte[] message) {
        SM3Digest digest = new SM3Digest();
        digest.update(message, 0, message.length);
        byte[] out = new byte[32];
        digest.doFinal(out, 0);
        return out;
    }

    /// Inputs of an authenticated mode.
    static final class Sealing {
        private final boolean gcm;
        private final byte[] key;
        private final byte[] nonce;
        private final byte[] associated;
        private final int tagBytes;

        Sealing(boolean gcm, byte[] key, byte[] nonce, byte[] associated, int tagBytes) {
            this.gcm = gcm;
            this.key = key;
            this.nonce = nonce;
            this.associated = associated;
            this.tagBytes = tagBytes;
        }

        /// Ciphertext ‖ tag, or the plaintext; empty when it is not authentic.
        Optional<byte[]> run(boolean encrypt, byte[] in) {
            AEADCipher cipher =
                    gcm ? GCMBlockCipher.newInstance(new SM4Engine()) : CCMBlockCipher.newInstance(new SM4Engine());
            try {
                cipher.init(encrypt, new AEADParameters(new KeyParameter(key), 8 * tagBytes, nonce, associated));
                byte[] out = new byte[cipher.getOutputSize(in.length)];
                int written = cipher.processBytes(in, 0, in.length, out, 0);
                written += cipher.doFinal(out, written);
                return written == out.length ? Optional.of(out) : Optional.empty();
            } catch (InvalidCipherTextException | RuntimeException e) {
                return Optional.empty();
            }
        }
    }

    /// BouncyCastle draws from the case's own source, so that a case repeats exactly.
    private static SecureRandom secureRandom(RandomSource source) {
        return new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                source.fill(bytes);
            }
        };
    }
}
