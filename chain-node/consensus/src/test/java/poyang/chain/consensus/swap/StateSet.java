package poyang.chain.consensus.swap;

/// A set of numbers other than 0, by open addressing.
final class StateSet {
    private long[] slots = new long[1 << 16];
    private int size;

    boolean add(long state) {
        if (size * 2 > slots.length) {
            long[] old = slots;
            slots = new long[old.length * 2];
            for (long known : old) {
                if (known != 0) {
                    put(known);
                }
            }
        }
        boolean added = put(state);
        size += added ? 1 : 0;
        return added;
    }

    private boolean put(long state) {
        int mask = slots.length - 1;
        long mixed = state * 0x9E3779B97F4A7C15L;
        int at = (int) (mixed >>> 32) & mask;
        while (slots[at] != 0) {
            if (slots[at] == state) {
                return false;
            }
            at = (at + 1) & mask;
        }
        slots[at] = state;
        return true;
    }

    int size() {
        return size;
    }
}
