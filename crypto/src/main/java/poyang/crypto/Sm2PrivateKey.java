package poyang.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A private key on the SM2 curve. Never printed; `close` overwrites its bytes.
///
/// Nonces are derived from key and message (RFC 6979 with HMAC-SM3), so a weak random source cannot
/// reveal the key. k·G uses the fixed-base comb with constant-time table look-ups.
public final class Sm2PrivateKey implements AutoCloseable {
    private final byte[] scalar;
    private final Sm2PublicKey publicKey;

    private Sm2PrivateKey(byte[] scalar) {
        this.scalar = scalar;
        publicKey = new Sm2PublicKey(new FixedPointCombMultiplier().multiply(Sm2Curve.G, Sm2Curve.integer(scalar)));
    }

    /// A key uniform in 1 … n−2.
    public static Sm2PrivateKey generate(RandomSource random) {
        while (true) {
            byte[] candidate = random.bytes(32);
            if (inRange(candidate)) {
                return new Sm2PrivateKey(candidate);
            }
        }
    }

    /// @param scalar 32 bytes, big-endian; copied
    /// @throws PoyangException `BAD_KEY` when it is not in 1 … n−2
    static Sm2PrivateKey of(byte[] scalar) {
        if (scalar.length != 32 || !inRange(scalar)) {
            throw new PoyangException(
                    CryptoErrors.BAD_KEY, "this is no SM2 private key", "a number in 1 … n−2 in 32 bytes is needed");
        }
        return new Sm2PrivateKey(scalar.clone());
    }

    private static boolean inRange(byte[] candidate) {
        BigInteger d = Sm2Curve.integer(candidate);
        return d.signum() > 0 && d.compareTo(Sm2Curve.N.subtract(BigInteger.TWO)) <= 0;
    }

    public Sm2PublicKey publicKey() {
        return publicKey;
    }

    /// GB/T 32918.2 section 6 with the default user identifier.
    public Sm2Signature sign(byte[] message) {
        BigInteger d = secret();
        BigInteger e = publicKey.digest(message);
        HMacDSAKCalculator nonces = new HMacDSAKCalculator(new SM3Digest());
        nonces.init(Sm2Curve.N, d, Sm2Curve.octets(e.mod(Sm2Curve.N)));
        while (true) {
            BigInteger k = nonces.nextK();
            ECPoint point =
                    new FixedPointCombMultiplier().multiply(Sm2Curve.G, k).normalize();
            BigInteger r = e.add(point.getAffineXCoord().toBigInteger()).mod(Sm2Curve.N);
            if (r.signum() == 0 || r.add(k).equals(Sm2Curve.N)) {
                continue;
            }
            BigInteger inverse = BigIntegers.modOddInverse(Sm2Curve.N, d.add(BigInteger.ONE));
            BigInteger s =
                    inverse.multiply(k.subtract(r.multiply(d)).mod(Sm2Curve.N)).mod(Sm2Curve.N);
            if (s.signum() != 0) {
                byte[] rs = new byte[64];
                System.arraycopy(Sm2Curve.octets(r), 0, rs, 0, 32);
                System.arraycopy(Sm2Curve.octets(s), 0, rs, 32, 32);
                return new Sm2Signature(Bytes.wrap(rs), point.getAffineYCoord().testBitZero() ? 1 : 0);
            }
        }
    }

    /// The scalar in 32 bytes, for key files inside this package; the caller overwrites it.
    byte[] scalar() {
        Bug.unless(!closed(), "the key is closed");
        return scalar.clone();
    }

    ECPrivateKeyParameters parameters() {
        return new ECPrivateKeyParameters(secret(), Sm2Curve.DOMAIN);
    }

    private BigInteger secret() {
        Bug.unless(!closed(), "the key is closed");
        return Sm2Curve.integer(scalar);
    }

    private boolean closed() {
        int any = 0;
        for (byte octet : scalar) {
            any |= octet;
        }
        return any == 0;
    }

    @Override
    public void close() {
        Arrays.fill(scalar, (byte) 0);
    }

    @Override
    public String toString() {
        return "Sm2PrivateKey[of " + publicKey.encoded().slice(1, 5).hex() + "…]";
    }
}
