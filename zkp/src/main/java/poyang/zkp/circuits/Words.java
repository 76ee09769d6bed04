package poyang.zkp.circuits;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Words of 32 bits in a circuit, as lists of bits with the lowest first, for hash functions.
final class Words {
    static final int BITS = 32;

    private final Api api;

    Words(Api api) {
        this.api = api;
    }

    List<Variable> constant(int word) {
        List<Variable> bits = new ArrayList<>();
        for (int i = 0; i < BITS; i++) {
            bits.add(api.constant(word >>> i & 1));
        }
        return bits;
    }

    static List<Variable> rotateLeft(List<Variable> word, int count) {
        List<Variable> rotated = new ArrayList<>(word);
        Collections.rotate(rotated, count % BITS);
        return rotated;
    }

    List<Variable> xor(List<Variable> a, List<Variable> b) {
        List<Variable> bits = new ArrayList<>();
        for (int i = 0; i < BITS; i++) {
            bits.add(api.xor(a.get(i), b.get(i)));
        }
        return bits;
    }

    /// The bitwise parity of words, or of small sums of bits, whose total is below 2^width.
    final List<Variable> parity(int width, List<List<Variable>> words) {
        List<Variable> bits = new ArrayList<>();
        for (int i = 0; i < BITS; i++) {
            Variable sum = api.constant(0);
            for (List<Variable> word : words) {
                sum = api.add(sum, word.get(i));
            }
            bits.add(api.parity(sum, width));
        }
        return bits;
    }

    /// The bitwise sums of words, no longer bits.
    List<Variable> sums(List<List<Variable>> words) {
        List<Variable> sums = new ArrayList<>();
        for (int i = 0; i < BITS; i++) {
            Variable sum = api.constant(0);
            for (List<Variable> word : words) {
                sum = api.add(sum, word.get(i));
            }
            sums.add(sum);
        }
        return sums;
    }

    /// Where a is set the bit of b, elsewhere that of c.
    List<Variable> choose(List<Variable> a, List<Variable> b, List<Variable> c) {
        List<Variable> bits = new ArrayList<>();
        for (int i = 0; i < BITS; i++) {
            bits.add(api.select(a.get(i), b.get(i), c.get(i)));
        }
        return bits;
    }

    /// The majority of three bits: with t = a·b, it is t + c·(a + b − 2t).
    List<Variable> majority(List<Variable> a, List<Variable> b, List<Variable> c) {
        List<Variable> bits = new ArrayList<>();
        for (int i = 0; i < BITS; i++) {
            Variable both = api.multiply(a.get(i), b.get(i));
            Variable differ = api.subtract(api.add(a.get(i), b.get(i)), api.scale(both, 2));
            bits.add(api.add(both, api.multiply(c.get(i), differ)));
        }
        return bits;
    }

    Variable value(List<Variable> word) {
        return api.fromBits(word);
    }

    /// The low 32 bits of a sum of `count` words, at most eight.
    List<Variable> low(Variable sum, int count) {
        int carries = BITS - Integer.numberOfLeadingZeros(count - 1);
        if (api.isConstant(sum)) {
            return api.constantBits(sum, BITS);
        }
        return api.toBits(sum, BITS + carries).subList(0, BITS);
    }
}
