package poyang.zkp.circuits;

import java.util.Arrays;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// A rank-1 constraint system: (A·w) ∘ (B·w) = C·w for the vector w of the wires' values, whose first is
/// one and whose next are public.
///
/// @param curve over whose scalar field it is
/// @param wires how many wires, the constant one included
/// @param publicWires how many of them are public, the constant one excluded
/// @param constraints how many rows the matrices have
public record R1cs(
        Curve curve, int wires, int publicWires, int constraints, SparseMatrix a, SparseMatrix b, SparseMatrix c) {

    /// The first constraint that the wires' values, as elements, do not satisfy, or −1.
    public int firstUnsatisfied(long[] values) {
        PrimeField f = curve.scalars();
        int n = f.longs();
        if (!Arrays.equals(values, 0, n, f.of(1), 0, n)) {
            return 0;
        }
        long[] left = new long[constraints * n];
        long[] right = new long[constraints * n];
        long[] out = new long[constraints * n];
        a.multiply(values, left);
        b.multiply(values, right);
        c.multiply(values, out);
        long[] product = new long[n];
        for (int i = 0; i < constraints; i++) {
            f.multiply(product, 0, left, i * n, right, i * n);
            if (!f.equal(product, 0, out, i * n)) {
                return i;
            }
        }
        return -1;
    }
}
