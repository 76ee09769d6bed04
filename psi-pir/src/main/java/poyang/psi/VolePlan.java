package poyang.psi;

import poyang.mpc.Peer;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.vole.VoleProtocol;

/// The sizes of a run of {@link VolePsi}, from the numbers of keys alone.
///
/// Sets of more than 2^20 keys fall into buckets by their hashes. Each bucket is padded to the most keys that
/// fall into one, the same bound of Chernoff and Hoeffding as for bins, so lengths tell nothing of the keys.
///
/// @param buckets number of buckets; 0 when a set is empty and nothing has to be done
/// @param receiverRoom keys of the receiver that a bucket has room for
/// @param senderRoom keys of the sender that a bucket has room for
/// @param limbs 1: values in the prime field; 2: in its extension
/// @param tagBits of what the sender sends for each key
/// @param shape of a bucket's store
record VolePlan(int buckets, int receiverRoom, int senderRoom, int limbs, int tagBits, OkvsShape shape) {
    static final int BUCKET_KEYS = 1 << 20;
    /// Buckets that are fuller are split: a little more than 2^20 keys stay one bucket.
    private static final double SLACK = 1.05;

    private static final int ELEMENTS_BITS = 24;
    private static final int TAG_BITS_MAX = 128;

    /// @param bucketKeys keys of the larger set for which a bucket is made
    static VolePlan of(long receiverKeys, long senderKeys, boolean malicious, int bucketKeys) {
        if (receiverKeys == 0 || senderKeys == 0) {
            return new VolePlan(0, 0, 0, 1, 1, OkvsShape.of(1, 1));
        }
        int buckets = buckets(Math.max(receiverKeys, senderKeys), bucketKeys);
        return in(buckets, receiverKeys, senderKeys, malicious);
    }

    private static VolePlan in(int buckets, long receiverKeys, long senderKeys, boolean malicious) {
        // one more bit each, for both sides' buckets
        double bits = OkvsShape.STATISTICAL_BITS + 1 + OkvsShape.logarithm(buckets);
        int receiverRoom = OkvsShape.room((int) receiverKeys, buckets, bits);
        int senderRoom = OkvsShape.room((int) senderKeys, buckets, bits);
        int limbs = malicious || senderKeys > 1L << ELEMENTS_BITS ? 2 : 1;
        double pairs =
                OkvsShape.logarithm(receiverRoom) + OkvsShape.logarithm(senderRoom) + OkvsShape.logarithm(buckets);
        int tagBits =
                malicious ? TAG_BITS_MAX : Math.min(TAG_BITS_MAX, OkvsShape.STATISTICAL_BITS + (int) Math.ceil(pairs));
        return new VolePlan(buckets, receiverRoom, senderRoom, limbs, tagBits, OkvsShape.of(receiverRoom, buckets));
    }

    /// How many buckets a run has whose largest set has so many keys.
    static int buckets(long most, int bucketKeys) {
        return most <= SLACK * bucketKeys ? 1 : (int) ((most + bucketKeys - 1) / bucketKeys);
    }

    /// The most keys of any set in a run of so many buckets.
    static long most(int buckets, int bucketKeys) {
        return buckets == 1 ? (long) (SLACK * bucketKeys) : (long) buckets * bucketKeys;
    }

    /// What a run costs at most whose sets are no larger than these. A run of fewer keys may cost more than one of
    /// just these: its correlations may have more trees, its buckets may be fuller.
    static Cost most(long receiverKeys, long senderKeys, boolean malicious, int bucketKeys) {
        Cost most = Cost.NOTHING;
        if (receiverKeys > 0 && senderKeys > 0) {
            for (int b = 1; b <= buckets(Math.max(receiverKeys, senderKeys), bucketKeys); b++) {
                long full = most(b, bucketKeys);
                VolePlan plan = in(b, Math.min(receiverKeys, full), Math.min(senderKeys, full), malicious);
                int columns = plan.shape.mostColumns();
                most = most.or(plan.cost(malicious, columns, columns))
                        .or(plan.cost(malicious, columns, VoleProtocol.peak(columns)));
            }
        }
        return most;
    }

    /// Elements of a bucket's correlation.
    int correlation() {
        return shape.columns();
    }

    /// The correlation's protocol: over the values' field.
    VoleProtocol vole(boolean malicious) {
        if (malicious) {
            return VoleProtocol.MALICIOUS_WIDE;
        }
        return limbs == 1 ? VoleProtocol.SEMI_HONEST : VoleProtocol.SEMI_HONEST_WIDE;
    }

    int storeBytes() {
        return storeBytes(shape.columns());
    }

    int storeBytes(int columns) {
        return limbs * columns * Goldilocks.BYTES;
    }

    int tableBytes() {
        return TagTable.bytes(senderRoom, tagBits);
    }

    /// The run's cost without what all protocols share.
    Cost cost(boolean malicious) {
        return cost(malicious, shape.columns(), correlation());
    }

    private Cost cost(boolean malicious, int columns, int correlation) {
        if (buckets == 0) {
            return Cost.NOTHING;
        }
        VoleProtocol vole = vole(malicious);
        long receiverFrames = vole.receiverFrames(correlation) + Peer.frames(storeBytes(columns));
        long receiverBytes = vole.receiverBytes(correlation) + storeBytes(columns);
        long senderFrames = vole.senderFrames(correlation) + Peer.frames(tableBytes());
        long senderBytes = vole.senderBytes(correlation) + tableBytes();
        if (malicious) {
            receiverFrames++;
            receiverBytes += VolePsi.MASK_BYTES;
            senderFrames += 2;
            senderBytes += VolePsi.COMMITMENT_BYTES + VolePsi.OPENING_BYTES;
        }
        int rounds = vole.rounds() + (malicious ? 4 : 2);
        return new Cost(receiverFrames, receiverBytes, senderFrames, senderBytes, Peer.FRAME_BYTES, rounds)
                .times(buckets);
    }
}
