package poyang.psi;

import java.util.ArrayList;
import java.util.List;
import poyang.mpc.Peer;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.vole.VoleProtocol;

/// The sizes of a run of {@link GroupPsi}, from the numbers of keys alone.
///
/// @param buckets number of buckets; 0 when a set is empty and nothing has to be done
/// @param plans of the leader's runs with the others, in their order
/// @param hints shapes of the stores that the others send
/// @param limbs 1: values in the prime field; 2: pairs of such
record GroupPlan(int buckets, List<VolePlan> plans, List<OkvsShape> hints, int limbs) {
    /// Keys of all parties together up to which one element of the prime field keeps 40 bits.
    private static final long ELEMENT_KEYS = 1L << 24;

    GroupPlan {
        plans = List.copyOf(plans);
        hints = List.copyOf(hints);
    }

    /// @param keys of the leader, then of the others
    /// @param bucketKeys keys of the largest set for which a bucket is made
    static GroupPlan of(List<Long> keys, int bucketKeys) {
        if (keys.contains(0L)) {
            return new GroupPlan(0, List.of(), List.of(), 1);
        }
        return in(VolePlan.buckets(largest(keys), bucketKeys), keys);
    }

    private static long largest(List<Long> keys) {
        return keys.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private static GroupPlan in(int buckets, List<Long> keys) {
        long all = keys.stream().mapToLong(Long::longValue).sum();
        int limbs = all > ELEMENT_KEYS ? 2 : 1;
        int others = keys.size() - 1;
        // each party's buckets, and two stores for each of the others, share the bounds
        double bits = OkvsShape.STATISTICAL_BITS + OkvsShape.logarithm((double) buckets * keys.size());
        int stores = 2 * buckets * others;
        int leaderRoom = OkvsShape.room(Math.toIntExact(keys.getFirst()), buckets, bits);
        OkvsShape shape = OkvsShape.of(leaderRoom, stores);
        List<VolePlan> plans = new ArrayList<>();
        List<OkvsShape> hints = new ArrayList<>();
        for (long other : keys.subList(1, keys.size())) {
            int room = OkvsShape.room(Math.toIntExact(other), buckets, bits);
            plans.add(new VolePlan(buckets, leaderRoom, room, limbs, Long.SIZE, shape));
            hints.add(OkvsShape.of(room, stores));
        }
        return new GroupPlan(buckets, plans, hints, limbs);
    }

    int leaderRoom() {
        return plans.getFirst().receiverRoom();
    }

    int hintBytes(int other) {
        return bytes(hints.get(other).columns());
    }

    private int bytes(int columns) {
        return limbs * columns * Goldilocks.BYTES;
    }

    /// What the leader, as receiver, and one of the others exchange in all.
    Cost cost(int other) {
        if (buckets == 0) {
            return GroupPsi.openingCost();
        }
        int correlation = plans.get(other).correlation();
        return cost(other, correlation, plans.get(other).storeBytes(), hintBytes(other));
    }

    private Cost cost(int other, int correlation, int store, int hint) {
        VoleProtocol vole = plans.get(other).vole(false);
        Cost bucket = new Cost(
                vole.receiverFrames(correlation) + Peer.frames(store),
                vole.receiverBytes(correlation) + store,
                vole.senderFrames(correlation) + Peer.frames(hint),
                vole.senderBytes(correlation) + hint,
                Peer.FRAME_BYTES,
                vole.rounds() + 2);
        return GroupPsi.openingCost().plus(bucket.times(buckets));
    }

    /// The most that the leader and one of the others exchange when no party has more keys than these, as
    /// {@link VolePlan#most}.
    static Cost most(List<Long> rows, int other, int bucketKeys) {
        Cost most = GroupPsi.openingCost();
        if (rows.contains(0L)) {
            return most;
        }
        for (int b = 1; b <= VolePlan.buckets(largest(rows), bucketKeys); b++) {
            long full = VolePlan.most(b, bucketKeys);
            GroupPlan plan = in(b, rows.stream().map(r -> Math.min(r, full)).toList());
            VolePlan pair = plan.plans.get(other);
            int columns = pair.shape().mostColumns();
            int store = pair.storeBytes(columns);
            int hint = plan.bytes(plan.hints.get(other).mostColumns());
            most = most.or(plan.cost(other, columns, store, hint))
                    .or(plan.cost(other, VoleProtocol.peak(columns), store, hint));
        }
        return most;
    }
}
