package poyang.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.SM2Signer;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// The unit in which a chain's cost is told on any machine: the CPU time of one SM2 verification by
/// BouncyCastle's fastest curve, with a key that is decoded already, on one thread. A process of its own: what suits
/// a validator's Java machine among others on few cores makes BouncyCastle slower by a twentieth.
public final class VerificationYardstick {
    private static final int MOST = 8_000;
    private static final int FOR_EACH_SECOND = 800;
    private static final int ROUNDS = 5;
    private static final long PATIENCE_SECONDS = 120;

    private VerificationYardstick() {}

    /// Measures in a process of its own, the median of several rounds.
    ///
    /// @param loadSeconds of what is compared with it: a short look needs no long one here
    static double cpuSeconds(int messageBytes, long loadSeconds) throws InterruptedException {
        long verifications = Math.min(MOST, FOR_EACH_SECOND * loadSeconds);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                VerificationYardstick.class.getName(),
                Integer.toString(messageBytes),
                Long.toString(verifications));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader out = process.inputReader()) {
                if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
                    return Double.parseDouble(out.readLine());
                }
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            throw failed(e);
        }
        throw failed(new IOException("it left no result"));
    }

    private static PoyangException failed(IOException e) {
        return new PoyangException(
                NetworkErrors.SET_UP_FAILED,
                "BouncyCastle's verification could not be measured (" + e.getMessage() + ")",
                "the load client's log says more",
                e);
    }

    /// Prints the seconds of one verification.
    ///
    /// @param arguments the message's bytes and how many verifications are measured
    public static void main(String[] arguments) {
        System.out.println(measured(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])));
    }

    private static double measured(int messageBytes, int verifications) {
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
        verify(verifier, message, signature, verifications);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        int each = verifications / ROUNDS;
        double[] rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long from = threads.getCurrentThreadCpuTime();
            verify(verifier, message, signature, each);
            rounds[i] = (threads.getCurrentThreadCpuTime() - from) / 1e9 / each;
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
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
