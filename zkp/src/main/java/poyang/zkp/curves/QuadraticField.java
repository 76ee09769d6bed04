package poyang.zkp.curves;

/// The field that F_p and a root u of −1 make; an element a + b·u is a ‖ b.
///
/// An instance keeps scratch space and is for one thread at a time; {@link #fork} gives another.
///
/// Cost: a product is three products of the base field (Karatsuba), a square two.
public final class QuadraticField extends Field {
    private final PrimeField base;
    private final int n;
    private final long[] s;
    private final long[] t;
    private final long[] v;
    private final long[] w;

    QuadraticField(PrimeField base) {
        super(2 * base.longs());
        this.base = base;
        n = base.longs();
        s = new long[n];
        t = new long[n];
        v = new long[n];
        w = new long[n];
    }

    @Override
    Field fork() {
        return new QuadraticField(base);
    }

    @Override
    public void multiply(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        base.add(s, 0, a, ao, a, ao + n);
        base.add(t, 0, b, bo, b, bo + n);
        base.multiply(s, 0, s, 0, t, 0);
        base.multiply(v, 0, a, ao, b, bo);
        base.multiply(w, 0, a, ao + n, b, bo + n);
        base.subtract(s, 0, s, 0, v, 0);
        base.subtract(r, ro + n, s, 0, w, 0);
        base.subtract(r, ro, v, 0, w, 0);
    }

    @Override
    public void square(long[] r, int ro, long[] a, int ao) {
        base.add(s, 0, a, ao, a, ao + n);
        base.subtract(t, 0, a, ao, a, ao + n);
        base.multiply(v, 0, a, ao, a, ao + n);
        base.multiply(r, ro, s, 0, t, 0);
        base.add(r, ro + n, v, 0, v, 0);
    }

    @Override
    public void add(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        base.add(r, ro, a, ao, b, bo);
        base.add(r, ro + n, a, ao + n, b, bo + n);
    }

    @Override
    public void subtract(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        base.subtract(r, ro, a, ao, b, bo);
        base.subtract(r, ro + n, a, ao + n, b, bo + n);
    }

    @Override
    public void invert(long[] r, int ro, long[] a, int ao) {
        mustNotBeZero(isZero(a, ao));
        base.square(s, 0, a, ao);
        base.square(t, 0, a, ao + n);
        base.add(s, 0, s, 0, t, 0);
        base.invert(s, 0, s, 0);
        base.multiply(r, ro, a, ao, s, 0);
        base.multiply(t, 0, a, ao + n, s, 0);
        base.negate(r, ro + n, t, 0);
    }

    @Override
    public void one(long[] r, int ro) {
        base.one(r, ro);
        java.util.Arrays.fill(r, ro + n, ro + 2 * n, 0);
    }

    /// r = a − b·u for a + b·u, which is its p-th power.
    void conjugate(long[] r, int ro, long[] a, int ao) {
        System.arraycopy(a, ao, r, ro, n);
        base.negate(r, ro + n, a, ao + n);
    }

    /// r = a·k with k in the base field
    void scale(long[] r, int ro, long[] a, int ao, long[] k, int ko) {
        base.multiply(s, 0, k, ko, a, ao);
        base.multiply(t, 0, k, ko, a, ao + n);
        System.arraycopy(s, 0, r, ro, n);
        System.arraycopy(t, 0, r, ro + n, n);
    }

    PrimeField base() {
        return base;
    }
}
