package poyang.chain.ledger;

import poyang.kernel.Bytes;

/// The last batch of consensus that the ledger has taken in.
///
/// @param round the consensus round
/// @param blockId consensus' own id of the ordered block, which is not the header's hash
public record OrderedMark(long round, Bytes blockId) {
    Bytes encoded() {
        return BlockBook.long8(round).concat(blockId);
    }
}
