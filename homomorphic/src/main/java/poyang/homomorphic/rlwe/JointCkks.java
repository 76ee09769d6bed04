package poyang.homomorphic.rlwe;

import java.util.List;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Rows;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// CKKS under a key whose secret is the sum of all parties' secrets.
///
/// - security: as {@link Joint}. Every share of a decryption carries normal noise that alone hides
///   the ciphertext's error, as wide as that of {@link Ckks#decryptForRelease}; a party that lies
///   within the result's bounds moves the result unseen. A decryption is never done again with
///   other shares of the same ciphertext
/// - source: Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux, PoPETs 2021, section 4; the noise as
///   in Li, Micciancio, Schultz and Sorrell, CRYPTO 2022, section 5
public final class JointCkks extends Joint {
    private static final int DOUBLE_BITS = 52;
    private static final int NOISE_BITS_MAX = 96; // what a residue is taken of is below 2^100

    private final Ckks ckks;

    JointCkks(CkksParameters parameters, int parties) {
        super(parameters, parties);
        ckks = new Ckks(parameters, parties);
    }

    /// The scheme to compute with: its bounds on errors are those of a sum of secrets.
    public Ckks scheme() {
        return ckks;
    }

    /// One party's share of a decryption: its product with c1 under normal noise.
    ///
    /// @param releases how many results under this key are ever released, this one included
    /// @throws PoyangException `NOISE_EXHAUSTED` when the parties' noise leaves nothing of the
    ///     result
    public JointShare decryptionShare(
            RlweSecretKey part, CkksCiphertext ciphertext, int releases, RandomSource random) {
        ckks.check(ciphertext);
        double sigma = ckks.releaseSigma(ciphertext, releases, parties);
        int rows = ciphertext.c0().length;
        RandomSource fast = Bfv.fast(random);
        double scale = ckks.parameters().scale(ciphertext.level());
        if (Noise.log2(sigma * scale) > NOISE_BITS_MAX) {
            throw Flood.noRoom();
        }
        double[] noise = Gaussian.samples(chain.degree(), sigma * scale, fast);
        for (int j = 0; j < noise.length; j++) {
            noise[j] = Math.rint(noise[j]);
        }
        // a double keeps 53 bits: what lies below them is filled up
        int fine = (int) Math.ceil(Noise.log2(sigma * scale)) + 4 - DOUBLE_BITS;
        double[][] share = Flood.uniform(chain, rows, Math.max(0, fine), fast);
        double[] reduced = new double[noise.length];
        for (int i = 0; i < rows; i++) {
            Modulus modulus = ring.modulus(i);
            Rows.reduce(noise, reduced, modulus);
            Rows.add(share[i], reduced, share[i], modulus);
        }
        ring.forward(share);
        ring.multiplyAdd(ciphertext.c1(), part.values(chain), share);
        return new JointShare(about(ciphertext, releases), List.<double[][]>of(share));
    }

    private Bytes about(CkksCiphertext ciphertext, int releases) {
        return subject("decryption of " + releases, ciphertext.encode(ckks.parameters()));
    }

    /// @param releases what the shares were made for
    /// @throws PoyangException `BAD_SHARES` when shares are missing or of another ciphertext,
    ///     `NOISE_EXHAUSTED` when what they leave does not keep to its bounds
    public CkksResult decrypt(CkksCiphertext ciphertext, int releases, List<JointShare> shares) {
        ckks.check(ciphertext);
        double sigma = ckks.releaseSigma(ciphertext, releases, parties);
        List<double[][]> sum = sum(about(ciphertext, releases), shares, 1, ciphertext.c0().length);
        return ckks.released(ciphertext, sum.getFirst(), ckks.releaseError(ciphertext, sigma, parties));
    }
}
