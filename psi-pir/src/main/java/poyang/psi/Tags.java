package poyang.psi;

import poyang.kernel.Bug;

/// A set of tags of one length, 6 to 16 bytes, with open addressing. Tags are digests, so their own bits
/// place them.
///
/// Tags have ⌈(40 + log₂(nx·ny))/8⌉ bytes: of nx·ny pairs of different keys some two meet with
/// probability at most 2^-40.
final class Tags {
    static final int STATISTICAL_BITS = 40;
    private static final int LONGEST = 16;

    private final int bytes;
    private final int highBytes;
    private final long[] slots;
    private final int mask;

    /// @param expected how many tags will be added at most
    Tags(int expected, int bytes) {
        Bug.unless(bytes > 0 && bytes <= LONGEST, "a tag has 1 to 16 bytes");
        this.bytes = bytes;
        highBytes = Math.min(8, bytes);
        int capacity = 16;
        while (capacity < expected + expected / 2L) {
            capacity *= 2;
        }
        slots = new long[2 * capacity];
        mask = capacity - 1;
    }

    /// The length of tags for sets of these sizes.
    static int bytes(long receiverKeys, long senderKeys) {
        int bits = STATISTICAL_BITS + logarithm(receiverKeys) + logarithm(senderKeys);
        return Math.min(LONGEST, (bits + 7) / 8);
    }

    /// ⌈log₂ n⌉, 0 for 0.
    private static int logarithm(long n) {
        return n <= 1 ? 0 : 64 - Long.numberOfLeadingZeros(n - 1);
    }

    void addAll(byte[] tags) {
        for (int at = 0; at < tags.length; at += bytes) {
            long high = high(tags, at);
            long low = low(tags, at);
            int slot = find(high, low);
            slots[2 * slot] = high;
            slots[2 * slot + 1] = low;
        }
    }

    boolean contains(byte[] tags, int at) {
        long high = high(tags, at);
        long low = low(tags, at);
        int slot = find(high, low);
        return slots[2 * slot + 1] == low && slots[2 * slot] == high;
    }

    /// The first eight bytes.
    private long high(byte[] tags, int at) {
        return Octets.get(tags, at, highBytes);
    }

    /// The rest, with one more bit, for 0 marks an empty slot.
    private long low(byte[] tags, int at) {
        return bytes == LONGEST
                ? Octets.get(tags, at + highBytes, 8) | 1
                : Octets.get(tags, at + highBytes, bytes - highBytes) << 1 | 1;
    }

    /// The slot that holds the tag, or the empty one where it belongs.
    private int find(long high, long low) {
        int slot = (int) (high ^ high >>> 32) & mask;
        while (slots[2 * slot + 1] != 0 && (slots[2 * slot + 1] != low || slots[2 * slot] != high)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
