package poyang.homomorphic.rlwe;

import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ntt;

/// Integers to slots and back: slot i of the first row is the value at ψ^(3^i), of the second row
/// at ψ^(−3^i).
final class BfvEncoder {
    private final Modulus plain;
    private final Ntt transform;
    private final int[] place;

    BfvEncoder(BfvParameters parameters) {
        plain = parameters.plain();
        transform = parameters.plainTransform();
        place = places(parameters.degree());
    }

    /// Where the transform keeps the value of each slot.
    static int[] places(int degree) {
        int[] exponents = Ntt.exponents(degree);
        int[] at = new int[2 * degree];
        for (int i = 0; i < degree; i++) {
            at[exponents[i]] = i;
        }
        int[] places = new int[degree];
        int power = 1;
        for (int i = 0; i < degree / 2; i++) {
            places[i] = at[power];
            places[i + degree / 2] = at[2 * degree - power];
            power = power * RotationKeys.GENERATOR & (2 * degree - 1);
        }
        return places;
    }

    /// @throws poyang.kernel.PoyangException `BAD_PLAINTEXT` for too many slots, or values out of
    ///     range
    void check(long[] slots) {
        if (slots.length > place.length) {
            throw BfvParameters.badPlaintext(
                    slots.length + " numbers do not fit", "there are " + place.length + " slots");
        }
        long bound = plain.value() / 2;
        for (long slot : slots) {
            if (slot > bound || slot < -bound) {
                throw BfvParameters.badPlaintext(
                        "a number is out of range", "it must be from " + -bound + " to " + bound);
            }
        }
    }

    BfvPlaintext encode(long[] slots) {
        check(slots);
        double[] values = new double[place.length];
        for (int i = 0; i < slots.length; i++) {
            values[place[i]] = slots[i];
        }
        transform.inverse(values);
        return new BfvPlaintext(centred(values));
    }

    private double[] centred(double[] row) {
        for (int i = 0; i < row.length; i++) {
            row[i] = plain.centred(plain.canonical(row[i]));
        }
        return row;
    }

    long[] decode(BfvPlaintext plaintext) {
        double[] values = plaintext.coefficients().clone();
        transform.forward(values);
        long[] slots = new long[place.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = (long) plain.centred(plain.canonical(values[place[i]]));
        }
        return slots;
    }
}
