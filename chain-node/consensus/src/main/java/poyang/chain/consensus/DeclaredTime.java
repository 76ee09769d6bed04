package poyang.chain.consensus;

import poyang.chain.proofs.Epoch;

/// How long it takes, by the protocol alone, from a client's transaction at a validator to its proof at the
/// validators, when nothing fails and no processor is busy: message delays one after the other, one execution,
/// and waiting for company: until a batch is full of what others bring meanwhile, and until the next block is due,
/// which is later where blocks carry much ({@link Pace}).
///
/// Under `bft`: batch, held, certificate; proposal, vote, proposal on top, vote; words. Under `raft`: batch, held,
/// certificate; entry, copies, commit; words. Alone: nothing travels.
///
/// @param leastMillis nobody waits for company
/// @param mostMillis it comes when a batch has just left, and the certificate when a block has
public record DeclaredTime(double leastMillis, double mostMillis) {
    private static final int DELAYS_OF_BFT = 8;
    private static final int DELAYS_OF_RAFT = 7;

    /// @param engine as {@link Epoch} names it
    /// @param delayMillis the longest delay between two of the validators
    /// @param executionMillis to execute and write a block
    /// @param transactionsABlock that blocks carry under the load
    public static DeclaredTime of(
            String engine,
            int validators,
            long blockTimeMillis,
            double delayMillis,
            double executionMillis,
            double transactionsABlock) {
        double least = delays(engine) * delayMillis + executionMillis;
        // No validator's batch holds more than its share of a block.
        long gather = Dissemination.gatherMillis(blockTimeMillis, validators, transactionsABlock / validators);
        long due = Pace.of(blockTimeMillis).millisAfter(Math.round(transactionsABlock));
        return new DeclaredTime(least, least + gather + due);
    }

    private static int delays(String engine) {
        return switch (engine) {
            case Epoch.BFT -> DELAYS_OF_BFT;
            case Epoch.RAFT -> DELAYS_OF_RAFT;
            default -> 0;
        };
    }
}
