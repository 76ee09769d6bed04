package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The key of one file or store, from {@link StorageKey#dataKey}. On disk it is wrapped under the
/// storage key in a file of its own; without that file what it encrypts is gone.
///
/// File: `POYDATA` · version 1 · id of the storage key (8) · own id (16) · nonce (12) · SM4-GCM of the
/// 32-byte key (48), everything before the nonce and the purpose as associated data.
public final class DataKey implements AutoCloseable {
    static final int KEY_BYTES = 32;
    static final int ID_BYTES = 16;
    private static final byte[] MAGIC = {'P', 'O', 'Y', 'D', 'A', 'T', 'A', 1};
    private static final int HEAD_BYTES = MAGIC.length + StorageKey.ID_BYTES + ID_BYTES;
    private static final int FILE_BYTES = HEAD_BYTES + Sm4Gcm.NONCE_BYTES + KEY_BYTES + Sm4Gcm.TAG_BYTES;

    private final byte[] key;
    private final Bytes id;

    private DataKey(byte[] key, Bytes id) {
        this.key = key;
        this.id = id;
    }

    static DataKey create(Path file, String purpose, StorageKey under, RandomSource random) {
        DataKey made = new DataKey(random.bytes(KEY_BYTES), Bytes.wrap(random.bytes(ID_BYTES)));
        made.write(file, purpose, under, random);
        return made;
    }

    static DataKey read(Path file, String purpose, StorageKey under) {
        byte[] stored = stored(file);
        byte[] head = Arrays.copyOf(stored, HEAD_BYTES);
        byte[] wrapping = under.wrapping(storageKeyOf(stored), file);
        try {
            byte[] key = Sm4Gcm.decrypt(
                    wrapping,
                    Arrays.copyOfRange(stored, HEAD_BYTES, HEAD_BYTES + Sm4Gcm.NONCE_BYTES),
                    associated(head, purpose),
                    Arrays.copyOfRange(stored, HEAD_BYTES + Sm4Gcm.NONCE_BYTES, FILE_BYTES));
            return new DataKey(key, Bytes.copyOf(head).slice(HEAD_BYTES - ID_BYTES, HEAD_BYTES));
        } catch (PoyangException e) {
            throw damaged(file, null);
        } finally {
            Arrays.fill(wrapping, (byte) 0);
        }
    }

    void write(Path file, String purpose, StorageKey under, RandomSource random) {
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put(MAGIC)
                .put(under.current().toArray())
                .put(id.toArray())
                .array();
        byte[] nonce = random.bytes(Sm4Gcm.NONCE_BYTES);
        byte[] wrapping = under.wrapping(under.current(), file);
        byte[] wrapped = Sm4Gcm.encrypt(wrapping, nonce, associated(head, purpose), key);
        Arrays.fill(wrapping, (byte) 0);
        try {
            DurableFile.replace(
                    file,
                    ByteBuffer.allocate(FILE_BYTES)
                            .put(head)
                            .put(nonce)
                            .put(wrapped)
                            .array());
        } catch (IOException e) {
            throw failed("the key file " + file + " cannot be written", e);
        }
    }

    /// Which storage key the key in a file is wrapped under.
    static Bytes storageKeyOf(Path file) {
        return storageKeyOf(stored(file));
    }

    private static Bytes storageKeyOf(byte[] stored) {
        return Bytes.copyOf(stored).slice(MAGIC.length, MAGIC.length + StorageKey.ID_BYTES);
    }

    private static byte[] stored(Path file) {
        try {
            byte[] stored = Files.readAllBytes(file);
            if (stored.length == FILE_BYTES && Arrays.equals(stored, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
                return stored;
            }
            throw damaged(file, null);
        } catch (IOException e) {
            throw failed("the key file " + file + " cannot be read", e);
        }
    }

    private static byte[] associated(byte[] head, String purpose) {
        byte[] named = purpose.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(head.length + named.length)
                .put(head)
                .put(named)
                .array();
    }

    private static PoyangException damaged(Path file, @Nullable Exception cause) {
        return new PoyangException(
                CryptoErrors.STORAGE_DAMAGED,
                "the key file " + file + " was changed or belongs to something else",
                "the file as this process wrote it is needed; what it encrypts cannot be read without it",
                cause);
    }

    static PoyangException failed(String wrong, IOException cause) {
        return new PoyangException(
                CryptoErrors.STORAGE_FAILED,
                wrong + " (" + cause + ")",
                "a healthy disk with room, and a folder that only this process uses, are needed",
                cause);
    }

    /// A key for one use: the first 16 bytes of HMAC-SM3(key, label ‖ salt).
    byte[] derive(String label, byte[] salt) {
        return Arrays.copyOf(deriveLong(label, salt), Sm4Gcm.KEY_BYTES);
    }

    /// 32 bytes: HMAC-SM3(key, length of the label ‖ label ‖ salt).
    byte[] deriveLong(String label, byte[] salt) {
        Bug.unless(!closed(), "the data key is closed");
        byte[] named = label.getBytes(StandardCharsets.US_ASCII);
        return Sm3.hmac(key, new byte[] {(byte) named.length}, named, salt);
    }

    private boolean closed() {
        int any = 0;
        for (byte octet : key) {
            any |= octet;
        }
        return any == 0;
    }

    /// Public name of the key.
    Bytes id() {
        return id;
    }

    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
    }

    @Override
    public String toString() {
        return "DataKey[" + id + "]";
    }
}
