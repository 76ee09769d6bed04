package poyang.mpc.vole;

/// The sender's half of a correlation c = b + a·Δ: Δ ∈ F, and b, with as many elements of F as the
/// length.
///
/// - secrecy: both are secret. Never printed
public final class SenderShare {
    private final long[] key;
    private final long[] b;

    SenderShare(long[] key, long[] b) {
        this.key = key;
        this.b = b;
    }

    public int length() {
        return b.length / 2;
    }

    /// The first limb of Δ, canonical.
    public long key0() {
        return key[0];
    }

    /// The second limb of Δ, canonical.
    public long key1() {
        return key[1];
    }

    /// b: limbs 2i and 2i+1 of element i, canonical. The array is the caller's, who may change it.
    public long[] b() {
        return b;
    }

    @Override
    public String toString() {
        return "SenderShare[" + length() + "]";
    }
}
