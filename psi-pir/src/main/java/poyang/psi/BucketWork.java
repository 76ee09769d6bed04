package poyang.psi;

import poyang.kernel.Bug;

/// How a party works on the buckets of a {@link DiskCollision}.
///
/// @param bucketKeys of the larger set, for which a bucket is made: memory grows with it. Both parties have the same
/// @param atATime buckets under way at a time at most, 1 to 64: the parties take the smaller of their numbers.
///     Memory grows with it
/// @param lines runs the buckets under way, on threads that the session's workers do not use; on fewer than
///     `atATime` fewer are under way
/// @param watch hears of each bucket
public record BucketWork(int bucketKeys, int atATime, Workers lines, Watch watch) {
    /// Buckets that a party may work on at a time.
    public static final int MOST_AT_A_TIME = 64;

    /// Hears which bucket begins, of the buckets from `first` on that this run has to do of `all`, and gives what hears
    /// how far that bucket is. Several may be under way; each is heard of by one thread at a time.
    @FunctionalInterface
    public interface Watch {
        /// @param usual the session's own
        Progress bucket(int bucket, int first, int all, Progress usual);
    }

    public BucketWork {
        Bug.unless(atATime >= 1 && atATime <= MOST_AT_A_TIME, "1 to 64 buckets are worked on at a time");
    }

    /// One bucket after the other.
    public static BucketWork oneByOne(int bucketKeys) {
        return new BucketWork(bucketKeys, 1, Workers.ALONE, (_, _, _, usual) -> usual);
    }

    /// Several at a time, each heard of as the session's.
    public static BucketWork of(int bucketKeys, int atATime, Workers lines) {
        return new BucketWork(bucketKeys, atATime, lines, (_, _, _, usual) -> usual);
    }
}
