package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm4Gcm;
import poyang.crypto.block.Pbkdf2Sm3;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A process's key for what it keeps on disk: it wraps the data keys of files and stores.
///
/// ```
/// password ─PBKDF2-HMAC-SM3─▶ storage.key: storage keys, the last of them current
///                                  │ SM4-GCM
///                                  ▼
///                             NAME.key: one data key a file or store ─HMAC-SM3─▶ keys of sessions
/// ```
/// {@link #rotate} adds a storage key, {@link #rewrap} moves a data key under it without touching the
/// data, {@link #retire} forgets the older ones. {@link #destroy} deletes a data key: what it encrypted
/// cannot be read any more by anybody, which is how data is erased from media that keep old blocks.
/// (A copy of `NAME.key` together with the storage key of its time brings it back, so backups of key
/// files must expire first; overwriting reaches the old block only where the medium writes in place.)
///
/// File: `POYKEYS` · version 1 · iterations (4) · salt (16) · nonce (12) · SM4-GCM of one or more (id (8) ·
/// key (16)), everything before the nonce as associated data.
public final class StorageKey implements AutoCloseable {
    static final int ID_BYTES = 8;
    static final int ITERATIONS = 100_000;
    static final int FEWEST_ITERATIONS = 10_000;
    private static final int MOST_ITERATIONS = 10_000_000;
    private static final byte[] MAGIC = {'P', 'O', 'Y', 'K', 'E', 'Y', 'S', 1};
    private static final int SALT_BYTES = 16;
    private static final int HEAD_BYTES = MAGIC.length + 4 + SALT_BYTES;
    private static final int ENTRY_BYTES = ID_BYTES + Sm4Gcm.KEY_BYTES;
    private static final int MOST_KEYS = 64;

    /// Ascending in age: the last is current.
    private final SequencedMap<Bytes, byte[]> keys;

    private StorageKey(SequencedMap<Bytes, byte[]> keys) {
        this.keys = keys;
    }

    /// Opens the key file, or makes it where there is none.
    ///
    /// @throws PoyangException `STORAGE_KEY_REJECTED` for another password or a changed file,
    ///     `STORAGE_FAILED`
    public static StorageKey openOrCreate(Path file, char[] password, RandomSource random) {
        if (!Files.exists(file)) {
            StorageKey made = new StorageKey(new LinkedHashMap<>());
            made.add(random);
            made.write(file, password, random);
            return made;
        }
        return open(file, password);
    }

