package poyang.homomorphic.rlwe;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Sm3;
import poyang.homomorphic.ring.PackedRows;
import poyang.homomorphic.ring.Ring;
import poyang.kernel.Bytes;

/// What a party proves: short s and e stand behind its share of the public key, b = −a·s + e, and,
/// of a decryption, the same s and a bounded f behind d = c1·s + f.
///
/// - shapes: a and c1 as values, b and d as coefficients; the key modulo all primes, c1 and d
///   modulo those of the ciphertext
final class ShareRelation {
    private final Chain chain;
    private final Bytes context;
    private final double[][] a;
    private final double[][] b;
    private final double @Nullable [][] c1;
    private final double @Nullable [][] d;
    private final int repetitions;
    private final int width;

    private ShareRelation(
            Chain chain,
            Bytes context,
            double[][] a,
            double[][] b,
            double @Nullable [][] c1,
            double @Nullable [][] d,
            int repetitions,
            int width) {
        this.chain = chain;
        this.context = context;
        this.a = a;
        this.b = b;
        this.c1 = c1;
        this.d = d;
        this.repetitions = repetitions;
        this.width = width;
    }

    /// @param context all that tells this proof from others; step, parties, prover, subject
    static ShareRelation key(Chain chain, Bytes context, double[][] a, double[][] b) {
        return new ShareRelation(chain, context, a, b, null, null, ShareProof.repetitions(chain), 0);
    }

    /// The same secret behind a share of a decryption.
    ///
    /// @param width bits of the responses for f, with the sign
    ShareRelation with(Bytes step, double[][] one, double[][] share, int times, int width) {
        return new ShareRelation(
                chain, Bytes.wrap(Sm3.digest(context.toArray(), step.toArray())), a, b, one, share, times, width);
    }

    Chain chain() {
        return chain;
    }

    int repetitions() {
        return repetitions;
    }

    /// Zero where no decryption is proven.
    int width() {
        return width;
    }

    /// Begins the challenge: what is proven.
    Sm3 begin() {
        Sm3 hash = new Sm3().update("poyang.rlwe.share-proof.v1".getBytes(StandardCharsets.UTF_8));
        hash.update(chain.id()).update(context);
        update(hash, b);
        if (d != null) {
            update(hash, d);
        }
        return hash;
    }

    /// Adds the first messages −a·z_s + z_e − X^shift·b and c1·z_s + z_f − X^shift·d.
    ///
    /// @param shift negative: the first messages of masks, without b and d
    void update(Sm3 hash, double[] zs, double[] ze, @Nullable Wide zf, int shift) {
        Ring ring = chain.ring();
        double[][] s = ring.forward(ring.signed(zs, chain.levels()));
        double[][] one = ring.signed(ze, chain.levels());
        if (shift >= 0) {
            ring.subtract(one, shifted(b, shift), one);
        }
        ring.forward(one);
        update(hash, ring.subtract(one, ring.multiply(a, s, ring.zero(chain.levels())), one));
        if (c1 != null && d != null && zf != null) {
            double[][] two = zf.rows(ring, d.length);
            if (shift >= 0) {
                ring.subtract(two, shifted(d, shift), two);
            }
            ring.multiplyAdd(c1, s, ring.forward(two));
            update(hash, two);
        }
    }

    private void update(Sm3 hash, double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            hash.update(PackedRows.pack(rows[i], chain.ring().modulus(i)));
        }
    }

    private static double[][] shifted(double[][] rows, int shift) {
        double[][] out = new double[rows.length][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            addShifted(rows[i], shift, out[i]);
        }
        return out;
    }

    /// Adds X^shift·x modulo X^n + 1.
    ///
    /// @param shift 0 to 2n − 1
    static void addShifted(double[] x, int shift, double[] sum) {
        int degree = x.length;
        int turn = shift & (degree - 1);
        int sign = shift < degree ? 1 : -1;
        for (int j = 0; j < degree - turn; j++) {
            sum[j + turn] += sign * x[j];
        }
        for (int j = degree - turn; j < degree; j++) {
            sum[j + turn - degree] -= sign * x[j];
        }
    }
}
