package poyang.chain.proofs;

import java.util.List;
import java.util.Optional;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// Proves what stands under a key in the state with a given root, or that nothing does.
///
/// The path follows the key's bits from the root until it ends in a leaf or in nothing. The key is
/// present when the leaf is its own; it is absent when the path ends in nothing or in the leaf of
/// another key with the same first bits.
///
/// @param siblings the other subtree's hash at each step, from the root down
/// @param end the leaf at the path's end, or nothing
public record StateProof(List<Bytes> siblings, Optional<Leaf> end) {
    private static final String DOMAIN = "poyang.state-proof.v1";
    private static final int DEPTH_MAX = 8 * CryptoSuite.DIGEST_BYTES;

    /// A leaf of the tree.
    public record Leaf(Bytes keyHash, Bytes valueHash) {}

    public StateProof {
        siblings = List.copyOf(siblings);
    }

    /// Does the state with `stateRoot` hold exactly `value` (empty: nothing) under the contract's key?
    public boolean verify(CryptoSuite suite, Bytes stateRoot, String contract, String key, Optional<Bytes> value) {
        return verify(suite, stateRoot, StateTree.keyHash(suite, contract, key), value);
    }

    /// The same for a key that is hashed already ({@link StateTree#keyHash}).
    public boolean verify(CryptoSuite suite, Bytes stateRoot, Bytes keyHash, Optional<Bytes> value) {
        if (siblings.size() > DEPTH_MAX || keyHash.length() != CryptoSuite.DIGEST_BYTES) {
            return false;
        }
        boolean own = end.isPresent() && end.get().keyHash().equals(keyHash);
        if (own != value.isPresent()) {
            return false;
        }
        if (value.isPresent() && !end.orElseThrow().valueHash().equals(StateTree.valueHash(suite, value.get()))) {
            return false;
        }
        if (end.isPresent() && !sharesPath(end.get().keyHash(), keyHash)) {
            return false;
        }
        Bytes hash = end.map(leaf -> StateTree.leaf(suite, leaf.keyHash(), leaf.valueHash()))
                .orElse(StateTree.EMPTY);
        for (int depth = siblings.size() - 1; depth >= 0; depth--) {
            Bytes sibling = siblings.get(depth);
            hash = StateTree.bit(keyHash, depth) == 0
                    ? StateTree.node(suite, hash, sibling)
                    : StateTree.node(suite, sibling, hash);
        }
        return hash.equals(stateRoot);
    }

    private boolean sharesPath(Bytes one, Bytes other) {
        for (int depth = 0; depth < siblings.size(); depth++) {
            if (StateTree.bit(one, depth) != StateTree.bit(other, depth)) {
                return false;
            }
        }
        return true;
    }

    public Bytes encoded() {
        CanonicalWriter out = new CanonicalWriter(DOMAIN)
                .list(siblings, CanonicalWriter::bytes)
                .flag(end.isPresent());
        end.ifPresent(leaf -> out.bytes(leaf.keyHash()).bytes(leaf.valueHash()));
        return out.toBytes();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for bytes that are no state proof
    public static StateProof decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        List<Bytes> siblings = in.list(DEPTH_MAX, r -> r.exactly(CryptoSuite.DIGEST_BYTES));
        Optional<Leaf> end = in.flag()
                ? Optional.of(new Leaf(in.exactly(CryptoSuite.DIGEST_BYTES), in.exactly(CryptoSuite.DIGEST_BYTES)))
                : Optional.empty();
        in.end();
        return new StateProof(siblings, end);
    }
}
