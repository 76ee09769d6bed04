package poyang.zkp.curves;

/// A field in which eight elements at a time are computed with, one in each lane of a vector register. Eight
/// elements are {@link #width} doubles: limb by limb, each limb of all eight together.
///
/// Products and differences are not canonical: an element then is any integer of the right residue near zero,
/// with limbs of either sign. Operands of a product are canonical elements, products, or differences of two of
/// them. {@link #canonical} gives the one form in 0 … p − 1 of a product less up to two canonical elements, or of a
/// sum of up to three canonical ones.
///
/// Instances keep scratch space and are for one thread at a time.
abstract sealed class Lanes permits PrimeLanes, QuadraticLanes {
    /// The elements in a vector.
    static final int COUNT = 8;

    /// Doubles of eight elements.
    final int width;

    Lanes(int width) {
        this.width = width;
    }

    /// The lanes of a field.
    static Lanes of(Field field) {
        return switch (field) {
            case QuadraticField quadratic -> new QuadraticLanes(prime(quadratic.base()));
            case PrimeField prime -> prime(prime);
        };
    }

    static PrimeLanes prime(PrimeField field) {
        return field.longs() == 4 ? new Lanes5(field) : new Lanes8(field);
    }

    /// Doubles of one element in arrays that hold elements limb after limb.
    final int limbs() {
        return width / COUNT;
    }

    /// Longs of one element in the field's own arrays.
    abstract int longs();

    /// r = a·b
    abstract void multiply(double[] r, int ro, double[] a, int ao, double[] b, int bo);

    /// r = a²; a is a product or canonical
    abstract void square(double[] r, int ro, double[] a, int ao);

    /// The canonical form, in place.
    abstract void canonical(double[] a, int at);

    /// Takes eight canonical elements from a field's array, each at its offset.
    abstract void load(double[] r, int ro, long[] from, int[] offsets);

    /// Gives eight elements to a field's array, each at its offset.
    abstract void unload(double[] a, int ao, long[] to, int[] offsets);

    /// r = a − b, limb by limb
    final void subtract(double[] r, int ro, double[] a, int ao, double[] b, int bo) {
        LaneMoves.subtract(r, ro, a, ao, b, bo, width);
    }
}
