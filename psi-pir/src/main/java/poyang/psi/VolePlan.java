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
        long most = Math.max(receiverKeys, senderKeys);
        int buckets = buckets(most, bucketKeys);
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
        return limbs * shape.columns() * Goldilocks.BYTES;
    }

    int tableBytes() {
        return TagTable.bytes(senderRoom, tagBits);
    }

    /// The run's cost without what all protocols share.
    Cost cost(boolean malicious) {
        if (buckets == 0) {
            return new Cost(0, 0, 0, 0, 0, 0);
        }
        VoleProtocol vole = vole(malicious);
        long receiverFrames = vole.receiverFrames(correlation()) + Peer.frames(storeBytes());
        long receiverBytes = vole.receiverBytes(correlation()) + storeBytes();
        long senderFrames = vole.senderFrames(correlation()) + Peer.frames(tableBytes());
        long senderBytes = vole.senderBytes(correlation()) + tableBytes();
        if (malicious) {
            receiverFrames++;
            receiverBytes += VolePsi.MASK_BYTES;
            senderFrames += 2;
            senderBytes += VolePsi.COMMITMENT_BYTES + VolePsi.OPENING_BYTES;
        }
        return new Cost(
                buckets * receiverFrames,
                buckets * receiverBytes,
                buckets * senderFrames,
                buckets * senderBytes,
                Peer.FRAME_BYTES,
                buckets * (vole.rounds() + (malicious ? 4 : 2)));
    }
}
