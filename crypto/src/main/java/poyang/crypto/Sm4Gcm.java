package poyang.crypto;

import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// SM4 in Galois/counter mode, 128-bit tag. A (key, nonce) pair encrypts one message only.
public final class Sm4Gcm {
    public static final int KEY_BYTES = 16;
    public static final int NONCE_BYTES = 12;
    public static final int TAG_BYTES = 16;

    private Sm4Gcm() {}

    /// Ciphertext ‖ tag.
    public static byte[] encrypt(byte[] key, byte[] nonce, byte[] associated, byte[] plaintext) {
        try {
            return run(true, key, nonce, associated, plaintext);
        } catch (InvalidCipherTextException e) {
            throw new Bug("encryption cannot fail", e);
        }
    }

    /// @throws PoyangException `AUTHENTICATION_FAILED`, which does not say why
    public static byte[] decrypt(byte[] key, byte[] nonce, byte[] associated, byte[] ciphertext) {
        try {
            if (ciphertext.length >= TAG_BYTES) {
                return run(false, key, nonce, associated, ciphertext);
            }
        } catch (InvalidCipherTextException e) {
            // refused below, without the reason
        }
        throw new PoyangException(
                CryptoErrors.AUTHENTICATION_FAILED,
                "the ciphertext is not authentic",
                "the same key and context and an unchanged ciphertext are needed");
    }

    private static byte[] run(boolean encrypt, byte[] key, byte[] nonce, byte[] associated, byte[] in)
            throws InvalidCipherTextException {
        Bug.unless(key.length == KEY_BYTES && nonce.length == NONCE_BYTES, "key or nonce of wrong length");
        GCMModeCipher cipher = GCMBlockCipher.newInstance(new SM4Engine());
        cipher.init(encrypt, new AEADParameters(new KeyParameter(key), TAG_BYTES * 8, nonce, associated));
        byte[] out = new byte[cipher.getOutputSize(in.length)];
        int written = cipher.processBytes(in, 0, in.length, out, 0);
        written += cipher.doFinal(out, written);
        Bug.unless(written == out.length, "GCM output length");
        return out;
    }
}
