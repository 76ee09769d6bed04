package poyang.chain.consensus.raft;

import poyang.kernel.Bug;

/// Where an entry stands: the term of the leader that made it, and its place in the log. Positions are
/// ordered as Raft orders logs by their last entries: by term, then by index.
///
/// @param term counts from 1; 0 for the genesis
/// @param index counts from 1; 0 for the genesis
public record Position(long term, long index) implements Comparable<Position> {
    static final Position GENESIS = new Position(0, 0);
    static final long MOST_TERM = (1L << 23) - 1;
    static final long MOST_INDEX = (1L << 40) - 1;
    private static final int INDEX_BITS = 40;

    public Position {
        Bug.unless(term >= 0 && term <= MOST_TERM && index >= 0 && index <= MOST_INDEX, "a position out of range");
    }

    /// One number that orders as the position does; a block's header names it as its round.
    public long round() {
        return term << INDEX_BITS | index;
    }

    /// @param round what {@link #round} gave
    public static Position of(long round) {
        return new Position(round >>> INDEX_BITS, round & MOST_INDEX);
    }

    static boolean inRange(long term, long index) {
        return term >= 0 && term <= MOST_TERM && index >= 0 && index <= MOST_INDEX;
    }

    @Override
    public int compareTo(Position other) {
        return Long.compare(round(), other.round());
    }
}
