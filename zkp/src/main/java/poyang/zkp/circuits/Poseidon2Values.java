package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import poyang.kernel.Bug;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// {@link Poseidon2} on values, for the many hashes of commitments: the same permutation in the field's own
/// arithmetic.
final class Poseidon2Values {
    private static final int STATE = 3;
    private static final Map<Curve, Poseidon2Values> KNOWN = new ConcurrentHashMap<>();

    private final PrimeField f;
    private final int n;
    private final long[] constants;

    private Poseidon2Values(Curve curve) {
        f = curve.scalars();
        n = f.longs();
        BigInteger[] all = Poseidon2.constantsOf(f.modulus());
        constants = new long[all.length * n];
        for (int i = 0; i < all.length; i++) {
            System.arraycopy(f.of(all[i]), 0, constants, i * n, n);
        }
    }

    static Poseidon2Values of(Curve curve) {
        return KNOWN.computeIfAbsent(curve, Poseidon2Values::new);
    }

    BigInteger hash(List<BigInteger> elements) {
        Bug.unless(!elements.isEmpty(), "something to hash");
        long[] state = new long[STATE * n];
        System.arraycopy(f.of(BigInteger.valueOf(elements.size()).shiftLeft(64)), 0, state, 2 * n, n);
        for (int i = 0; i < elements.size(); i++) {
            int at = (i & 1) * n;
            f.add(state, at, state, at, f.of(elements.get(i)), 0);
            if ((i & 1) == 1 || i + 1 == elements.size()) {
                permute(state);
            }
        }
        return f.value(state, 0);
    }

    List<BigInteger> permute(List<BigInteger> input) {
        long[] state = new long[STATE * n];
        for (int i = 0; i < STATE; i++) {
            System.arraycopy(f.of(input.get(i)), 0, state, i * n, n);
        }
        permute(state);
        return List.of(f.value(state, 0), f.value(state, n), f.value(state, 2 * n));
    }

    private void permute(long[] state) {
        long[] t = new long[n];
        mix(state, t);
        int next = 0;
        for (int round = 0; round < Poseidon2.rounds(); round++) {
            boolean full = Poseidon2.isFull(round);
            for (int i = 0; i < (full ? STATE : 1); i++) {
                int at = i * n;
                f.add(state, at, state, at, constants, next * n);
                f.square(t, 0, state, at);
                f.square(t, 0, t, 0);
                f.multiply(state, at, state, at, t, 0);
                next++;
            }
            if (full) {
                mix(state, t);
            } else {
                long[] last = new long[n];
                System.arraycopy(state, 2 * n, last, 0, n);
                mix(state, t);
                f.add(state, 2 * n, state, 2 * n, last, 0);
            }
        }
    }

    /// Adds the sum of all three to each.
    private void mix(long[] state, long[] t) {
        f.add(t, 0, state, 0, state, n);
        f.add(t, 0, t, 0, state, 2 * n);
        for (int i = 0; i < STATE; i++) {
            f.add(state, i * n, state, i * n, t, 0);
        }
    }
}
