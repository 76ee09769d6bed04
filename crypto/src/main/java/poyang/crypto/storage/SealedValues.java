package poyang.crypto.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Values of a key-value store, each bound to its family and key: what stands under one key does not
/// open under another. Keys that say something are replaced by {@link #keyedHash}. Thread-safe.
///
/// - adds {@link #OVERHEAD_BYTES} to a value; its length shows
/// - an older value of the same key, put back by who can write the store, opens: a store whose values
///   must be the latest says so itself, as the ledger does by its state root
public final class SealedValues implements AutoCloseable {
    public static final int OVERHEAD_BYTES = SessionCipher.OVERHEAD_BYTES;

    private final DataKey key;
    private final SessionCipher cipher;
    private final Sm3.Mac mac;

    private SealedValues(DataKey key, RandomSource random) {
        this.key = key;
        cipher = new SessionCipher(key, "poyang.values.v1", random);
        byte[] hashKey = key.deriveLong("poyang.keyed-hash.v1", new byte[0]);
        mac = new Sm3.Mac(hashKey);
        Arrays.fill(hashKey, (byte) 0);
    }

    /// @param key belongs to the result, which closes it
    public static SealedValues open(DataKey key, RandomSource random) {
        return new SealedValues(key, random);
    }

    public byte[] seal(String family, byte[] itemKey, byte[] value) {
        return cipher.seal(associated(family, itemKey), value);
    }

    /// A value, in clear or sealed, and where it belongs.
    public static final class Item {
        private final byte[] associated;
        private final byte[] value;

        public Item(String family, byte[] itemKey, byte[] value) {
            associated = SealedValues.associated(family, itemKey);
            this.value = value;
        }
    }

    /// What {@link #seal} gives for each; together they cost less.
    public List<byte[]> sealAll(List<Item> items) {
        return cipher.sealAll(items.stream()
                .map(item -> new SessionCipher.Message(item.associated, item.value))
                .toList());
    }

    /// @throws PoyangException `STORAGE_DAMAGED` when it was changed or stood elsewhere
    public byte[] open(String family, byte[] itemKey, byte[] sealed) {
        return cipher.open(associated(family, itemKey), sealed);
    }

    /// What {@link #open} gives for each; together they cost less.
    ///
    /// @throws PoyangException `STORAGE_DAMAGED` when one was changed or stood elsewhere
    public List<byte[]> openAll(List<Item> sealed) {
        return cipher.openAll(sealed.stream()
                .map(item -> new SessionCipher.Message(item.associated, item.value))
                .toList());
    }

    /// HMAC-SM3 of a key that must not be readable: equal keys of a family give equal hashes, and
    /// nothing else shows. 32 bytes.
    public byte[] keyedHash(String family, byte[] itemKey) {
        return mac.of(associated(family, itemKey));
    }

    /// The same of each of several keys; together they cost less.
    public List<byte[]> keyedHashes(String family, List<byte[]> itemKeys) {
        return mac.ofAll(itemKeys.stream().map(key -> associated(family, key)).toList());
    }

    private static byte[] associated(String family, byte[] itemKey) {
        byte[] named = family.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + named.length + itemKey.length)
                .put((byte) named.length)
                .put(named)
                .put(itemKey)
                .array();
    }

    @Override
    public void close() {
        cipher.close();
        mac.erase();
        key.close();
    }
}
