package poyang.mpc.vole;

/// The receiver's half of a correlation c = b + a·Δ: a over the prime field or over F, pseudorandom to
/// the sender, and c ∈ F.
///
/// - secrecy: both are secret. Never printed
public final class ReceiverShare {
    private final long[] a;
    private final long[] c;

    ReceiverShare(long[] a, long[] c) {
        this.a = a;
        this.c = c;
    }

    public int length() {
        return c.length / 2;
    }

    /// a: one element of the prime field each, or the two limbs of one of F as in {@link #c}, canonical.
    /// The array is the caller's, who may change it.
    public long[] a() {
        return a;
    }

    /// c: limbs 2i and 2i+1 of element i, canonical. The array is the caller's, who may change it.
    public long[] c() {
        return c;
    }

    @Override
    public String toString() {
        return "ReceiverShare[" + length() + "]";
    }
}
