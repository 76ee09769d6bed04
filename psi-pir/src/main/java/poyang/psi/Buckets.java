package poyang.psi;

import poyang.kernel.PoyangException;

/// Items sorted into buckets by their hashes.
final class Buckets {
    private final Items all;
    private final int buckets;
    private final int[] starts;
    private final int[] order;

    /// @param room that no bucket may exceed
    Buckets(Items all, int buckets, int room) {
        this.all = all;
        this.buckets = buckets;
        starts = new int[buckets + 1];
        order = new int[buckets == 1 ? 0 : all.size()];
        if (buckets == 1) {
            starts[1] = all.size();
            return;
        }
        for (int i = 0; i < all.size(); i++) {
            starts[all.bucket(i, buckets) + 1]++;
        }
        for (int b = 0; b < buckets; b++) {
            if (starts[b + 1] > room) {
                throw overflow();
            }
            starts[b + 1] += starts[b];
        }
        int[] next = starts.clone();
        for (int i = 0; i < all.size(); i++) {
            order[next[all.bucket(i, buckets)]++] = i;
        }
    }

    static PoyangException overflow() {
        return new PoyangException(
                Okvs.UNLUCKY,
                "the hashes of this run did not spread: a bucket holds more than its room",
                "run the job again");
    }

    /// Bucket b's items.
    Items items(int b) {
        return buckets == 1 ? all : all.ofBucket(order, starts[b], starts[b + 1], buckets);
    }

    /// The number among all of item i of bucket b.
    int number(int b, int i) {
        return buckets == 1 ? i : order[starts[b] + i];
    }
}
