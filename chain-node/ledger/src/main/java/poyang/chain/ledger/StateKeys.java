package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import poyang.crypto.CryptoSuite;
import poyang.crypto.storage.SealedValues;
import poyang.kernel.Bytes;

/// What stands on disk for the keys of the state: keyed hashes, which say nothing to whoever has not the ledger's data
/// key. The first octets are the same for all keys whose hashes share their first {@link #NIBBLES} nibbles and
/// different
/// otherwise, so that what lies together in the tree lies together on disk, and a part of the state is read in a few
/// places instead of one for each key. That keys are neighbours in the tree shows in the keys of its nodes as well.
///
/// A state key: 3 octets of HMAC(first nibbles of the key's hash) · 29 octets of HMAC(key's hash).
final class StateKeys {
    /// Whose keys lie together.
    static final int NIBBLES = 3;

    private static final int GROUPS = 1 << 4 * NIBBLES;
    private static final int GROUP_BYTES = 3;

    private final SealedValues values;
    private final CryptoSuite suite;
    /// Made when they are needed.
    private final byte[][] groups = new byte[GROUPS][];

    StateKeys(SealedValues values, CryptoSuite suite) {
        this.values = values;
        this.suite = suite;
    }

    /// @param keyHash the key's hash in the state tree
    Bytes of(Bytes keyHash) {
        return in(group(keyHash), values.keyedHash("state", keyHash.toArray()));
    }

    /// The same of each of several.
    List<Bytes> of(List<Bytes> keyHashes) {
        List<byte[]> hashes = values.keyedHashes(
                "state", keyHashes.stream().map(Bytes::toArray).toList());
        List<Bytes> found = new ArrayList<>(hashes.size());
        for (int i = 0; i < hashes.size(); i++) {
            found.add(in(group(keyHashes.get(i)), hashes.get(i)));
        }
        return found;
    }

    /// The same for a flat key.
    Bytes ofFlat(Bytes flat) {
        return of(StateKey.fromFlat(flat).hash(suite));
    }

    /// With what the state keys of all keys begin whose hashes begin with a path, and perhaps those of others. Each
    /// comes
    /// once, though two groups may have the same.
    ///
    /// @param path nibbles
    SortedSet<Bytes> beginnings(byte[] path) {
        int known = Math.min(path.length, NIBBLES);
        int first = 0;
        for (int i = 0; i < known; i++) {
            first = first << 4 | path[i];
        }
        int open = 4 * (NIBBLES - known);
        TreeSet<Bytes> found = new TreeSet<>();
        for (int group = first << open; group < first + 1 << open; group++) {
            found.add(Bytes.wrap(beginning(group)));
        }
        return found;
    }

    private int group(Bytes keyHash) {
        int group = 0;
        for (int i = 0; i < NIBBLES; i++) {
            group = group << 4 | Tree.nibble(keyHash, i);
        }
        return group;
    }

    private Bytes in(int group, byte[] keyedHash) {
        System.arraycopy(beginning(group), 0, keyedHash, 0, GROUP_BYTES);
        return Bytes.wrap(keyedHash);
    }

    /// Two threads may make it at once; it is the same.
    private byte[] beginning(int group) {
        byte[] made = groups[group];
        if (made == null) {
            byte[] of = {(byte) (group >>> Byte.SIZE), (byte) group};
            made = Arrays.copyOf(values.keyedHash("state group", of), GROUP_BYTES);
            groups[group] = made;
        }
        return made;
    }
}
