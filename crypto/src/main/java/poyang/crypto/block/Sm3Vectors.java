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
    static final int EXPANDED = 68;

    private Sm3Vectors() {}

    /// @param state eight transposed words, replaced
    /// @param w sixteen transposed message words in room for 68
    static void compress(int[] state, int[] w) {
        for (int j = 16; j < EXPANDED; j++) {
            IntVector x = at(w, j - 16)
                    .lanewise(XOR, at(w, j - 9))
                    .lanewise(XOR, at(w, j - 3).lanewise(ROL, 15));
            x = x.lanewise(XOR, x.lanewise(ROL, 15)).lanewise(XOR, x.lanewise(ROL, 23));
            x.lanewise(XOR, at(w, j - 13).lanewise(ROL, 7))
                    .lanewise(XOR, at(w, j - 6))
                    .intoArray(w, j * LANES);
        }
        rounds(state, w);
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

    private static void rounds(int[] state, int[] w) {
        IntVector a = at(state, 0);
        IntVector b = at(state, 1);
        IntVector c = at(state, 2);
        IntVector d = at(state, 3);
        IntVector e = at(state, 4);
        IntVector f = at(state, 5);
        IntVector g = at(state, 6);
        IntVector h = at(state, 7);
        IntVector word;
        IntVector r;
        IntVector s;
        IntVector x;
        for (int j = 0; j < 16; j += 4) {
            word = IntVector.fromArray(SPECIES, w, j * LANES);
            r = a.lanewise(ROL, 12);
            s = r.add(e).add(Sm3Compression.ROUND[j]).lanewise(ROL, 7);
            x = parity(e, f, g).add(h).add(s).add(word);
            d = d.add(parity(a, b, c))
                    .add(s.lanewise(XOR, r))
                    .add(word.lanewise(XOR, IntVector.fromArray(SPECIES, w, (j + 4) * LANES)));
            b = b.lanewise(ROL, 9);
            f = f.lanewise(ROL, 19);
            h = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
            word = IntVector.fromArray(SPECIES, w, (j + 1) * LANES);
            r = d.lanewise(ROL, 12);
            s = r.add(h).add(Sm3Compression.ROUND[j + 1]).lanewise(ROL, 7);
            x = parity(h, e, f).add(g).add(s).add(word);
            c = c.add(parity(d, a, b))
                    .add(s.lanewise(XOR, r))
                    .add(word.lanewise(XOR, IntVector.fromArray(SPECIES, w, (j + 5) * LANES)));
            a = a.lanewise(ROL, 9);
            e = e.lanewise(ROL, 19);
            g = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
            word = IntVector.fromArray(SPECIES, w, (j + 2) * LANES);
            r = c.lanewise(ROL, 12);
            s = r.add(g).add(Sm3Compression.ROUND[j + 2]).lanewise(ROL, 7);
            x = parity(g, h, e).add(f).add(s).add(word);
            b = b.add(parity(c, d, a))
                    .add(s.lanewise(XOR, r))
                    .add(word.lanewise(XOR, IntVector.fromArray(SPECIES, w, (j + 6) * LANES)));
            d = d.lanewise(ROL, 9);
            h = h.lanewise(ROL, 19);
            f = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
            word = IntVector.fromArray(SPECIES, w, (j + 3) * LANES);
            r = b.lanewise(ROL, 12);
            s = r.add(f).add(Sm3Compression.ROUND[j + 3]).lanewise(ROL, 7);
            x = parity(f, g, h).add(e).add(s).add(word);
            a = a.add(parity(b, c, d))
                    .add(s.lanewise(XOR, r))
                    .add(word.lanewise(XOR, IntVector.fromArray(SPECIES, w, (j + 7) * LANES)));
            c = c.lanewise(ROL, 9);
            g = g.lanewise(ROL, 19);
            e = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
        }
        for (int j = 16; j < 64; j += 4) {
            word = IntVector.fromArray(SPECIES, w, j * LANES);
            r = a.lanewise(ROL, 12);
            s = r.add(e).add(Sm3Compression.ROUND[j]).lanewise(ROL, 7);
            x = choose(e, f, g).add(h).add(s).add(word);
            d = d.add(majority(a, b, c))
                    .add(s.lanewise(XOR, r))
                    .add(word.lanewise(XOR, IntVector.fromArray(SPECIES, w, (j + 4) * LANES)));
            b = b.lanewise(ROL, 9);
            f = f.lanewise(ROL, 19);
            h = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
            word = IntVector.fromArray(SPECIES, w, (j + 1) * LANES);
            r = d.lanewise(ROL, 12);
            s = r.add(h).add(Sm3Compression.ROUND[j + 1]).lanewise(ROL, 7);
            x = choose(h, e, f).add(g).add(s).add(word);
            c = c.add(majority(d, a, b))
                    .add(s.lanewise(XOR, r))
                    .add(word.lanewise(XOR, IntVector.fromArray(SPECIES, w, (j + 5) * LANES)));
            a = a.lanewise(ROL, 9);
            e = e.lanewise(ROL, 19);
            g = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
            word = IntVector.fromArray(SPECIES, w, (j + 2) * LANES);
            r = c.lanewise(ROL, 12);
            s = r.add(g).add(Sm3Compression.ROUND[j + 2]).lanewise(ROL, 7);
            x = choose(g, h, e).add(f).add(s).add(word);
            b = b.add(majority(c, d, a))
                    .add(s.lanewise(XOR, r))
                    .add(word.lanewise(XOR, IntVector.fromArray(SPECIES, w, (j + 6) * LANES)));
            d = d.lanewise(ROL, 9);
            h = h.lanewise(ROL, 19);
            f = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
            word = IntVector.fromArray(SPECIES, w, (j + 3) * LANES);
            r = b.lanewise(ROL, 12);
            s = r.add(f).add(Sm3Compression.ROUND[j + 3]).lanewise(ROL, 7);
            x = choose(f, g, h).add(e).add(s).add(word);
            a = a.add(majority(b, c, d))
                    .add(s.lanewise(XOR, r))
                    .add(word.lanewise(XOR, IntVector.fromArray(SPECIES, w, (j + 7) * LANES)));
            c = c.lanewise(ROL, 9);
            g = g.lanewise(ROL, 19);
            e = x.lanewise(XOR, x.lanewise(ROL, 9)).lanewise(XOR, x.lanewise(ROL, 17));
        }
        at(state, 0).lanewise(XOR, a).intoArray(state, 0 * LANES);
        at(state, 1).lanewise(XOR, b).intoArray(state, 1 * LANES);
        at(state, 2).lanewise(XOR, c).intoArray(state, 2 * LANES);
        at(state, 3).lanewise(XOR, d).intoArray(state, 3 * LANES);
        at(state, 4).lanewise(XOR, e).intoArray(state, 4 * LANES);
        at(state, 5).lanewise(XOR, f).intoArray(state, 5 * LANES);
        at(state, 6).lanewise(XOR, g).intoArray(state, 6 * LANES);
        at(state, 7).lanewise(XOR, h).intoArray(state, 7 * LANES);
    }
}
