package poyang.chain.consensus.sync;

import java.util.List;
import poyang.chain.proofs.WriteSet;
import poyang.kernel.Bytes;

/// What executing a block gave where it was executed. Receipts prove themselves by the root in the block's header; a
/// write set does so only to who has the state before.
///
/// @param receipts verbatim, one for each transaction
public record Outcome(List<Bytes> receipts, WriteSet writes) {
    public Outcome {
        receipts = List.copyOf(receipts);
    }

    /// About how many octets it has.
    public long size() {
        return writes.size()
                + receipts.stream().mapToLong(receipt -> receipt.length() + 4L).sum();
    }
}
