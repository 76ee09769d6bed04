package poyang.chain.proofs;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// Proves which keys the state with a given root holds in a range, all of them and nothing else. A range
/// is the key hashes that begin with some bits, so a state is cut into 2^bits ranges of about equal size.
///
/// The path follows the range's bits from the root. When it goes all the way, the subtree there is hashed
/// from the claimed leaves; when it ends before, in nothing or in one leaf, the range holds nothing or
/// at most that leaf.
///
/// @param bits how many bits the range's key hashes share
/// @param siblings the other subtree's hash at each step, from the root down; fewer than `bits` when the
///     path ends early
/// @param end the leaf in which the path ends early
public record StateRange(int bits, List<Bytes> siblings, Optional<StateProof.Leaf> end) {
    private static final String DOMAIN = "poyang.state-range.v1";
    private static final int BITS_MAX = 8 * CryptoSuite.DIGEST_BYTES;

    public StateRange {
        siblings = List.copyOf(siblings);
    }

    /// Does the state with `stateRoot` hold, among the key hashes that share their first `shared` bits with
    /// `prefix`, exactly these?
    ///
    /// @param leaves key hash → value hash
    public boolean verify(
            CryptoSuite suite, Bytes stateRoot, int shared, Bytes prefix, SortedMap<Bytes, Bytes> leaves) {
        return verify(suite, stateRoot, shared, prefix, leaves, () -> StateTree.root(suite, leaves, bits));
    }

    /// @param subtree the hash of the subtree with these leaves below the shared bits
    boolean verify(
            CryptoSuite suite,
            Bytes stateRoot,
            int shared,
            Bytes prefix,
            SortedMap<Bytes, Bytes> leaves,
            Supplier<Bytes> subtree) {
        boolean early = siblings.size() < bits;
        if (bits != shared
                || bits < 0
                || bits > BITS_MAX
                || siblings.size() > bits
                || prefix.length() != CryptoSuite.DIGEST_BYTES
                || (end.isPresent() && !early)
                || leaves.entrySet().stream()
                        .anyMatch(leaf -> leaf.getKey().length() != CryptoSuite.DIGEST_BYTES
                                || leaf.getValue().length() != CryptoSuite.DIGEST_BYTES
                                || !shares(leaf.getKey(), prefix, bits))) {
            return false;
        }
        Bytes hash;
        if (early) {
            if (end.isPresent() && !shares(end.get().keyHash(), prefix, siblings.size())) {
                return false;
            }
            TreeMap<Bytes, Bytes> held = new TreeMap<>();
            end.filter(leaf -> shares(leaf.keyHash(), prefix, bits))
                    .ifPresent(leaf -> held.put(leaf.keyHash(), leaf.valueHash()));
            if (!held.equals(leaves)) {
                return false;
            }
            hash = end.map(leaf -> StateTree.leaf(suite, leaf.keyHash(), leaf.valueHash()))
                    .orElse(StateTree.EMPTY);
        } else {
            hash = subtree.get();
        }
        for (int depth = siblings.size() - 1; depth >= 0; depth--) {
            Bytes sibling = siblings.get(depth);
            hash = StateTree.bit(prefix, depth) == 0
                    ? StateTree.node(suite, hash, sibling)
                    : StateTree.node(suite, sibling, hash);
        }
        return hash.equals(stateRoot);
    }

    private static boolean shares(Bytes one, Bytes other, int bits) {
        for (int depth = 0; depth < bits; depth++) {
            if (StateTree.bit(one, depth) != StateTree.bit(other, depth)) {
                return false;
            }
        }
        return true;
    }

    public Bytes encoded() {
        CanonicalWriter out = new CanonicalWriter(DOMAIN)
                .u32(bits)
                .list(siblings, CanonicalWriter::bytes)
                .flag(end.isPresent());
        end.ifPresent(leaf -> out.bytes(leaf.keyHash()).bytes(leaf.valueHash()));
        return out.toBytes();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for bytes that are no state range
    public static StateRange decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        int bits = Names.count(in);
        List<Bytes> siblings = in.list(BITS_MAX, r -> r.exactly(CryptoSuite.DIGEST_BYTES));
        Optional<StateProof.Leaf> end = in.flag()
                ? Optional.of(
                        new StateProof.Leaf(in.exactly(CryptoSuite.DIGEST_BYTES), in.exactly(CryptoSuite.DIGEST_BYTES)))
                : Optional.empty();
        in.end();
        return new StateRange(bits, siblings, end);
    }
}