    /// @throws PoyangException `STORAGE_KEY_REJECTED` for another password or a changed file,
    ///     `STORAGE_FAILED`
    public static StorageKey open(Path file, char[] password) {
        byte[] stored;
        try {
            stored = Files.readAllBytes(file);
        } catch (IOException e) {
            throw DataKey.failed("the storage key " + file + " cannot be read", e);
        }
        int overhead = HEAD_BYTES + Sm4Gcm.NONCE_BYTES + Sm4Gcm.TAG_BYTES;
        int content = stored.length - overhead;
        if (content < ENTRY_BYTES
                || content > MOST_KEYS * ENTRY_BYTES
                || content % ENTRY_BYTES != 0
                || !Arrays.equals(stored, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw rejected(file);
        }
        int iterations = ByteBuffer.wrap(stored).getInt(MAGIC.length);
        if (iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS) {
            throw rejected(file);
        }
        byte[] head = Arrays.copyOf(stored, HEAD_BYTES);
        byte[] wrapping = Pbkdf2Sm3.derive(
                password, Arrays.copyOfRange(head, MAGIC.length + 4, HEAD_BYTES), iterations, Sm4Gcm.KEY_BYTES);
        byte[] plain = new byte[0];
        try {
            plain = Sm4Gcm.decrypt(
                    wrapping,
                    Arrays.copyOfRange(stored, HEAD_BYTES, HEAD_BYTES + Sm4Gcm.NONCE_BYTES),
                    head,
                    Arrays.copyOfRange(stored, HEAD_BYTES + Sm4Gcm.NONCE_BYTES, stored.length));
            SequencedMap<Bytes, byte[]> keys = new LinkedHashMap<>();
            for (int at = 0; at < plain.length; at += ENTRY_BYTES) {
                keys.put(
                        Bytes.wrap(Arrays.copyOfRange(plain, at, at + ID_BYTES)),
                        Arrays.copyOfRange(plain, at + ID_BYTES, at + ENTRY_BYTES));
            }
            return new StorageKey(keys);
        } catch (PoyangException e) {
            throw rejected(file);
        } finally {
            Arrays.fill(wrapping, (byte) 0);
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static PoyangException rejected(Path file) {
        return new PoyangException(
                CryptoErrors.STORAGE_KEY_REJECTED,
                "the storage key " + file + " does not open with this password, or was changed",
                "the password that it was made with and the unchanged file are needed; without them what this"
                        + " process stored cannot be read");
    }

    /// Writes the keys under a password: after {@link #rotate} or {@link #retire}, or under a new one.
    public void write(Path file, char[] password, RandomSource random) {
        write(file, password, ITERATIONS, random);
    }

    /// The same with another cost of each try to guess the password.
    synchronized void write(Path file, char[] password, int iterations, RandomSource random) {
        byte[] salt = random.bytes(SALT_BYTES);
        byte[] nonce = random.bytes(Sm4Gcm.NONCE_BYTES);
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put(MAGIC)
                .putInt(iterations)
                .put(salt)
                .array();
        ByteBuffer plain = ByteBuffer.allocate(keys.size() * ENTRY_BYTES);
        keys.forEach((id, key) -> plain.put(id.toArray()).put(key));
        byte[] wrapping = Pbkdf2Sm3.derive(password, salt, iterations, Sm4Gcm.KEY_BYTES);
        byte[] sealed = Sm4Gcm.encrypt(wrapping, nonce, head, plain.array());
        Arrays.fill(wrapping, (byte) 0);
        Arrays.fill(plain.array(), (byte) 0);
        try {
            DurableFile.replace(
                    file,
                    ByteBuffer.allocate(head.length + nonce.length + sealed.length)
                            .put(head)
                            .put(nonce)
                            .put(sealed)
                            .array());
        } catch (IOException e) {
            throw DataKey.failed("the storage key " + file + " cannot be written", e);
        }
    }

    /// The data key in a file, which is made where there is none.
    ///
    /// @param purpose what it encrypts; a key file moved to another place does not open there
    /// @throws PoyangException `STORAGE_DAMAGED`, `DATA_KEY_MISSING` when it is under a storage key that
    ///     is not here, `STORAGE_FAILED`
    public synchronized DataKey dataKey(Path file, String purpose, RandomSource random) {
        return Files.exists(file) ? DataKey.read(file, purpose, this) : DataKey.create(file, purpose, this, random);
    }

    /// Adds a storage key, which wraps from now on. To be written before anything is wrapped under it.
    public synchronized void rotate(RandomSource random) {
        Bug.unless(keys.size() < MOST_KEYS, "too many storage keys: retire the old ones");
        add(random);
    }

    private void add(RandomSource random) {
        keys.putLast(Bytes.wrap(random.bytes(ID_BYTES)), random.bytes(Sm4Gcm.KEY_BYTES));
    }

    /// Wraps the data key in a file under the current storage key; the data stay as they are.
    ///
    /// @throws PoyangException as {@link #dataKey}
    public synchronized void rewrap(Path file, String purpose, RandomSource random) {
        if (!DataKey.storageKeyOf(file).equals(current())) {
            try (DataKey key = DataKey.read(file, purpose, this)) {
                key.write(file, purpose, this, random);
            }
        }
    }

    /// Wraps the data key in a file under another storage key as well, in a file of its own: what it encrypts
    /// stays readable when this storage key is destroyed.
    ///
    /// @param copy made, or replaced
    /// @throws PoyangException as {@link #dataKey}
    public void handOver(Path file, String purpose, StorageKey to, Path copy, RandomSource random) {
        try (DataKey key = DataKey.read(file, purpose, this)) {
            key.write(copy, purpose, to, random);
        }
    }

    /// Forgets all storage keys but the current one, once no file needs them.
    ///
    /// @param wrapped the key files of this process
    /// @throws PoyangException `DATA_KEY_MISSING` names a file that still needs an older key
    public synchronized void retire(List<Path> wrapped) {
        for (Path file : wrapped) {
            if (!DataKey.storageKeyOf(file).equals(current())) {
                throw new PoyangException(
                        CryptoErrors.DATA_KEY_MISSING,
                        "the key file " + file + " is still under an older storage key",
                        "rewrap it first");
            }
        }
        Bytes current = current();
        for (Map.Entry<Bytes, byte[]> entry : keys.entrySet()) {
            if (!entry.getKey().equals(current)) {
                Arrays.fill(entry.getValue(), (byte) 0);
            }
        }
        keys.keySet().retainAll(List.of(current));
    }

    /// Overwrites and deletes a data key: what it encrypted is unreadable from then on.
    ///
    /// @throws PoyangException `STORAGE_FAILED`
    public static void destroy(Path file, RandomSource random) {
        try {
            if (Files.exists(file)) {
                DurableFile.overwrite(file, random);
                Files.delete(file);
                DurableFile.syncFolder(file);
            }
        } catch (IOException e) {
            throw DataKey.failed("the key file " + file + " cannot be destroyed", e);
        }
    }

    synchronized Bytes current() {
        Bug.unless(!keys.isEmpty(), "the storage key is closed");
        return keys.lastEntry().getKey();
    }

    /// A copy of a storage key, to be overwritten.
    synchronized byte[] wrapping(Bytes id, Path neededBy) {
        byte[] key = keys.get(id);
        if (key == null) {
            throw new PoyangException(
                    CryptoErrors.DATA_KEY_MISSING,
                    "the key file " + neededBy + " is under a storage key that is not here",
                    "the storage.key file that this folder was written with is needed");
        }
        return key.clone();
    }

    @Override
    public synchronized void close() {
        keys.values().forEach(key -> Arrays.fill(key, (byte) 0));
        keys.clear();
    }

    @Override
    public String toString() {
        return "StorageKey";
    }
}
