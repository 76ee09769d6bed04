package poyang.homomorphic.ring;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// The transforms on vectors of doubles, two stages a pass; the last three stages forward and the
/// first
/// three backward take eight blocks of eight side by side, so that no lane meets its neighbour.
///
/// Bounds and order of operations are those of {@link ScalarTransform}.
final class VectorTransform {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED.length() > Twiddles.BLOCK
            ? DoubleVector.SPECIES_512
            : DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int PIECE = 512;

    /// Does one vector hold a place of all blocks of a tile? Then tiles are transposed on the way.
    private static final boolean WHOLE = LANES == Twiddles.BLOCK;

    /// Where the same place of neighbouring blocks stands.
    private static final int[] COLUMN = column();

    private VectorTransform() {}

    private static int[] column() {
        int[] places = new int[Twiddles.BLOCK];
        for (int i = 0; i < places.length; i++) {
            places[i] = i * Twiddles.BLOCK;
        }
        return places;
    }

    static int bits() {
        return SPECIES.vectorBitSize();
    }

    private static DoubleVector at(double[] a, int j) {
        return DoubleVector.fromArray(SPECIES, a, j);
    }

    private static DoubleVector same(double x) {
        return DoubleVector.broadcast(SPECIES, x);
    }

    /// @param minus −w
    private static DoubleVector product(
            DoubleVector x,
            DoubleVector w,
            DoubleVector minus,
            DoubleVector wQuotient,
            DoubleVector p,
            DoubleVector round) {
        DoubleVector high = x.mul(minus);
        DoubleVector quotient = x.fma(wQuotient, round).sub(round);
        return x.fma(w, high).sub(quotient.fma(p, high));
    }

    private static DoubleVector reduced(DoubleVector x, DoubleVector p, DoubleVector pInverse, DoubleVector round) {
        return round.sub(x.fma(pInverse, round)).fma(p, x);
    }

    static void forward(Twiddles t, double[] a) {
        int half = t.degree / 2;
        int blocks = 1;
        boolean reduces = false;
        if (Integer.numberOfTrailingZeros(t.degree) % 2 == 0) {
            firstStage(t, a);
            blocks *= 2;
            half /= 2;
            reduces = true;
        }
        for (; half >= 2 * Twiddles.BLOCK; blocks *= 4, half /= 4) {
            if (reduces) {
                for (int block = 0; block < blocks; block++) {
                    forwardReducing(t, a, blocks, block, half / 2);
                }
            } else {
                for (int block = 0; block < blocks; block++) {
                    forwardPair(t, a, blocks, block, half / 2);
                }
            }
            reduces = !reduces;
        }
        if (!WHOLE) {
            ScalarTransform.transposeTiles(a);
        }
        for (int tile = 0; tile < a.length; tile += Twiddles.TILE) {
            if (WHOLE) {
                apart(TRANSPOSE, t, a, 0, tile, tile + 64, 8);
            }
            for (int column = 0; column < Twiddles.BLOCK; column += LANES) {
                forwardTilePair(t, a, tile, column);
                forwardTileLast(t, a, tile, column);
            }
        }
    }

    private static void firstStage(Twiddles t, double[] a) {
        int half = t.degree / 2;
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector w = same(t.root[1]);
        DoubleVector minus = w.neg();
        DoubleVector wQuotient = same(t.rootQuotient[1]);
        for (int j = 0; j < half; j += LANES) {
            DoubleVector x = at(a, j);
            DoubleVector y = product(at(a, j + half), w, minus, wQuotient, p, round);
            x.add(y).intoArray(a, j);
            x.sub(y).intoArray(a, j + half);
        }
    }

    private static void forwardPair(Twiddles t, double[] a, int blocks, int block, int quarter) {
        int from = 4 * block * quarter;
        int w = blocks + block;
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector w1 = same(t.root[w]);
        DoubleVector m1 = w1.neg();
        DoubleVector q1 = same(t.rootQuotient[w]);
        DoubleVector w2 = same(t.root[2 * w]);
        DoubleVector m2 = w2.neg();
        DoubleVector q2 = same(t.rootQuotient[2 * w]);
        DoubleVector w3 = same(t.root[2 * w + 1]);
        DoubleVector m3 = w3.neg();
        DoubleVector q3 = same(t.rootQuotient[2 * w + 1]);
        for (int j = from; j < from + quarter; j += LANES) {
            DoubleVector c = product(at(a, j + 2 * quarter), w1, m1, q1, p, round);
            DoubleVector d = product(at(a, j + 3 * quarter), w1, m1, q1, p, round);
            DoubleVector x = at(a, j);
            DoubleVector y = at(a, j + quarter);
            DoubleVector b = product(y.add(d), w2, m2, q2, p, round);
            DoubleVector e = product(y.sub(d), w3, m3, q3, p, round);
            DoubleVector s = x.add(c);
            DoubleVector m = x.sub(c);
            s.add(b).intoArray(a, j);
            s.sub(b).intoArray(a, j + quarter);
            m.add(e).intoArray(a, j + 2 * quarter);
            m.sub(e).intoArray(a, j + 3 * quarter);
        }
    }

