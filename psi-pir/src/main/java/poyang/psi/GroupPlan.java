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
        long most = keys.stream().mapToLong(Long::longValue).max().orElse(0);
        if (keys.contains(0L)) {
            return new GroupPlan(0, List.of(), List.of(), 1);
        }
        long all = keys.stream().mapToLong(Long::longValue).sum();
        int limbs = all > ELEMENT_KEYS ? 2 : 1;
        int buckets = VolePlan.buckets(most, bucketKeys);
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
        return limbs * hints.get(other).columns() * Goldilocks.BYTES;
    }

    /// What the leader, as receiver, and one of the others exchange in all.
    Cost cost(int other) {
        Cost opening = GroupPsi.openingCost();
        if (buckets == 0) {
            return opening;
        }
        VoleProtocol vole = plans.get(other).vole(false);
        int length = plans.get(other).correlation();
        int store = plans.get(other).storeBytes();
        return opening.plus(new Cost(
                buckets * (vole.receiverFrames(length) + Peer.frames(store)),
                buckets * (vole.receiverBytes(length) + store),
                buckets * (vole.senderFrames(length) + Peer.frames(hintBytes(other))),
                buckets * (vole.senderBytes(length) + hintBytes(other)),
                Peer.FRAME_BYTES,
                buckets * (vole.rounds() + 2)));
    }
}
