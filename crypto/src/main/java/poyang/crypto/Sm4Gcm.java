package poyang.crypto;

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
        Bug.unless(nonce.length == NONCE_BYTES, "a nonce has 12 bytes");
        try (Sm4 cipher = new Sm4(key)) {
            return cipher.gcmEncrypt(nonce, associated, plaintext, TAG_BYTES);
        }
    }

    /// @throws PoyangException `AUTHENTICATION_FAILED`, which does not say why
    public static byte[] decrypt(byte[] key, byte[] nonce, byte[] associated, byte[] ciphertext) {
        Bug.unless(nonce.length == NONCE_BYTES, "a nonce has 12 bytes");
        try (Sm4 cipher = new Sm4(key)) {
            return cipher.gcmDecrypt(nonce, associated, ciphertext, TAG_BYTES)
                    .orElseThrow(() -> new PoyangException(
                            CryptoErrors.AUTHENTICATION_FAILED,
                            "the ciphertext is not authentic",
                            "the same key and context and an unchanged ciphertext are needed"));
        }
    }
}