    private static void forwardReducing(Twiddles t, double[] a, int blocks, int block, int quarter) {
        int from = 4 * block * quarter;
        int w = blocks + block;
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector pInverse = same(t.modulus.pInverse());
        DoubleVector w1 = same(t.root[w]);
        DoubleVector m1 = w1.neg();
        DoubleVector q1 = same(t.rootQuotient[w]);
        DoubleVector w2 = same(t.root[2 * w]);
        DoubleVector m2 = w2.neg();
        DoubleVector q2 = same(t.rootQuotient[2 * w]);
        DoubleVector w3 = same(t.root[2 * w + 1]);
        DoubleVector m3 = w3.neg();
        DoubleVector q3 = same(t.rootQuotient[2 * w + 1]);
        for (int j = from; j < from + quarter; j += LANES) {
            DoubleVector c = product(at(a, j + 2 * quarter), w1, m1, q1, p, round);
            DoubleVector d = product(at(a, j + 3 * quarter), w1, m1, q1, p, round);
            DoubleVector x = reduced(at(a, j), p, pInverse, round);
            DoubleVector y = reduced(at(a, j + quarter), p, pInverse, round);
            DoubleVector b = product(y.add(d), w2, m2, q2, p, round);
            DoubleVector e = product(y.sub(d), w3, m3, q3, p, round);
            DoubleVector s = x.add(c);
            DoubleVector m = x.sub(c);
            s.add(b).intoArray(a, j);
            s.sub(b).intoArray(a, j + quarter);
            m.add(e).intoArray(a, j + 2 * quarter);
            m.sub(e).intoArray(a, j + 3 * quarter);
        }
    }

    /// Exchanges rows and columns of a tile.
    private static void transpose(Twiddles t, double[] a, int at, int tile, int to, int step) {
        DoubleVector r0 = DoubleVector.fromArray(SPECIES, a, tile, COLUMN, 0);
        DoubleVector r1 = DoubleVector.fromArray(SPECIES, a, tile + 1, COLUMN, 0);
        DoubleVector r2 = DoubleVector.fromArray(SPECIES, a, tile + 2, COLUMN, 0);
        DoubleVector r3 = DoubleVector.fromArray(SPECIES, a, tile + 3, COLUMN, 0);
        DoubleVector r4 = DoubleVector.fromArray(SPECIES, a, tile + 4, COLUMN, 0);
        DoubleVector r5 = DoubleVector.fromArray(SPECIES, a, tile + 5, COLUMN, 0);
        DoubleVector r6 = DoubleVector.fromArray(SPECIES, a, tile + 6, COLUMN, 0);
        DoubleVector r7 = DoubleVector.fromArray(SPECIES, a, tile + 7, COLUMN, 0);
        r0.intoArray(a, tile);
        r1.intoArray(a, tile + 8);
        r2.intoArray(a, tile + 16);
        r3.intoArray(a, tile + 24);
        r4.intoArray(a, tile + 32);
        r5.intoArray(a, tile + 40);
        r6.intoArray(a, tile + 48);
        r7.intoArray(a, tile + 56);
    }

