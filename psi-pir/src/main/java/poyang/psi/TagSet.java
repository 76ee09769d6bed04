package poyang.psi;

import java.nio.ByteBuffer;

/// A set of 128-bit tags with open addressing; tags are digests, so their own bits place them.
final class TagSet {
    private final long[] slots;
    private final int mask;

    TagSet(int expected) {
        int capacity = Math.max(16, Integer.highestOneBit(Math.max(1, expected)) * 4);
        slots = new long[2 * capacity];
        mask = capacity - 1;
    }

    void addAll(byte[] tags) {
        for (int at = 0; at < tags.length; at += CollisionProtocol.TAG_BYTES) {
            ByteBuffer tag = ByteBuffer.wrap(tags, at, CollisionProtocol.TAG_BYTES);
            long high = tag.getLong();
            long low = tag.getLong();
            int slot = find(high, low);
            slots[2 * slot] = high;
            slots[2 * slot + 1] = low;
        }
    }

    boolean contains(byte[] tags, int at) {
        ByteBuffer tag = ByteBuffer.wrap(tags, at, CollisionProtocol.TAG_BYTES);
        long high = tag.getLong();
        long low = tag.getLong();
        int slot = find(high, low);
        return slots[2 * slot] == high && slots[2 * slot + 1] == low && (high | low) != 0;
    }

    /// The slot that holds the tag, or the empty one where it belongs. The all-zero tag marks empty
    /// slots; a digest is that with probability 2^-128.
    private int find(long high, long low) {
        int slot = (int) high & mask;
        while ((slots[2 * slot] | slots[2 * slot + 1]) != 0
                && (slots[2 * slot] != high || slots[2 * slot + 1] != low)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
