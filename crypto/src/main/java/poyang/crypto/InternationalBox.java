package poyang.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Version 2 of {@link SealedBox}.
final class InternationalBox {
    private static final byte VERSION = 2;
    private static final int HEAD_BYTES = 1 + P256PublicKey.ENCODED_BYTES;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    static final int OVERHEAD_BYTES = HEAD_BYTES + TAG_BYTES;
    private static final byte[] DOMAIN = "poyang.sealed-box.v2".getBytes(StandardCharsets.US_ASCII);

    private InternationalBox() {}

    static byte[] seal(P256PublicKey to, byte[] context, byte[] plaintext, RandomSource random) {
        try (P256PrivateKey ephemeral = P256PrivateKey.generate(random)) {
            byte[] shown = ephemeral.publicKey().encoded().toArray();
            byte[] body = cipher(Cipher.ENCRYPT_MODE, secret(ephemeral, to, shown, to), context)
                    .doFinal(plaintext);
            return ByteBuffer.allocate(HEAD_BYTES + body.length)
                    .put(VERSION)
                    .put(shown)
                    .put(body)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has AES-GCM", e);
        }
    }

    /// Empty when the box is not authentic.
    static Optional<byte[]> open(P256PrivateKey key, byte[] context, byte[] sealed) {
        if (sealed.length < HEAD_BYTES + TAG_BYTES || sealed[0] != VERSION) {
            return Optional.empty();
        }
        byte[] shown = Arrays.copyOfRange(sealed, 1, HEAD_BYTES);
        try {
            P256PublicKey ephemeral = P256PublicKey.decode(shown);
            return Optional.of(cipher(Cipher.DECRYPT_MODE, secret(key, ephemeral, shown, key.publicKey()), context)
                    .doFinal(sealed, HEAD_BYTES, sealed.length - HEAD_BYTES));
        } catch (AEADBadTagException | PoyangException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has AES-GCM", e);
        }
    }

    /// Key ‖ nonce.
    private static byte[] secret(P256PrivateKey own, P256PublicKey other, byte[] ephemeral, P256PublicKey receiver)
            throws GeneralSecurityException {
        byte[] common = own.agree(other);
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(common)
                            .addSalt(ephemeral)
                            .addSalt(receiver.encoded().toArray())
                            .thenExpand(DOMAIN, KEY_BYTES + NONCE_BYTES));
        } finally {
            Arrays.fill(common, (byte) 0);
        }
    }

    private static Cipher cipher(int mode, byte[] secret, byte[] context) throws GeneralSecurityException {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    mode,
                    new SecretKeySpec(secret, 0, KEY_BYTES, "AES"),
                    new GCMParameterSpec(8 * TAG_BYTES, secret, KEY_BYTES, NONCE_BYTES));
            cipher.updateAAD(context);
            return cipher;
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }
}
