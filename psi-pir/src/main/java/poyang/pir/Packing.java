package poyang.pir;

/// One output's share of an answer that depends on the data only: the key switches that gather
/// 2,048 first constant coefficients into one polynomial, made before any query.
///
/// The first pass leaves for column c the constant coefficient v_c of a ciphertext (h_c, β_c) under
/// the secret s, where h_c = Σ_u D̃_(u,c)·a_u is known beforehand. Since Σ_σ σ(f) = n·f_0 over the
/// n automorphisms, Σ_c X^c·(h_c·s)_0 = Σ_σ G_σ·σ(s) with G_σ = n^-1·Σ_c X^c·σ(h_c). Each step
/// moves the factor of one σ(s) to the next automorphism, with digits of that factor and the image
/// of one key under the next: from 5^1023 down to 5^0, from -5^1023 down to -5^0, then from -1 to
/// 1.
///
/// The factors depend on public seeds and the data, so the digits are the same for all clients.
/// They are kept as the integers before they are split, 8 bytes a coefficient.
///
/// - shapes: 2,047 steps of 2,048 integers; a mask of 2,048 words of 26 bits
/// - cost: 2,048 transforms for the G_σ, four for each step
/// - source: Mahdavi, Patel, Seo, Yeo, "InsPIRe", section 3; the G_σ by transforms over the columns
///   are ours
final class Packing {
    static final int HALF = Ring.N / 2;
    static final int STEPS = Ring.N - 1;

    private final long[][] steps;
    private final int[] mask;

    private Packing(long[][] steps, int[] mask) {
        this.steps = steps;
        this.mask = mask;
    }

    /// What step `step` splits into digits.
    long[] step(int step) {
        return steps[step];
    }

    /// The answer's mask, rounded to 26 bits: what the client multiplies with its secret.
    int[] mask() {
        return mask;
    }

    /// Which automorphism's images of the two keys a step uses: steps 0 to 1022 those of the first
    /// key under 5^(1022 - step), the next 1,023 those under -5^…, the last the second key itself.
    static int image(int step) {
        if (step == STEPS - 1) {
            return 1;
        }
        int power = Ring.powerOfFive(HALF - 2 - step % (HALF - 1));
        return step < HALF - 1 ? power : 2 * Ring.N - power;
    }

    static boolean usesSecondKey(int step) {
        return step == STEPS - 1;
    }

    static Packing of(Matrix matrix, int output, PublicMasks masks) {
        double[][] h = columns(matrix, output, masks);
        acrossColumns(h);
        long[][] steps = new long[STEPS][];
        double[] plus = chain(h, 0, steps, masks);
        double[] minus = chain(h, HALF - 1, steps, masks);
        double[][] digits = new double[PirParameters.DIGITS][Ring.N];
        step(minus, STEPS - 1, steps, digits);
        for (int t = 0; t < PirParameters.DIGITS; t++) {
            Ring.multiplyAdd(plus, digits[t], masks.secondKey(t));
        }
        Ring.inverse(reduced(plus));
        return new Packing(steps, Rounding.down(Ring.centred(plus), PirParameters.MASK_BITS));
    }

    private static double[] reduced(double[] a) {
        Ring.reduce(a);
        return a;
    }

    /// h_c for each column of the output, transformed.
    private static double[][] columns(Matrix matrix, int output, PublicMasks masks) {
        double[][] h = new double[Ring.N][Ring.N];
        double[][] chunk = new double[Scan.COLUMNS][Ring.N];
        int chunks = masks.chunks();
        for (int block = 0; block < Matrix.BLOCKS_PER_OUTPUT; block++) {
            short[] words = matrix.block(output * Matrix.BLOCKS_PER_OUTPUT + block);
            for (int u = 0; u < chunks; u++) {
                reverse(words, matrix.rows(), u, chunk);
                for (int i = 0; i < Scan.COLUMNS; i++) {
                    double[] sum = h[block * Scan.COLUMNS + i];
                    Ring.forward(chunk[i]);
                    Ring.multiplyAdd(sum, chunk[i], masks.query(u));
                    if (u % 4 == 3 || u == chunks - 1) {
                        Ring.reduce(sum);
                    }
                }
            }
        }
        return h;
    }

