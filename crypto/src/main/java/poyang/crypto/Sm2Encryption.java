package poyang.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// SM2 encryption of short messages, GB/T 32918.4: C1 ‖ C3 ‖ C2 with C1 = k·G in 65 bytes,
/// C2 = M ⊕ KDF(x ‖ y) and C3 = SM3(x ‖ M ‖ y), where (x, y) = k·P. For keys; longer data goes into a
/// {@link SealedBox}.
///
/// The time depends on the message's length only.
public final class Sm2Encryption {
    /// What a ciphertext is longer than its message.
    public static final int OVERHEAD_BYTES = 65 + Sm3.DIGEST_BYTES;

    private static final int POINT_BYTES = 65;
    private static final int LONGEST_BYTES = 1 << 20;

    private Sm2Encryption() {}

    /// @param message 1 to 2^20 bytes
    public static byte[] encrypt(Sm2PublicKey to, byte[] message, RandomSource random) {
        Bug.unless(message.length > 0 && message.length <= LONGEST_BYTES, "1 to 2^20 bytes are encrypted");
        while (true) {
            try (Sm2Secret k = Sm2Secret.random(random)) {
                Optional<byte[]> ciphertext = encrypt(to, message, k);
                if (ciphertext.isPresent()) {
                    return ciphertext.get();
                }
            }
        }
    }

    /// Empty when the key stream is all zeros, which asks for another k.
    static Optional<byte[]> encrypt(Sm2PublicKey to, byte[] message, Sm2Secret k) {
        Sm2Point shared = k.times(to.point());
        byte[] body = keyStream(message.length, shared.x(), shared.y());
        if (isZero(body)) {
            return Optional.empty();
        }
        xor(body, message);
        byte[] out = new byte[OVERHEAD_BYTES + message.length];
        System.arraycopy(k.timesBase().encode(), 0, out, 0, POINT_BYTES);
        System.arraycopy(Sm3.digest(shared.x(), message, shared.y()), 0, out, POINT_BYTES, Sm3.DIGEST_BYTES);
        System.arraycopy(body, 0, out, OVERHEAD_BYTES, body.length);
        return Optional.of(out);
    }

    /// @throws PoyangException `AUTHENTICATION_FAILED`, which does not say why
    public static byte[] decrypt(Sm2PrivateKey key, byte[] ciphertext) {
        if (ciphertext.length > OVERHEAD_BYTES && ciphertext.length <= OVERHEAD_BYTES + LONGEST_BYTES) {
            Optional<Sm2Point> first = Sm2Point.decode(Arrays.copyOf(ciphertext, POINT_BYTES));
            if (first.isPresent()) {
                Sm2Point shared = key.secret().times(first.get());
                byte[] message = keyStream(ciphertext.length - OVERHEAD_BYTES, shared.x(), shared.y());
                int unusable = isZero(message) ? 1 : 0;
                xor(message, Arrays.copyOfRange(ciphertext, OVERHEAD_BYTES, ciphertext.length));
                byte[] tag = Arrays.copyOfRange(ciphertext, POINT_BYTES, OVERHEAD_BYTES);
                boolean authentic = MessageDigest.isEqual(tag, Sm3.digest(shared.x(), message, shared.y()));
                if (authentic && unusable == 0) {
                    return message;
                }
                Arrays.fill(message, (byte) 0);
            }
        }
        throw new PoyangException(
                CryptoErrors.AUTHENTICATION_FAILED,
                "the SM2 ciphertext is not authentic",
                "the receiver's key and an unchanged ciphertext in the order C1 ‖ C3 ‖ C2 are needed");
    }

    /// The key derivation function of GB/T 32918.4 section 5.4.3.
    static byte[] keyStream(int length, byte[]... parts) {
        byte[] out = new byte[length];
        for (int i = 0; i * Sm3.DIGEST_BYTES < length; i++) {
            Sm3 hash = new Sm3();
            for (byte[] part : parts) {
                hash.update(part);
            }
            int counter = i + 1;
            byte[] block = hash.update(new byte[] {
                        (byte) (counter >>> 24), (byte) (counter >>> 16), (byte) (counter >>> 8), (byte) counter
                    })
                    .digest();
            int from = i * Sm3.DIGEST_BYTES;
            System.arraycopy(block, 0, out, from, Math.min(block.length, length - from));
        }
        return out;
    }

    private static void xor(byte[] target, byte[] with) {
        for (int i = 0; i < target.length; i++) {
            target[i] ^= with[i];
        }
    }

    private static boolean isZero(byte[] bytes) {
        int any = 0;
        for (byte octet : bytes) {
            any |= octet;
        }
        return any == 0;
    }
}
