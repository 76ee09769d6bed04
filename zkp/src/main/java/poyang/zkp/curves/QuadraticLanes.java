package poyang.zkp.curves;

/// {@link QuadraticField} eight elements at a time. Products are brought near to zero, since they are differences of
/// several.
final class QuadraticLanes extends Lanes {
    private final PrimeLanes base;
    private final int n;
    private final double[] zero;
    private final double[] s;
    private final double[] t;
    private final double[] v;
    private final double[] w;

    QuadraticLanes(PrimeLanes base) {
        super(2 * base.width);
        this.base = base;
        n = base.width;
        zero = new double[n];
        s = new double[n];
        t = new double[n];
        v = new double[n];
        w = new double[n];
    }

    @Override
    int longs() {
        return 2 * base.longs();
    }

    /// r = a₀ + a₁, near to zero
    private void joined(double[] r, double[] a, int ao) {
        base.subtract(r, 0, zero, 0, a, ao);
        base.subtract(r, 0, a, ao + n, r, 0);
        base.centre(r, 0);
    }

    @Override
    void multiply(double[] r, int ro, double[] a, int ao, double[] b, int bo) {
        joined(s, a, ao);
        joined(t, b, bo);
        base.multiply(s, 0, s, 0, t, 0);
        base.multiply(v, 0, a, ao, b, bo);
        base.multiply(w, 0, a, ao + n, b, bo + n);
        base.subtract(s, 0, s, 0, v, 0);
        base.subtract(r, ro + n, s, 0, w, 0);
        base.subtract(r, ro, v, 0, w, 0);
        base.centre(r, ro);
        base.centre(r, ro + n);
    }

    @Override
    void square(double[] r, int ro, double[] a, int ao) {
        joined(s, a, ao);
        base.subtract(t, 0, a, ao, a, ao + n);
        base.multiply(v, 0, a, ao, a, ao + n);
        base.multiply(r, ro, s, 0, t, 0);
        base.subtract(t, 0, zero, 0, v, 0);
        base.subtract(r, ro + n, v, 0, t, 0);
        base.centre(r, ro + n);
    }

    @Override
    void canonical(double[] a, int at) {
        base.canonical(a, at);
        base.canonical(a, at + n);
    }

    @Override
    void load(double[] r, int ro, long[] from, int[] offsets) {
        base.load(r, ro, from, offsets);
        base.load(r, ro + n, from, further(offsets));
    }

    @Override
    void unload(double[] a, int ao, long[] to, int[] offsets) {
        base.unload(a, ao, to, offsets);
        base.unload(a, ao + n, to, further(offsets));
    }

    private int[] further(int[] offsets) {
        int[] second = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
            second[i] = offsets[i] + base.longs();
        }
        return second;
    }
}