    /// The polynomials D̃ of 64 columns and one chunk of 2,048 rows: D_0 - Σ D_i X^(n-i), so that
    /// the constant coefficient of D̃·f is Σ D_i·f_i.
    private static void reverse(short[] words, int rows, int u, double[][] chunk) {
        for (int i = 0; i < Ring.N; i++) {
            int row = u * Ring.N + i;
            int to = i == 0 ? 0 : Ring.N - i;
            double sign = i == 0 ? 1 : -1;
            for (int c = 0; c < Scan.COLUMNS; c++) {
                chunk[c][to] = row < rows ? sign * words[row * Scan.COLUMNS + c] : 0;
            }
        }
    }

    /// From h_c at place f to Σ_c ψ^(e·c)·h_c(ψ^f), which stands at place e of row f, times n^-1.
    private static void acrossColumns(double[][] h) {
        transpose(h);
        double inverse = PirParameters.Q.centred(PirParameters.Q.inverse(Ring.N));
        for (double[] row : h) {
            Ring.forward(row);
            Ring.scale(row, inverse);
        }
    }

    private static void transpose(double[][] a) {
        int tile = 32;
        for (int i = 0; i < a.length; i += tile) {
            for (int j = 0; j <= i; j += tile) {
                for (int r = i; r < i + tile; r++) {
                    for (int c = j; c < Math.min(j + tile, r); c++) {
                        double kept = a[r][c];
                        a[r][c] = a[c][r];
                        a[c][r] = kept;
                    }
                }
            }
        }
    }

    /// Moves the factors of one half of the automorphisms down to its last; gives that factor,
    /// transformed.
    private static double[] chain(double[][] m, int firstStep, long[][] steps, PublicMasks masks) {
        double[][] digits = new double[PirParameters.DIGITS][Ring.N];
        double[] image = new double[Ring.N];
        double[] factor = new double[Ring.N];
        int sign = firstStep == 0 ? 1 : -1;
        gather(m, sign * Ring.powerOfFive(HALF - 1), factor);
        for (int i = 0; i < HALF - 1; i++) {
            int step = firstStep + i;
            step(factor, step, steps, digits);
            int automorphism = image(step);
            gather(m, automorphism, factor);
            int[] places = Ring.automorphism(automorphism);
            for (int t = 0; t < PirParameters.DIGITS; t++) {
                Ring.permute(masks.firstKey(t), places, image);
                Ring.multiplyAdd(factor, digits[t], image);
            }
            Ring.reduce(factor);
        }
        return factor;
    }

    private static void gather(double[][] m, int automorphism, double[] out) {
        int[] places = Ring.automorphism(automorphism & 2 * Ring.N - 1);
        for (int i = 0; i < Ring.N; i++) {
            out[i] = m[places[i]][i];
        }
    }

    private static void step(double[] factor, int step, long[][] steps, double[][] digits) {
        Ring.inverse(factor);
        steps[step] = Ring.centred(factor);
        Ring.split(steps[step], digits);
        for (double[] digit : digits) {
            Ring.forward(digit);
        }
    }

    /// Adds this output's digits times the keys of several queries.
    ///
    /// @param bodies one transformed polynomial for each of the keys, which the products are added
    ///     to
    void apply(ClientKeys[] keys, double[][] bodies) {
        double[][] digits = new double[PirParameters.DIGITS][Ring.N];
        double[] image = new double[Ring.N];
        for (int step = 0; step < STEPS; step++) {
            Ring.split(steps[step], digits);
            for (double[] digit : digits) {
                Ring.forward(digit);
            }
            int[] places = Ring.automorphism(image(step));
            for (int i = 0; i < keys.length; i++) {
                for (int t = 0; t < PirParameters.DIGITS; t++) {
                    Ring.permute(usesSecondKey(step) ? keys[i].second(t) : keys[i].first(t), places, image);
                    Ring.multiplyAdd(bodies[i], digits[t], image);
                }
                Ring.reduce(bodies[i]);
            }
        }
    }

    static long bytes() {
        return (long) STEPS * Ring.N * Long.BYTES;
    }
}
