package poyang.chain.ledger;

/// What recomputing a whole ledger found.
public sealed interface Verification {

    /// Everything is as its hashes say.
    ///
    /// @param height the last block
    /// @param finalisedHeight the last block with a verified finality proof
    record Whole(long height, long finalisedHeight) implements Verification {}

    /// A snapshot is being taken up: the node goes on with it when it starts.
    ///
    /// @param height of the snapshot
    record Unfinished(long height) implements Verification {}

    /// @param height the first damaged block
    /// @param reason in words, without a full stop
    record Damaged(long height, String reason) implements Verification {}
}
