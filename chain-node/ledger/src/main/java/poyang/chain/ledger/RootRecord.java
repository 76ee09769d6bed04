package poyang.chain.ledger;

import java.util.Optional;
import poyang.chain.proofs.StateProof;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// A height's root of the state tree as it lies on disk.
final class RootRecord {
    private RootRecord() {}

    static Bytes encode(Tree.Ref root) {
        RecordWriter out = new RecordWriter()
                .u64(root.version())
                .raw(root.hash())
                .u8(root.leaf().isPresent() ? 1 : 0);
        root.leaf().ifPresent(leaf -> out.raw(leaf.keyHash()).raw(leaf.valueHash()));
        return out.toBytes();
    }

    static Tree.Ref decode(Bytes stored) {
        RecordReader in = new RecordReader(stored);
        long version = in.u64();
        Bytes hash = in.raw(CryptoSuite.DIGEST_BYTES);
        Optional<StateProof.Leaf> leaf = in.u8() == 1
                ? Optional.of(new StateProof.Leaf(in.raw(CryptoSuite.DIGEST_BYTES), in.raw(CryptoSuite.DIGEST_BYTES)))
                : Optional.empty();
        return new Tree.Ref(version, hash, leaf);
    }
}
