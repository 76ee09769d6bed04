package poyang.crypto;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import poyang.kernel.RandomSource;

/// The curve of GB/T 32918.5 on BouncyCastle's hand-written field arithmetic (`GMNamedCurves` is nine
/// times slower).
final class Sm2Curve {
    private static final X9ECParameters PARAMETERS = CustomNamedCurves.getByName("sm2p256v1");
    static final ECDomainParameters DOMAIN = new ECDomainParameters(PARAMETERS);
    static final ECCurve CURVE = DOMAIN.getCurve();
    static final ECPoint G = DOMAIN.getG();
    static final BigInteger N = DOMAIN.getN();
    static final BigInteger P = CURVE.getField().getCharacteristic();

    /// The default distinguishing identifier of GM/T 0009.
    private static final byte[] USER_ID = "1234567812345678".getBytes(StandardCharsets.US_ASCII);

    private Sm2Curve() {}

    /// Z_A of GB/T 32918.2 section 5.5 for the default identifier.
    static byte[] identity(ECPoint key) {
        ECPoint affine = key.normalize();
        return new Sm3()
                .update(new byte[] {(byte) (USER_ID.length * 8 >>> 8), (byte) (USER_ID.length * 8)})
                .update(USER_ID)
                .update(octets(CURVE.getA().toBigInteger()))
                .update(octets(CURVE.getB().toBigInteger()))
                .update(octets(G.getAffineXCoord().toBigInteger()))
                .update(octets(G.getAffineYCoord().toBigInteger()))
                .update(octets(affine.getAffineXCoord().toBigInteger()))
                .update(octets(affine.getAffineYCoord().toBigInteger()))
                .digest();
    }

    static byte[] octets(BigInteger value) {
        return BigIntegers.asUnsignedByteArray(32, value);
    }

    static BigInteger integer(byte[] octets) {
        return new BigInteger(1, octets);
    }

    /// Our source in the shape that BouncyCastle asks for.
    static SecureRandom secure(RandomSource random) {
        return new SourcedRandom(random);
    }

    /// Public to the provider framework only through `SecureRandom`.
    private static final class SourcedRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        SourcedRandom(RandomSource source) {
            super(new Spi(source), null);
        }
    }

    private static final class Spi extends SecureRandomSpi {
        private static final long serialVersionUID = 1L;
        private final transient RandomSource source;

        Spi(RandomSource source) {
            this.source = source;
        }

        @Override
        protected void engineSetSeed(byte[] seed) {}

        @Override
        protected void engineNextBytes(byte[] bytes) {
            source.fill(bytes);
        }

        @Override
        protected byte[] engineGenerateSeed(int count) {
            return source.bytes(count);
        }
    }
}