    /// The stages over 4 and 2 neighbours, on a tile that is transposed already. Small methods on
    /// purpose: the compiler stops inlining vector operations where there are many in one.
    private static void forwardTilePair(Twiddles t, double[] a, int tile, int column) {
        int w = tile / Twiddles.TILE * 7 * Twiddles.BLOCK + column;
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector pInverse = same(t.modulus.pInverse());
        DoubleVector w1 = at(t.tileRoot, w);
        DoubleVector m1 = w1.neg();
        DoubleVector q1 = at(t.tileRootQuotient, w);
        DoubleVector w2 = at(t.tileRoot, w + 8);
        DoubleVector m2 = w2.neg();
        DoubleVector q2 = at(t.tileRootQuotient, w + 8);
        DoubleVector w3 = at(t.tileRoot, w + 16);
        DoubleVector m3 = w3.neg();
        DoubleVector q3 = at(t.tileRootQuotient, w + 16);
        for (int j = tile + column; j < tile + 16; j += 8) {
            DoubleVector c = product(at(a, j + 32), w1, m1, q1, p, round);
            DoubleVector d = product(at(a, j + 48), w1, m1, q1, p, round);
            DoubleVector x = reduced(at(a, j), p, pInverse, round);
            DoubleVector y = reduced(at(a, j + 16), p, pInverse, round);
            DoubleVector b = product(y.add(d), w2, m2, q2, p, round);
            DoubleVector e = product(y.sub(d), w3, m3, q3, p, round);
            DoubleVector s = x.add(c);
            DoubleVector m = x.sub(c);
            s.add(b).intoArray(a, j);
            s.sub(b).intoArray(a, j + 16);
            m.add(e).intoArray(a, j + 32);
            m.sub(e).intoArray(a, j + 48);
        }
    }

    private static void forwardTileLast(Twiddles t, double[] a, int tile, int column) {
        int w = tile / Twiddles.TILE * 7 * Twiddles.BLOCK + column + 24;
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector pInverse = same(t.modulus.pInverse());
        for (int j = tile + column; j < tile + Twiddles.TILE; j += 16) {
            DoubleVector x = at(a, j);
            DoubleVector root = at(t.tileRoot, w);
            DoubleVector y = product(at(a, j + 8), root, root.neg(), at(t.tileRootQuotient, w), p, round);
            reduced(x.add(y), p, pInverse, round).intoArray(a, j);
            reduced(x.sub(y), p, pInverse, round).intoArray(a, j + 8);
            w += 8;
        }
    }

    private interface Loop {
        void run(Twiddles t, double[] a, int at, int from, int to, int step);
    }

    /// The loops of the backward transform. All are called at one place through this array, because
    /// the compiler does not see through that: in one compilation they would be more than it
    /// inlines, and a vector operation that is not inlined costs a hundred times as much.
    private static final Loop[] LOOPS = {
        VectorTransform::tileFirst,
        VectorTransform::tileSums,
        VectorTransform::tileReducing,
        VectorTransform::transpose,
        VectorTransform::sums,
        VectorTransform::reducing,
        VectorTransform::scaling
    };

    private static final int TILE_FIRST = 0;
    private static final int TILE_SUMS = 1;
    private static final int TILE_REDUCING = 2;
    private static final int TRANSPOSE = 3;
    private static final int SUMS = 4;
    private static final int REDUCING = 5;
    private static final int SCALING = 6;

    private static void apart(int loop, Twiddles t, double[] a, int at, int from, int to, int step) {
        LOOPS[loop].run(t, a, at, from, to, step);
    }

    static void inverse(Twiddles t, double[] a) {
        for (int tile = 0; tile < a.length; tile += Twiddles.TILE) {
            int at = tile / Twiddles.TILE * 7 * Twiddles.BLOCK;
            for (int column = 0; column < Twiddles.BLOCK; column += LANES) {
                apart(TILE_FIRST, t, a, at + column + 24, tile + column, tile + 64, 8);
                apart(TILE_SUMS, t, a, at + column + 8, tile + column, tile + 64, 16);
                apart(TILE_REDUCING, t, a, at + column, tile + column, tile + 32, 32);
            }
            if (WHOLE) {
                apart(TRANSPOSE, t, a, 0, tile, tile + 64, 8);
            }
        }
        if (!WHOLE) {
            ScalarTransform.transposeTiles(a);
        }
        int half = Twiddles.BLOCK;
        int blocks = t.degree / (2 * Twiddles.BLOCK);
        for (; blocks >= 4; half *= 4, blocks /= 4) {
            for (int block = 0; block < blocks / 2; block++) {
                inversePair(t, a, blocks, block, half);
            }
        }
        if (blocks == 2) {
            apart(SUMS, t, a, 2, 0, half, half);
            apart(SUMS, t, a, 3, 2 * half, 3 * half, half);
        }
        apart(SCALING, t, a, 1, 0, t.degree / 2, t.degree / 2);
    }

    /// Two stages in turn over pieces that stay near.
    private static void inversePair(Twiddles t, double[] a, int blocks, int block, int quarter) {
        int from = 4 * block * quarter;
        int at = blocks + 2 * block;
        for (int piece = from; piece < from + quarter; piece += PIECE) {
            int to = Math.min(piece + PIECE, from + quarter);
            apart(SUMS, t, a, at, piece, to, quarter);
            apart(SUMS, t, a, at + 1, piece + 2 * quarter, to + 2 * quarter, quarter);
            apart(REDUCING, t, a, at / 2, piece, to, quarter);
        }
    }

