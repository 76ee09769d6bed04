package poyang.chain.consensus;

/// How much time a round is given, and when the next block with something in it is due.
///
/// A round with something to order gets four times what such rounds took of late, within the bounds of the
/// configuration; each one without progress adds half, each certificate takes that back. A leader with nothing
/// to order may take its time, and is given it.
final class RoundPace {
    private final BftConfig config;
    private long roundMillis;
    private long usualMillis;
    private long enteredMillis;
    private long paidMillis;
    private long paceMillis;
    private boolean hurried;

    RoundPace(BftConfig config) {
        this.config = config;
        roundMillis = config.roundMillis();
        paceMillis = config.pace().usualMillis();
    }

    /// A round begins; gives its time.
    ///
    /// @param something there is something to order
    long enter(boolean something, long now) {
        enteredMillis = now;
        return start(something);
    }

    long start(boolean something) {
        hurried = something;
        return something ? roundMillis : roundMillis + config.idleMillis();
    }

    /// There is something to order now; true when the round so far had nothing, so gets {@link #roundMillis}.
    boolean hurry() {
        boolean changed = !hurried;
        hurried = true;
        return changed;
    }

    long roundMillis() {
        return roundMillis;
    }

    /// A round passed without progress; gives the time until it is given up again.
    long miss() {
        roundMillis = Math.min(config.longestRoundMillis(), roundMillis + roundMillis / 2);
        return roundMillis;
    }

    /// A certificate came.
    ///
    /// @param inTime for the round that this replica is in and has not given up
    void certified(boolean inTime, long now) {
        if (inTime && hurried) {
            long took = Math.clamp(now - enteredMillis, 0, config.longestRoundMillis());
            usualMillis = (3 * usualMillis + took) / 4;
        }
        long wanted = Math.clamp(4 * usualMillis, config.roundMillis(), config.longestRoundMillis());
        roundMillis = Math.max(wanted, roundMillis / 2);
    }

    /// A block was proposed.
    ///
    /// @param transactions that it stands for; 0 for an empty one, which counts for nothing here
    void paid(long transactions, long now) {
        if (transactions > 0) {
            paidMillis = now;
            paceMillis = config.pace().millisAfter(transactions);
        }
    }

    /// Is there time for an empty block before the next such one? More than half of the wait is left, so that a
    /// round that takes as long as the last one puts off nothing.
    boolean roomBefore(long now) {
        return early(now) > paceMillis / 2;
    }

    /// How long the next such block must wait, so that blocks carry enough; 0 when it need not.
    long early(long now) {
        long early = paidMillis + paceMillis - now;
        return early <= paceMillis ? Math.max(0, early) : 0;
    }
}
