package poyang.crypto.block;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// SM3's compression function on as many states as a vector has lanes. Words and states are transposed:
/// word j of lane l stands at j·LANES + l.
final class Sm3Vectors {
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    /// Words of room for a compression.
    static final int ROOM = (Sm3Compression.EXPANDED + Sm3Compression.WORDS) * LANES;

    private Sm3Vectors() {}

    /// @param state eight transposed words, replaced
    /// @param w sixteen transposed message words in so much {@link #ROOM}
    static void compress(int[] state, int[] w) {
        expand(w);
        int before = Sm3Compression.EXPANDED * LANES;
        System.arraycopy(state, 0, w, before, state.length);
        firstRounds(state, w);
        lastRounds(state, w);
        for (int i = 0; i < state.length; i++) {
            state[i] ^= w[before + i];
        }
    }

    private static void expand(int[] w) {
        for (int j = 16; j < Sm3Compression.EXPANDED; j++) {
            IntVector x = at(w, j - 16)
                    .lanewise(XOR, at(w, j - 9))
                    .lanewise(XOR, at(w, j - 3).lanewise(ROL, 15));
            x = x.lanewise(XOR, x.lanewise(ROL, 15)).lanewise(XOR, x.lanewise(ROL, 23));
            x.lanewise(XOR, at(w, j - 13).lanewise(ROL, 7))
                    .lanewise(XOR, at(w, j - 6))
                    .intoArray(w, j * LANES);
        }
    }

    private static IntVector at(int[] words, int j) {
        return IntVector.fromArray(SPECIES, words, j * LANES);
    }

    private static IntVector parity(IntVector a, IntVector b, IntVector c) {
        return a.lanewise(XOR, b).lanewise(XOR, c);
    }

    private static IntVector majority(IntVector a, IntVector b, IntVector c) {
        return a.lanewise(AND, b).lanewise(OR, c.lanewise(AND, a.lanewise(OR, b)));
    }

    private static IntVector choose(IntVector e, IntVector f, IntVector g) {
        return g.lanewise(XOR, e.lanewise(AND, f.lanewise(XOR, g)));
    }

    /// Rounds 0 to 15. One round a turn, one method for each kind, and no helper outside the loop: the
    /// compiler stops inlining vector operations in methods that hold many of them, and does not inline
    /// what is called rarely, which leaves it without the vectors' shape.
    private static void firstRounds(int[] state, int[] w) {
        IntVector a = IntVector.fromArray(SPECIES, state, 0);
        IntVector b = IntVector.fromArray(SPECIES, state, LANES);
        IntVector c = IntVector.fromArray(SPECIES, state, 2 * LANES);
        IntVector d = IntVector.fromArray(SPECIES, state, 3 * LANES);
        IntVector e = IntVector.fromArray(SPECIES, state, 4 * LANES);
        IntVector f = IntVector.fromArray(SPECIES, state, 5 * LANES);
        IntVector g = IntVector.fromArray(SPECIES, state, 6 * LANES);
        IntVector h = IntVector.fromArray(SPECIES, state, 7 * LANES);
        for (int j = 0; j < 16; j++) {
            IntVector word = at(w, j);
            IntVector r = a.lanewise(ROL, 12);
            IntVector s = r.add(e).add(Sm3Compression.ROUND[j]).lanewise(ROL, 7);
            IntVector x = parity(e, f, g).add(h).add(s).add(word);
            IntVector next = parity(a, b, c).add(d).add(s.lanewise(XOR, r)).add(word.lanewise(XOR, at(w, j + 4)));
            d = c;
            c = b.lanewise(ROL, 9);
            b = a;
            a = next;
            h = g;
            g = f.lanewise(ROL, 19);
            f = e;
            e = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
        }
        a.intoArray(state, 0);
        b.intoArray(state, LANES);
        c.intoArray(state, 2 * LANES);
        d.intoArray(state, 3 * LANES);
        e.intoArray(state, 4 * LANES);
        f.intoArray(state, 5 * LANES);
        g.intoArray(state, 6 * LANES);
        h.intoArray(state, 7 * LANES);
    }

    /// Rounds 16 to 63.
    private static void lastRounds(int[] state, int[] w) {
        IntVector a = IntVector.fromArray(SPECIES, state, 0);
        IntVector b = IntVector.fromArray(SPECIES, state, LANES);
        IntVector c = IntVector.fromArray(SPECIES, state, 2 * LANES);
        IntVector d = IntVector.fromArray(SPECIES, state, 3 * LANES);
        IntVector e = IntVector.fromArray(SPECIES, state, 4 * LANES);
        IntVector f = IntVector.fromArray(SPECIES, state, 5 * LANES);
        IntVector g = IntVector.fromArray(SPECIES, state, 6 * LANES);
        IntVector h = IntVector.fromArray(SPECIES, state, 7 * LANES);
        for (int j = 16; j < 64; j++) {
            IntVector word = at(w, j);
            IntVector r = a.lanewise(ROL, 12);
            IntVector s = r.add(e).add(Sm3Compression.ROUND[j]).lanewise(ROL, 7);
            IntVector x = choose(e, f, g).add(h).add(s).add(word);
            IntVector next = majority(a, b, c).add(d).add(s.lanewise(XOR, r)).add(word.lanewise(XOR, at(w, j + 4)));
            d = c;
            c = b.lanewise(ROL, 9);
            b = a;
            a = next;
            h = g;
            g = f.lanewise(ROL, 19);
            f = e;
            e = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
        }
        a.intoArray(state, 0);
        b.intoArray(state, LANES);
        c.intoArray(state, 2 * LANES);
        d.intoArray(state, 3 * LANES);
        e.intoArray(state, 4 * LANES);
        f.intoArray(state, 5 * LANES);
        g.intoArray(state, 6 * LANES);
        h.intoArray(state, 7 * LANES);
    }
}
