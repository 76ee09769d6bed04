package poyang.network;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.SM2Signer;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import poyang.kernel.Bug;

/// The unit in which a chain's cost is told on any machine: the CPU time of one SM2 verification by
/// BouncyCastle's fastest curve, with a key that is decoded already, on one thread.
final class VerificationYardstick {
    private static final int MOST = 8_000;
    private static final int FOR_EACH_SECOND = 800;

    private VerificationYardstick() {}

    /// @param loadSeconds of what is compared with it: a short look needs no long one here
    static double cpuSeconds(int messageBytes, long loadSeconds) {
        int measured = (int) Math.min(MOST, FOR_EACH_SECOND * loadSeconds);
        ECDomainParameters domain = new ECDomainParameters(CustomNamedCurves.getByName("sm2p256v1"));
        BigInteger secret = BigInteger.valueOf(0x5eed_1234_5678L);
        ECPrivateKeyParameters privateKey = new ECPrivateKeyParameters(secret, domain);
        ECPublicKeyParameters publicKey =
                new ECPublicKeyParameters(domain.getG().multiply(secret).normalize(), domain);
        byte[] message = new byte[messageBytes];
        SM2Signer signer = new SM2Signer(StandardDSAEncoding.INSTANCE, new SM3Digest());
        signer.init(true, privateKey);
        signer.update(message, 0, message.length);
        byte[] signature = sign(signer);
        SM2Signer verifier = new SM2Signer(StandardDSAEncoding.INSTANCE, new SM3Digest());
        verifier.init(false, publicKey);
        verify(verifier, message, signature, measured / 2);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long from = threads.getCurrentThreadCpuTime();
        verify(verifier, message, signature, measured);
        return (threads.getCurrentThreadCpuTime() - from) / 1e9 / measured;
    }

    private static byte[] sign(SM2Signer signer) {
        try {
            return signer.generateSignature();
        } catch (org.bouncycastle.crypto.CryptoException e) {
            throw new Bug("BouncyCastle does not sign", e);
        }
    }

    private static void verify(SM2Signer verifier, byte[] message, byte[] signature, int times) {
        for (int i = 0; i < times; i++) {
            verifier.update(message, 0, message.length);
            Bug.unless(verifier.verifySignature(signature), "BouncyCastle refuses its own signature");
        }
    }
}
