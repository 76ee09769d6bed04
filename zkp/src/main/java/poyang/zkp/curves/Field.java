package poyang.zkp.curves;

import java.util.Arrays;
import poyang.kernel.Bug;

/// A field whose elements are {@link #longs} longs at an offset of an array. Results may overwrite
/// operands. Elements that methods take must be canonical; what they give is.
public abstract sealed class Field permits PrimeField, QuadraticField {
    private final int longs;

    Field(int longs) {
        this.longs = longs;
    }

    /// The longs of one element.
    public final int longs() {
        return longs;
    }

    /// r = a·b
    public abstract void multiply(long[] r, int ro, long[] a, int ao, long[] b, int bo);

    /// r = a²
    public abstract void square(long[] r, int ro, long[] a, int ao);

    /// r = a + b
    public abstract void add(long[] r, int ro, long[] a, int ao, long[] b, int bo);

    /// r = a − b
    public abstract void subtract(long[] r, int ro, long[] a, int ao, long[] b, int bo);

    /// r = 1/a
    ///
    /// - rejects: zero, as a `Bug`
    public abstract void invert(long[] r, int ro, long[] a, int ao);

    /// r = 1
    public abstract void one(long[] r, int ro);

    /// The same field for another thread.
    abstract Field fork();

    /// r = −a
    public final void negate(long[] r, int ro, long[] a, int ao) {
        subtract(r, ro, new long[longs], 0, a, ao);
    }

    public final boolean isZero(long[] a, int ao) {
        long all = 0;
        for (int i = 0; i < longs; i++) {
            all |= a[ao + i];
        }
        return all == 0;
    }

    public final boolean equal(long[] a, int ao, long[] b, int bo) {
        return Arrays.equals(a, ao, ao + longs, b, bo, bo + longs);
    }

    /// Inverts `count` elements in place with one inversion and 3·(count − 1) products (Montgomery, Math.
    /// Comp. 48 (1987)); zeros stay zeros.
    public final void invertAll(long[] a, int count) {
        long[] products = new long[(count + 1) * longs];
        long[] t = new long[longs];
        one(products, 0);
        for (int i = 0; i < count; i++) {
            if (isZero(a, i * longs)) {
                System.arraycopy(products, i * longs, products, (i + 1) * longs, longs);
            } else {
                multiply(products, (i + 1) * longs, products, i * longs, a, i * longs);
            }
        }
        long[] inverse = new long[longs];
        invert(inverse, 0, products, count * longs);
        for (int i = count - 1; i >= 0; i--) {
            if (!isZero(a, i * longs)) {
                multiply(t, 0, inverse, 0, products, i * longs);
                multiply(inverse, 0, inverse, 0, a, i * longs);
                System.arraycopy(t, 0, a, i * longs, longs);
            }
        }
    }

    static void mustNotBeZero(boolean zero) {
        Bug.unless(!zero, "zero has no inverse");
    }
}
