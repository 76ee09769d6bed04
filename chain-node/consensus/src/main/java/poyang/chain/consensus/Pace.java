package poyang.chain.consensus;

import poyang.chain.proofs.Epoch;

/// The least time between two blocks that carry something, so that they carry enough: what a block costs each
/// validator hardly depends on what it carries. After one of many transactions it is longer, unless
/// {@link #ENOUGH_TRANSACTIONS} wait.
///
/// @param usualMillis after a block of few transactions
/// @param busyMillis after one of {@link #BUSY_TRANSACTIONS} or more
public record Pace(long usualMillis, long busyMillis) {
    static final long BUSY_TRANSACTIONS = 40;
    /// Where so many wait, the next block waits no longer: what it costs is little beside what it carries.
    static final long ENOUGH_TRANSACTIONS = 800;

    /// A fifth of the block time, and two fifths where there is much to do.
    public static Pace of(Epoch epoch) {
        return of(epoch.blockTimeMillis());
    }

    /// The same.
    static Pace of(long blockTimeMillis) {
        return new Pace(blockTimeMillis / 5, 2 * blockTimeMillis / 5);
    }

    public long millisAfter(long transactions) {
        return transactions < BUSY_TRANSACTIONS ? usualMillis : busyMillis;
    }
}
