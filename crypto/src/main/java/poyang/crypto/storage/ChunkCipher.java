package poyang.crypto.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// The secrets of one sealed file and its chunks under them.
///
/// - computes: HKDF with HMAC-SM3 (RFC 5869), salt the file's salt, input the enveloped secret,
///   info `domain ‖ SM3(head) ‖ SM3(context)`: SM4 key, 3 bytes of nonce prefix, and 32 bytes that
///   commit to secret, head and context; a third output tags what a side keeps to go on later
/// - a chunk: SM4-GCM with nonce `prefix ‖ number (8 bytes) ‖ last (1 byte)`, nothing associated
/// - secrecy: equal commitments under two secrets would be a collision of SM3, so that all receivers
///   of a file that opens read the same bytes
/// - source: STREAM of Hoang et al., CRYPTO 2015, section 7; Tink's and age's files are of this kind
final class ChunkCipher implements AutoCloseable {
    static final int SECRET_BYTES = 32;
    static final int COMMITMENT_BYTES = Sm3.DIGEST_BYTES;
    private static final byte[] DOMAIN = "poyang.sealed-file.v1".getBytes(StandardCharsets.US_ASCII);
    private static final int PREFIX_BYTES = 3;

    private static final byte[] NOTHING = new byte[0];

    private final Sm4 cipher;
    private final byte[] nonce;
    private final byte[] commitment;
    private final byte[] stateKey;

    private ChunkCipher(Sm4 cipher, byte[] prefix, byte[] commitment, byte[] stateKey) {
        this.cipher = cipher;
        nonce = Arrays.copyOf(prefix, Sm4Gcm.NONCE_BYTES);
        this.commitment = commitment;
        this.stateKey = stateKey;
    }

    /// @param head the head's bytes before the commitment
    static ChunkCipher derive(byte[] secret, byte[] salt, byte[] head, byte[] context) {
        Bug.unless(secret.length == SECRET_BYTES, "length of a file's secret");
        byte[] extracted = Sm3.hmac(salt, secret);
        byte[] info = ByteBuffer.allocate(DOMAIN.length + 2 * Sm3.DIGEST_BYTES)
                .put(DOMAIN)
                .put(Sm3.digest(head))
                .put(Sm3.digest(context))
                .array();
        byte[] first = Sm3.hmac(extracted, info, new byte[] {1});
        byte[] second = Sm3.hmac(extracted, first, info, new byte[] {2});
        byte[] third = Sm3.hmac(extracted, second, info, new byte[] {3});
        byte[] key = Arrays.copyOf(first, Sm4Gcm.KEY_BYTES);
        byte[] prefix = Arrays.copyOfRange(first, Sm4Gcm.KEY_BYTES, Sm4Gcm.KEY_BYTES + PREFIX_BYTES);
        ChunkCipher made = new ChunkCipher(new Sm4(key), prefix, second, third);
        Arrays.fill(extracted, (byte) 0);
        Arrays.fill(first, (byte) 0);
        Arrays.fill(key, (byte) 0);
        return made;
    }

    /// Public: stands in the file's head.
    byte[] commitment() {
        return commitment.clone();
    }

    /// A tag by this file's keys over what a side that holds them wants to find unchanged.
    byte[] tag(byte[] content) {
        return Sm3.hmac(stateKey, content);
    }

    /// Each (number, last) once.
    byte[] seal(long number, boolean last, byte[] plain) {
        return cipher.gcmEncrypt(nonce(number, last), NOTHING, plain, Sm4Gcm.TAG_BYTES);
    }

    /// @throws PoyangException `SEALED_FILE_REJECTED`
    byte[] open(long number, boolean last, byte[] sealed) {
        // An empty chunk stands alone or not at all: every content has one sealed length.
        boolean possible = number == 0 || sealed.length > Sm4Gcm.TAG_BYTES;
        return (possible
                        ? cipher.gcmDecrypt(nonce(number, last), NOTHING, sealed, Sm4Gcm.TAG_BYTES)
                        : Optional.<byte[]>empty())
                .orElseThrow(ChunkCipher::rejected);
    }

    private byte[] nonce(long number, boolean last) {
        ByteBuffer.wrap(nonce, PREFIX_BYTES, 9).putLong(number).put((byte) (last ? 1 : 0));
        return nonce;
    }

    static PoyangException rejected() {
        return new PoyangException(
                CryptoErrors.SEALED_FILE_REJECTED,
                "the sealed file is not authentic or not whole",
                "the receiver's key, the same context and the whole, unchanged file are needed");
    }

    @Override
    public void close() {
        cipher.close();
        Arrays.fill(stateKey, (byte) 0);
    }

    @Override
    public String toString() {
        return "ChunkCipher";
    }
}
