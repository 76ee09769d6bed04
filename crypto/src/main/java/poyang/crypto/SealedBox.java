package poyang.crypto;

import java.nio.ByteBuffer;
import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A message that only the holder of one key opens, with a context that must be the same.
///
/// To an SM2 key: version 1 (1 byte) · SM2 ciphertext (GB/T 32918.4, C1 ‖ C3 ‖ C2) of a fresh SM4 key (113)
/// · nonce (12) · SM4-GCM ciphertext ‖ tag, the context as associated data.
///
/// To a P-256 key: version 2 (1 byte) · ephemeral key (33) · AES-256-GCM ciphertext ‖ tag. Key and nonce are
/// HKDF-SHA256 (RFC 5869) of the common point's x, salted with both public keys; a pair serves once, since
/// its ephemeral key does.
///
/// Anybody can seal to a key: a box proves nothing about its sender.
public final class SealedBox {
    private static final byte VERSION = 1;
    private static final int WRAPPED_BYTES = 65 + 32 + 16;
    private static final int HEAD_BYTES = 1 + WRAPPED_BYTES + Sm4Gcm.NONCE_BYTES;

    private SealedBox() {}

    /// Bytes of a box around so many bytes.
    public static int length(CryptoSuite suite, int plaintextBytes) {
        return plaintextBytes
                + switch (suite) {
                    case SM -> HEAD_BYTES + Sm4Gcm.TAG_BYTES;
                    case INTERNATIONAL -> InternationalBox.OVERHEAD_BYTES;
                };
    }

    public static byte[] seal(VerificationKey to, byte[] context, byte[] plaintext, RandomSource random) {
        return switch (to) {
            case Sm2PublicKey key -> seal(key, context, plaintext, random);
            case P256PublicKey key -> InternationalBox.seal(key, context, plaintext, random);
        };
    }

    private static byte[] seal(Sm2PublicKey to, byte[] context, byte[] plaintext, RandomSource random) {
        byte[] key = random.bytes(Sm4Gcm.KEY_BYTES);
        byte[] nonce = random.bytes(Sm4Gcm.NONCE_BYTES);
        try {
            byte[] wrapped = Sm2Encryption.encrypt(to, key, random);
            Bug.unless(wrapped.length == WRAPPED_BYTES, "length of an SM2 ciphertext");
            byte[] body = Sm4Gcm.encrypt(key, nonce, context, plaintext);
            return ByteBuffer.allocate(HEAD_BYTES + body.length)
                    .put(VERSION)
                    .put(wrapped)
                    .put(nonce)
                    .put(body)
                    .array();
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /// @throws PoyangException `AUTHENTICATION_FAILED`, which does not say why
    public static byte[] open(SigningKey key, byte[] context, byte[] sealed) {
        return switch (key) {
            case Sm2PrivateKey own -> open(own, context, sealed);
            case P256PrivateKey own ->
                InternationalBox.open(own, context, sealed).orElseThrow(SealedBox::refused);
        };
    }

    private static byte[] open(Sm2PrivateKey key, byte[] context, byte[] sealed) {
        byte[] inner = new byte[0];
        try {
            if (sealed.length >= HEAD_BYTES + Sm4Gcm.TAG_BYTES && sealed[0] == VERSION) {
                inner = Sm2Encryption.decrypt(key, Arrays.copyOfRange(sealed, 1, 1 + WRAPPED_BYTES));
                byte[] nonce = Arrays.copyOfRange(sealed, 1 + WRAPPED_BYTES, HEAD_BYTES);
                return Sm4Gcm.decrypt(inner, nonce, context, Arrays.copyOfRange(sealed, HEAD_BYTES, sealed.length));
            }
        } catch (PoyangException e) {
            // refused below, without the reason
        } finally {
            Arrays.fill(inner, (byte) 0);
        }
        throw refused();
    }

    private static PoyangException refused() {
        return new PoyangException(
                CryptoErrors.AUTHENTICATION_FAILED,
                "the sealed box is not authentic",
                "the receiver's key, the same context and an unchanged box are needed");
    }
}
