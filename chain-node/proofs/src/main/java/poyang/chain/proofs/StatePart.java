package poyang.chain.proofs;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// A part of a state, with the proof that it is exactly that: all keys whose hashes begin with some bits, and
/// their values. Parts whose paths cover every hash once are the whole state.
///
/// @param path the shared bits, as nibbles, one an octet
/// @param range the proof
/// @param entries in any order
public record StatePart(Bytes path, StateRange range, List<Entry> entries) {
    /// The longest path.
    public static final int NIBBLES_MAX = 2 * CryptoSuite.DIGEST_BYTES;

    private static final String DOMAIN = "poyang.state-part.v1";
    private static final int KEY_BYTES_MAX = 4 << 10;
    private static final int PROOF_BYTES_MAX = 1 << 16;
    private static final int ENTRIES_MAX = 1 << 20;
    private static final int VALUE_BYTES_MAX = 16 << 20;

    /// A key and what stands under it.
    public record Entry(String contract, String key, Bytes value) {}

    /// An entry's place in the tree.
    public record Placed(Entry entry, Bytes keyHash, Bytes valueHash) {}

    public StatePart {
        entries = List.copyOf(entries);
    }

    /// The entries with their hashes, ascending by key hash.
    public List<Placed> placed(CryptoSuite suite) {
        Iterator<Bytes> keys = suite.hashAll(entries.stream()
                        .map(entry -> StateTree.keyMessage(entry.contract(), entry.key()))
                        .toList())
                .iterator();
        Iterator<Bytes> values =
                suite.hashAll(entries.stream().map(Entry::value).toList()).iterator();
        List<Placed> placed = new ArrayList<>();
        for (Entry entry : entries) {
            placed.add(new Placed(entry, keys.next(), values.next()));
        }
        placed.sort((a, b) -> a.keyHash().compareTo(b.keyHash()));
        return placed;
    }

    /// Does the state with this root hold, among the hashes below the path, exactly these?
    ///
    /// @param placed what {@link #placed} gave
    public boolean holds(CryptoSuite suite, Bytes stateRoot, List<Placed> placed) {
        TreeMap<Bytes, Bytes> leaves = leaves(placed);
        return leaves.size() == placed.size() && range.verify(suite, stateRoot, 4 * path.length(), prefix(), leaves);
    }

    /// The same for whoever has hashed these leaves already.
    ///
    /// @param subtree the hash of the subtree below the path with exactly the leaves `placed`
    public boolean holds(CryptoSuite suite, Bytes stateRoot, List<Placed> placed, Bytes subtree) {
        TreeMap<Bytes, Bytes> leaves = leaves(placed);
        return leaves.size() == placed.size()
                && range.verify(suite, stateRoot, 4 * path.length(), prefix(), leaves, () -> subtree);
    }

    private static TreeMap<Bytes, Bytes> leaves(List<Placed> placed) {
        TreeMap<Bytes, Bytes> leaves = new TreeMap<>();
        placed.forEach(each -> leaves.put(each.keyHash(), each.valueHash()));
        return leaves;
    }

    /// A key hash that begins with the path.
    private Bytes prefix() {
        byte[] prefix = new byte[CryptoSuite.DIGEST_BYTES];
        for (int i = 0; i < path.length(); i++) {
            prefix[i >>> 1] |= (byte) (path.at(i) << ((i & 1) == 0 ? 4 : 0));
        }
        return Bytes.wrap(prefix);
    }

    /// Is it a path of nibbles?
    public static boolean isPath(Bytes path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.at(i) < 0 || path.at(i) > 15) {
                return false;
            }
        }
        return path.length() <= NIBBLES_MAX;
    }

    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .bytes(path)
                .bytes(range.encoded())
                .list(
                        entries,
                        (w, entry) -> w.text(entry.contract()).text(entry.key()).bytes(entry.value()))
                .toBytes();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for bytes that are no part of a state
    public static StatePart decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        Bytes path = Optional.of(in.bytes(NIBBLES_MAX))
                .filter(StatePart::isPath)
                .orElseThrow(() -> Names.bad("a path holds more than nibbles", null));
        StatePart part = new StatePart(
                path,
                StateRange.decode(in.array(PROOF_BYTES_MAX)),
                in.list(
                        ENTRIES_MAX,
                        r -> new Entry(r.text(KEY_BYTES_MAX), r.text(KEY_BYTES_MAX), r.bytes(VALUE_BYTES_MAX))));
        in.end();
        return part;
    }
}
