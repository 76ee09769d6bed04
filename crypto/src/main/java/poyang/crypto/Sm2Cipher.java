package poyang.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.SM2Engine;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// SM2 public-key encryption (GB/T 32918.4) of a short secret, C1 ‖ C3 ‖ C2 with C1 as `04 ‖ x ‖ y`. What
/// people exchange is sealed with {@link SealedBox} or a CMS envelope, which use a symmetric key under it.
public final class Sm2Cipher {
    /// What a ciphertext is longer than its plaintext.
    public static final int OVERHEAD_BYTES = 65 + Sm3.DIGEST_BYTES;

    private Sm2Cipher() {}

    /// @param plaintext 1 byte or more
    public static byte[] encrypt(Sm2PublicKey to, byte[] plaintext, RandomSource random) {
        Bug.unless(plaintext.length > 0, "SM2 encrypts at least one byte");
        try {
            SM2Engine engine = new SM2Engine(SM2Engine.Mode.C1C3C2);
            engine.init(true, new ParametersWithRandom(to.parameters(), Sm2Curve.secure(random)));
            return engine.processBlock(plaintext, 0, plaintext.length);
        } catch (InvalidCipherTextException e) {
            throw new Bug("encryption cannot fail", e);
        }
    }

    /// The plaintext; the caller overwrites it when it is secret.
    ///
    /// @throws PoyangException `AUTHENTICATION_FAILED`, which does not say why
    public static byte[] decrypt(Sm2PrivateKey key, byte[] ciphertext) {
        try {
            if (ciphertext.length > OVERHEAD_BYTES && ciphertext[0] == 4) {
                SM2Engine engine = new SM2Engine(SM2Engine.Mode.C1C3C2);
                engine.init(false, key.parameters());
                return engine.processBlock(Arrays.copyOf(ciphertext, ciphertext.length), 0, ciphertext.length);
            }
        } catch (InvalidCipherTextException | RuntimeException e) {
            // refused below, without the reason
        }
        throw new PoyangException(
                CryptoErrors.AUTHENTICATION_FAILED,
                "the ciphertext is not authentic",
                "the receiver's key and an unchanged ciphertext are needed");
    }
}
