package poyang.crypto;

import java.io.Serial;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A private key on NIST's P-256. Signatures and agreement are the platform's, in constant time; the nonce
/// of a signature comes from key and message, so a weak random source cannot reveal the key. The platform
/// keeps the number in an object that cannot be overwritten.
public final class P256PrivateKey implements SigningKey {
    private static final int SCALAR_BYTES = 32;
    private static final ECParameterSpec PARAMETERS = named();

    private final ECPrivateKey key;
    private final P256PublicKey publicKey;
    private final byte[] nonceKey;

    private P256PrivateKey(ECPrivateKey key, P256PublicKey publicKey, byte[] nonceKey) {
        this.key = key;
        this.publicKey = publicKey;
        this.nonceKey = nonceKey;
    }

    private static ECParameterSpec named() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has P-256", e);
        }
    }

    static ECParameterSpec parameters() {
        return PARAMETERS;
    }

    /// A key uniform in 1 … n−1 (FIPS 186-5 appendix A.2.2).
    public static P256PrivateKey generate(RandomSource random) {
        while (true) {
            byte[] scalar = random.bytes(SCALAR_BYTES);
            BigInteger number = new BigInteger(1, scalar);
            if (number.signum() > 0 && number.compareTo(P256PublicKey.ORDER) < 0) {
                P256PrivateKey key = of(scalar);
                Arrays.fill(scalar, (byte) 0);
                return key;
            }
        }
    }

    /// @param scalar 32 bytes, big-endian; copied
    /// @throws PoyangException `BAD_KEY` when it is not in 1 … n−1
    static P256PrivateKey of(byte[] scalar) {
        BigInteger number = new BigInteger(1, scalar);
        if (scalar.length != SCALAR_BYTES || number.signum() == 0 || number.compareTo(P256PublicKey.ORDER) >= 0) {
            throw new PoyangException(
                    CryptoErrors.BAD_KEY, "this is no P-256 private key", "a number in 1 … n−1 in 32 bytes is needed");
        }
        try {
            ECPrivateKey key = (ECPrivateKey)
                    KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(number, PARAMETERS));
            // The comb takes the same steps for every number.
            ECPoint point = new FixedPointCombMultiplier()
                    .multiply(CustomNamedCurves.getByName("P-256").getG(), number)
                    .normalize();
            P256PublicKey publicKey = P256PublicKey.of(new java.security.spec.ECPoint(
                    point.getAffineXCoord().toBigInteger(),
                    point.getAffineYCoord().toBigInteger()));
            byte[] domain = "poyang.p256-nonce.v1".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            return new P256PrivateKey(key, publicKey, hmac(scalar, domain));
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has P-256", e);
        }
    }

    private static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has HMAC with SHA-256", e);
        }
    }

    @Override
    public P256PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public Signature sign(byte[] message) {
        try {
            java.security.Signature signer = java.security.Signature.getInstance(P256PublicKey.SIGNATURE);
            signer.initSign(key, new Nonces(nonceKey, CryptoSuite.INTERNATIONAL.digest(message)));
            signer.update(message);
            byte[] rs = signer.sign();
            BigInteger s = new BigInteger(1, rs, SCALAR_BYTES, SCALAR_BYTES);
            if (s.compareTo(P256PublicKey.HALF_ORDER) > 0) {
                byte[] low = BigIntegers.asUnsignedByteArray(SCALAR_BYTES, P256PublicKey.ORDER.subtract(s));
                System.arraycopy(low, 0, rs, SCALAR_BYTES, SCALAR_BYTES);
            }
            return new Signature(Bytes.wrap(rs), 0);
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has ECDSA on P-256", e);
        }
    }

    /// The x coordinate of the common point with another public key, 32 bytes; the caller overwrites it.
    byte[] agree(P256PublicKey other) {
        try {
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(key);
            agreement.doPhase(other.key(), true);
            return agreement.generateSecret();
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has ECDH on P-256", e);
        }
    }

    /// The scalar in 32 bytes, for key files inside this module; the caller overwrites it.
    byte[] scalar() {
        return BigIntegers.asUnsignedByteArray(SCALAR_BYTES, key.getS());
    }

    @Override
    public void close() {
        Arrays.fill(nonceKey, (byte) 0);
    }

    @Override
    public String toString() {
        return "P256PrivateKey[of " + publicKey.encoded().slice(1, 5).hex() + "…]";
    }

    /// HMAC-SHA256 in counter mode over the message's digest, under a key that only the private key gives:
    /// the signer draws its nonce from here. The idea is RFC 6979's, the bytes are not: the platform reduces
    /// 64 bits more than the order has.
    private static final class Nonces extends SecureRandom {
        @Serial
        private static final long serialVersionUID = 1;

        private final transient byte[] nonceKey;
        private final transient byte[] digest;
        private int counter;

        Nonces(byte[] nonceKey, byte[] digest) {
            this.nonceKey = nonceKey;
            this.digest = digest;
        }

        @Override
        public void nextBytes(byte[] out) {
            for (int at = 0; at < out.length; at += SCALAR_BYTES) {
                counter++;
                byte[] block = hmac(nonceKey, digest, new byte[] {(byte) (counter >>> 8), (byte) counter});
                System.arraycopy(block, 0, out, at, Math.min(SCALAR_BYTES, out.length - at));
            }
        }
    }
}
