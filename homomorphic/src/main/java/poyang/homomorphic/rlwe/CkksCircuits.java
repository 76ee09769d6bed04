package poyang.homomorphic.rlwe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bug;

/// Products with matrices and polynomials in every slot, from single operations.
final class CkksCircuits {
    private CkksCircuits() {}

    /// By diagonals, small rotations of the vector and large ones of sums.
    ///
    /// - cost: about 2·√d rotations and d products with plaintexts for a d×d matrix
    /// - source: Halevi and Shoup, CRYPTO 2018, section 4
    static CkksCiphertext matrix(Ckks ckks, double[][] matrix, CkksCiphertext vector, RotationKeys keys) {
        int columns = 1;
        for (double[] row : matrix) {
            columns = Math.max(columns, row.length);
        }
        int size = Integer.highestOneBit(Math.max(1, 2 * Math.max(matrix.length, columns) - 1));
        int slots = ckks.parameters().slots();
        if (size > slots) {
            throw BfvParameters.badPlaintext(
                    "the matrix has " + matrix.length + " rows and " + columns + " columns",
                    "at most " + slots + " fit");
        }
        int small = Integer.highestOneBit((int) Math.ceil(Math.sqrt(size)));
        List<CkksCiphertext> turned = new ArrayList<>();
        for (int i = 0; i < small; i++) {
            turned.add(ckks.rotate(vector, i, keys));
        }
        CkksCiphertext sum = null;
        for (int large = 0; large < size; large += small) {
            CkksProduct part = null;
            for (int i = 0; i < small; i++) {
                double[] diagonal = diagonal(matrix, size, large + i, large, slots);
                CkksPlaintext factor = ckks.plaintext(diagonal, new double[slots], vector.level());
                CkksProduct product = ckks.times(turned.get(i), factor);
                part = part == null ? product : ckks.sum(part, product);
            }
            if (part != null) {
                CkksCiphertext moved = ckks.rotate(ckks.rescale(part), large, keys);
                sum = sum == null ? moved : ckks.add(sum, moved);
            }
        }
        if (sum == null) {
            throw new Bug("a matrix without a diagonal");
        }
        return sum;
    }

    /// Diagonal k of the matrix, turned back by `shift`, repeated over the slots.
    private static double[] diagonal(double[][] matrix, int size, int k, int shift, int slots) {
        double[] out = new double[slots];
        for (int i = 0; i < slots; i++) {
            int row = Math.floorMod(i - shift, size);
            int column = (row + k) % size;
            out[i] = row < matrix.length && column < matrix[row].length ? matrix[row][column] : 0;
        }
        return out;
    }

    /// A polynomial, or a constant that needs no ciphertext.
    private record Part(@Nullable CkksCiphertext slots, double constant) {}

    /// By halves: high·x^(2^k) + low.
    static CkksCiphertext polynomial(Ckks ckks, double[] coefficients, CkksCiphertext x, RelinearisationKey key) {
        int length = 1;
        while (length < coefficients.length) {
            length *= 2;
        }
        List<CkksCiphertext> powers = new ArrayList<>(List.of(x));
        for (int power = 4; power <= length; power *= 2) {
            CkksCiphertext last = powers.getLast();
            powers.add(ckks.multiply(last, last, key));
        }
        Part all = part(ckks, Arrays.copyOf(coefficients, length), powers, key);
        if (all.slots() != null) {
            return all.slots();
        }
        CkksCiphertext nothing = ckks.subtract(x, x);
        return ckks.add(nothing, constants(ckks, all.constant()));
    }

    private static double[] constants(Ckks ckks, double value) {
        double[] slots = new double[ckks.parameters().slots()];
        Arrays.fill(slots, value);
        return slots;
    }

    private static Part part(Ckks ckks, double[] coefficients, List<CkksCiphertext> powers, RelinearisationKey key) {
        if (coefficients.length == 1) {
            return new Part(null, coefficients[0]);
        }
        int half = coefficients.length / 2;
        Part low = part(ckks, Arrays.copyOf(coefficients, half), powers, key);
        Part high = part(ckks, Arrays.copyOfRange(coefficients, half, coefficients.length), powers, key);
        CkksCiphertext power = powers.get(Integer.numberOfTrailingZeros(half));
        CkksCiphertext product;
        if (high.slots() != null) {
            product = ckks.multiply(high.slots(), power, key);
        } else if (high.constant() != 0) {
            product = ckks.multiply(power, constants(ckks, high.constant()));
        } else {
            return low;
        }
        if (low.slots() != null) {
            return new Part(ckks.add(product, low.slots()), 0);
        }
        return new Part(low.constant() == 0 ? product : ckks.add(product, constants(ckks, low.constant())), 0);
    }
}
