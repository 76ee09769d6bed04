package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import poyang.kernel.Bug;
import poyang.zkp.curves.Curve;

/// The hash Poseidon2 with three elements of state, inside a circuit and outside of it.
///
/// - computes: the permutation with x⁵, 8 full and 56 partial rounds; a hash that takes two elements at a
///   time, whose third element starts as the number of elements times 2^64, so that lengths do not collide
/// - security: 128 bits for both scalar fields, as the paper's table gives the rounds
/// - cost: 240 constraints for each two elements
/// - source: Grassi, Khovratovich, Schofnegger, "Poseidon2", ePrint 2023/323; the constants come from the
///   Grain generator as its appendix fixes it, with field 1, S-box 0, the bits of the order, t = 3
public final class Poseidon2 {
    private static final int STATE = 3;
    private static final int FULL_ROUNDS = 8;
    private static final int PARTIAL_ROUNDS = 56;

    private static final Map<BigInteger, BigInteger[]> CONSTANTS = new ConcurrentHashMap<>();

    private final Api api;
    private final BigInteger[] constants;

    public Poseidon2(Api api) {
        this.api = api;
        constants = constantsOf(api.modulus());
    }

    /// The hash of elements.
    public Variable hash(List<Variable> elements) {
        Bug.unless(!elements.isEmpty(), "something to hash");
        List<Variable> state = List.of(
                api.constant(0),
                api.constant(0),
                api.constant(BigInteger.valueOf(elements.size()).shiftLeft(64)));
        for (int i = 0; i < elements.size(); i += 2) {
            Variable second = i + 1 < elements.size() ? elements.get(i + 1) : api.constant(0);
            state = permute(
                    List.of(api.add(state.get(0), elements.get(i)), api.add(state.get(1), second), state.get(2)));
        }
        return state.get(0);
    }

    /// The hash of integers below the order of the scalar field, outside of a circuit.
    public static BigInteger hash(Curve curve, List<BigInteger> elements) {
        return Poseidon2Values.of(curve).hash(elements);
    }

    List<Variable> permute(List<Variable> input) {
        List<Variable> state = external(new ArrayList<>(input));
        int next = 0;
        for (int round = 0; round < rounds(); round++) {
            boolean full = isFull(round);
            for (int i = 0; i < (full ? STATE : 1); i++) {
                state.set(i, fifthPower(api.add(state.get(i), api.constant(constants[next++]))));
            }
            state = full ? external(state) : internal(state);
        }
        return state;
    }

    private Variable fifthPower(Variable x) {
        Variable square = api.multiply(x, x);
        return api.multiply(api.multiply(square, square), x);
    }

    /// The matrix with two on the diagonal and ones elsewhere.
    private List<Variable> external(List<Variable> state) {
        Variable sum = api.sum(state);
        List<Variable> next = new ArrayList<>();
        for (Variable one : state) {
            next.add(api.add(sum, one));
        }
        return next;
    }

    /// The matrix with (2, 2, 3) on the diagonal and ones elsewhere.
    private List<Variable> internal(List<Variable> state) {
        List<Variable> next = external(state);
        next.set(2, api.add(next.get(2), state.get(2)));
        return next;
    }

    /// The round constants: three for a full round, one for a partial one, in their order.
    private static BigInteger[] constants(BigInteger modulus) {
        Grain grain = new Grain(modulus.bitLength());
        BigInteger[] all = new BigInteger[FULL_ROUNDS * STATE + PARTIAL_ROUNDS];
        for (int i = 0; i < all.length; i++) {
            do {
                all[i] = grain.number(modulus.bitLength());
            } while (all[i].compareTo(modulus) >= 0);
        }
        return all;
    }

    /// The shift register of 80 bits that gives the constants, in self-shrinking mode.
    private static final class Grain {
        private static final int BITS = 80;
        private static final int[] TAPS = {62, 51, 38, 23, 13, 0};
        private static final int SKIPPED = 160;

        private final boolean[] bits = new boolean[BITS];
        private int oldest;

        Grain(int fieldBits) {
            put(1, 2);
            put(0, 4);
            put(fieldBits, 12);
            put(STATE, 12);
            put(FULL_ROUNDS, 10);
            put(PARTIAL_ROUNDS, 10);
            put(-1, 30);
            for (int i = 0; i < SKIPPED; i++) {
                step();
            }
        }

        private void put(int value, int width) {
            for (int i = width - 1; i >= 0; i--) {
                push((value >>> i & 1) == 1);
            }
        }

        private void push(boolean bit) {
            bits[oldest] = bit;
            oldest = (oldest + 1) % BITS;
        }

        private boolean step() {
            boolean bit = false;
            for (int tap : TAPS) {
                bit ^= bits[(oldest + tap) % BITS];
            }
            push(bit);
            return bit;
        }

        /// Of each pair of bits the second counts when the first is set.
        BigInteger number(int width) {
            BigInteger value = BigInteger.ZERO;
            int taken = 0;
            while (taken < width) {
                boolean counts = step();
                boolean bit = step();
                if (counts) {
                    value = value.shiftLeft(1).or(bit ? BigInteger.ONE : BigInteger.ZERO);
                    taken++;
                }
            }
            return value;
        }
    }

    /// The constants of a field, which are computed once.
    static BigInteger[] constantsOf(BigInteger modulus) {
        return CONSTANTS.computeIfAbsent(modulus, Poseidon2::constants);
    }

    static boolean isFull(int round) {
        return round < FULL_ROUNDS / 2 || round >= FULL_ROUNDS / 2 + PARTIAL_ROUNDS;
    }

    static int rounds() {
        return FULL_ROUNDS + PARTIAL_ROUNDS;
    }
}
