package poyang.chain.consensus.raft;

/// What the leader knows of another replica.
final class Follower {
    long next;
    long match;
    /// Does it take what is sent, so that more may follow before it answers?
    boolean streaming;

    boolean waiting;
    boolean heard;

    Follower(long next) {
        this.next = next;
    }
}