    private static void sums(Twiddles t, double[] a, int at, int from, int to, int half) {
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector w = same(t.back[at]);
        DoubleVector minus = w.neg();
        DoubleVector wQuotient = same(t.backQuotient[at]);
        for (int j = from; j < to; j += LANES) {
            DoubleVector x = at(a, j);
            DoubleVector y = at(a, j + half);
            x.add(y).intoArray(a, j);
            product(x.sub(y), w, minus, wQuotient, p, round).intoArray(a, j + half);
        }
    }

    private static void reducing(Twiddles t, double[] a, int at, int from, int to, int quarter) {
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector pInverse = same(t.modulus.pInverse());
        DoubleVector w = same(t.back[at]);
        DoubleVector minus = w.neg();
        DoubleVector wQuotient = same(t.backQuotient[at]);
        for (int j = from; j < to; j += LANES) {
            DoubleVector s = at(a, j);
            DoubleVector b = at(a, j + quarter);
            DoubleVector c = at(a, j + 2 * quarter);
            DoubleVector d = at(a, j + 3 * quarter);
            reduced(s.add(c), p, pInverse, round).intoArray(a, j);
            reduced(b.add(d), p, pInverse, round).intoArray(a, j + quarter);
            product(s.sub(c), w, minus, wQuotient, p, round).intoArray(a, j + 2 * quarter);
            product(b.sub(d), w, minus, wQuotient, p, round).intoArray(a, j + 3 * quarter);
        }
    }

    /// With the division by n.
    private static void scaling(Twiddles t, double[] a, int at, int from, int to, int half) {
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector scale = same(t.scale);
        DoubleVector minusScale = scale.neg();
        DoubleVector scaleQuotient = same(t.scaleQuotient);
        DoubleVector w = same(t.scaledBack);
        DoubleVector minus = w.neg();
        DoubleVector wQuotient = same(t.scaledBackQuotient);
        for (int j = from; j < to; j += LANES) {
            DoubleVector x = at(a, j);
            DoubleVector y = at(a, j + half);
            product(x.add(y), scale, minusScale, scaleQuotient, p, round).intoArray(a, j);
            product(x.sub(y), w, minus, wQuotient, p, round).intoArray(a, j + half);
        }
    }

    private static void tileFirst(Twiddles t, double[] a, int at, int from, int to, int step) {
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector pInverse = same(t.modulus.pInverse());
        int w = at;
        for (int j = from; j < to; j += 2 * step) {
            DoubleVector x = at(a, j);
            DoubleVector y = at(a, j + step);
            reduced(x.add(y), p, pInverse, round).intoArray(a, j);
            DoubleVector root = at(t.tileBack, w);
            product(x.sub(y), root, root.neg(), at(t.tileBackQuotient, w), p, round)
                    .intoArray(a, j + step);
            w += Twiddles.BLOCK;
        }
    }

    private static void tileSums(Twiddles t, double[] a, int at, int from, int to, int step) {
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        int w = at;
        for (int half = from; half < to; half += 2 * step) {
            DoubleVector root = at(t.tileBack, w);
            DoubleVector minus = root.neg();
            DoubleVector rootQuotient = at(t.tileBackQuotient, w);
            for (int j = half; j < half + step; j += Twiddles.BLOCK) {
                DoubleVector x = at(a, j);
                DoubleVector y = at(a, j + step);
                x.add(y).intoArray(a, j);
                product(x.sub(y), root, minus, rootQuotient, p, round).intoArray(a, j + step);
            }
            w += Twiddles.BLOCK;
        }
    }

    private static void tileReducing(Twiddles t, double[] a, int at, int from, int to, int step) {
        DoubleVector round = same(Modulus.ROUND);
        DoubleVector p = same(t.modulus.p());
        DoubleVector pInverse = same(t.modulus.pInverse());
        DoubleVector w = at(t.tileBack, at);
        DoubleVector minus = w.neg();
        DoubleVector wQuotient = at(t.tileBackQuotient, at);
        for (int j = from; j < to; j += Twiddles.BLOCK) {
            DoubleVector x = at(a, j);
            DoubleVector y = at(a, j + step);
            reduced(x.add(y), p, pInverse, round).intoArray(a, j);
            product(x.sub(y), w, minus, wQuotient, p, round).intoArray(a, j + step);
        }
    }
}
