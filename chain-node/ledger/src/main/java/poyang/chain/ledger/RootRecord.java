package poyang.chain.ledger;

import java.util.Optional;
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
        root.leaf().ifPresent(out::raw);
        return out.toBytes();
    }

    static Tree.Ref decode(Bytes stored) {
        RecordReader in = new RecordReader(stored);
        long version = in.u64();
        Bytes hash = in.raw(CryptoSuite.DIGEST_BYTES);
        Optional<Bytes> leaf = in.u8() == 1 ? Optional.of(in.raw(CryptoSuite.DIGEST_BYTES)) : Optional.empty();
        return new Tree.Ref(version, hash, leaf);
    }
}
