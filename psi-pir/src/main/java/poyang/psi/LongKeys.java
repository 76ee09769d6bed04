package poyang.psi;

/// Different 64-bit keys in an array.
public final class LongKeys implements CollisionInput {
    private final long[] keys;

    /// @param keys all different; taken over
    public LongKeys(long[] keys) {
        this.keys = keys;
    }

    @Override
    public int size() {
        return keys.length;
    }

    @Override
    public Items items(byte[] seed, Workers workers) {
        Items.Keys bytes = (i, out, at, room) -> {
            Octets.put(out, at, keys[i], Long.BYTES);
            return Long.BYTES;
        };
        return Items.hash(bytes, keys.length, seed, workers);
    }

    @Override
    public String toString() {
        return "LongKeys[" + keys.length + "]";
    }
}
