package poyang.homomorphic.rlwe;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// CKKS under a key whose secret is the sum of all parties' secrets.
///
/// - security: as {@link Joint}. With all shares proven a result is off by no more than the error
///   that it carries, whatever others send, or is refused. An answer's slots are checked against
///   T = 7·√(2n) standard deviations of the flood. Let F/2 be what a share is off by, and let it
///   exceed 2T/D in the slot at ζ. All answers to one first message differ by (X^i − X^j)·F/2,
///   hence |ζ^i − ζ^j| < D for all challenges that can be answered: they lie on an arc, no more
///   than m of 2n, where D = 2·sin(π·m/2n), and such a share passes with probability (m/2n)^k ≤
///   2^(-128) for each hash that the liar computes
/// - secrecy: every share of a decryption carries normal noise that alone hides the ciphertext's
///   error, as wide as that of {@link Ckks#decryptForRelease} for k + 1 times as many releases, k
///   the answers of its proof. A decryption is never done again with other shares of the same
///   ciphertext
/// - source: Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux, PoPETs 2021, section 4; the noise as
///   in Li, Micciancio, Schultz and Sorrell, CRYPTO 2022, section 5
public final class JointCkks extends Joint {
    private static final int DOUBLE_BITS = 52;
    private static final int NOISE_BITS_MAX = 96; // what a residue is taken of is below 2^100

    private static final int REPETITIONS = 20;
    private static final int WIDTH_BITS = 6; // an answer of 2^5·√2 standard deviations does not occur
    private static final double ANSWER_TAIL = 7;

    private final Ckks ckks;

    JointCkks(CkksParameters parameters, int parties) {
        super(parameters, parties);
        ckks = new Ckks(parameters, parties);
    }

    /// The scheme to compute with: its bounds on errors are those of a sum of secrets.
    public Ckks scheme() {
        return ckks;
    }

    /// One party's share of a decryption, with its proof: its product with c1 under normal noise.
    ///
    /// @param key of all parties' proven shares
    /// @param party whose share it is, from 0
    /// @param releases how many results under this key are ever released, this one included
    /// @throws PoyangException `NOISE_EXHAUSTED` when the parties' noise leaves nothing of the
    ///     result
    public ProvenShare decryptionShare(
            JointKey key, int party, RlweSecretKey part, CkksCiphertext ciphertext, int releases, RandomSource random) {
        RandomSource fast = Bfv.fast(random);
        double sigma = provenSigma(ciphertext, releases) * ckks.parameters().scale(ciphertext.level());
        Opening opening = opening(ciphertext, releases);
        return open(key, party, part, opening, () -> noise(sigma, fast), true, fast);
    }

    /// The slots, and a bound on their error that holds whatever other parties sent.
    ///
    /// @param releases what the shares were made for
    /// @throws PoyangException `BAD_SHARES` when shares are missing or of another ciphertext,
    ///     `BAD_PROOF` with the party whose share is wrong, `NOISE_EXHAUSTED` when what they leave
    ///     does not keep to its bounds
    public CkksResult decrypt(JointKey key, CkksCiphertext ciphertext, int releases, List<ProvenShare> shares) {
        Opening opening = opening(ciphertext, releases);
        List<JointShare> checked = opened(key, opening, shares, true);
        List<double[][]> sum = sum(opening.subject(), checked, 1, ciphertext.c0().length);
        return ckks.released(ciphertext, sum.getFirst(), provenError(ciphertext, releases));
    }

    private double provenSigma(CkksCiphertext ciphertext, int releases) {
        ckks.check(ciphertext);
        return ckks.releaseSigma(ciphertext, releases, parties) * Math.sqrt(REPETITIONS + 1.0);
    }

    /// T, in the slots' unit.
    private double answerBound(CkksCiphertext ciphertext, int releases) {
        return ANSWER_TAIL * Math.sqrt(2.0 * chain.degree()) * provenSigma(ciphertext, releases);
    }

    private double provenError(CkksCiphertext ciphertext, int releases) {
        int most = (int) Math.floor(2.0 * chain.degree() * Math.pow(2, -128.0 / REPETITIONS));
        double chord = 2 * Math.sin(Math.PI * most / (2.0 * chain.degree()));
        return ciphertext.error() + parties * 2 * answerBound(ciphertext, releases) / chord;
    }

    private Opening opening(CkksCiphertext ciphertext, int releases) {
        double scale = ckks.parameters().scale(ciphertext.level());
        int rows = ciphertext.c0().length;
        double sigma = Noise.log2(provenSigma(ciphertext, releases) * scale);
        double error = provenError(ciphertext, releases);
        int width = Math.max(2, (int) Math.ceil(sigma) + WIDTH_BITS);
        // equations between answers hold over the integers, and half of Q is no value
        double needed = 4 + width + Noise.log2(chain.degree()) + Noise.log2(parties);
        double values = 3 + Noise.log2((ciphertext.magnitude() + error) * scale);
        if (sigma > NOISE_BITS_MAX
                || !(error < ciphertext.magnitude() / 2)
                || Math.max(needed, values) > chain.bits(rows)) {
            throw Flood.noRoom();
        }
        double bound = answerBound(ciphertext, releases);
        return new Opening(
                about(ciphertext, releases),
                List.<double[][]>of(ciphertext.c1()),
                REPETITIONS,
                width,
                z -> ckks.largestSlot(z.doubles(chain.degree()), scale) <= bound);
    }

    /// As {@link #decryptionShare}, without a proof and under less noise.
    ///
    /// @param releases how many results under this key are ever released, this one included
    /// @throws PoyangException `NOISE_EXHAUSTED` when the parties' noise leaves nothing of the
    ///     result
    public JointShare unprovenDecryptionShare(
            RlweSecretKey part, CkksCiphertext ciphertext, int releases, RandomSource random) {
        ckks.check(ciphertext);
        double scale = ckks.parameters().scale(ciphertext.level());
        double sigma = ckks.releaseSigma(ciphertext, releases, parties) * scale;
        if (Noise.log2(sigma) > NOISE_BITS_MAX) {
            throw Flood.noRoom();
        }
        double[][] share = ring.forward(noise(sigma, Bfv.fast(random)).rows(ring, ciphertext.c0().length));
        ring.multiplyAdd(ciphertext.c1(), part.values(chain), share);
        return new JointShare(about(ciphertext, releases), List.<double[][]>of(share));
    }

    /// Normal integers; a double keeps 53 bits, and what lies below them is filled up.
    private Wide noise(double sigma, RandomSource random) {
        double[] noise = Gaussian.samples(chain.degree(), sigma, random);
        for (int j = 0; j < noise.length; j++) {
            noise[j] = Math.rint(noise[j]);
        }
        int bits = (int) Math.ceil(Noise.log2(sigma)) + 4;
        Wide fine = Wide.uniform(chain.degree(), Math.max(0, bits - DOUBLE_BITS), random);
        return Wide.of(noise).plus(fine, 0, Math.max(2, bits + 2));
    }

    private Bytes about(CkksCiphertext ciphertext, int releases) {
        return subject("decryption of " + releases, ciphertext.encode(ckks.parameters()));
    }

    /// From shares that nobody has proven: a party that lies within the result's bounds moves it
    /// unseen.
    ///
    /// @param releases what the shares were made for
    /// @throws PoyangException `BAD_SHARES` when shares are missing or of another ciphertext,
    ///     `NOISE_EXHAUSTED` when what they leave does not keep to its bounds
    public CkksResult decryptTrustingAll(CkksCiphertext ciphertext, int releases, List<JointShare> shares) {
        ckks.check(ciphertext);
        double sigma = ckks.releaseSigma(ciphertext, releases, parties);
        List<double[][]> sum = sum(about(ciphertext, releases), shares, 1, ciphertext.c0().length);
        return ckks.released(ciphertext, sum.getFirst(), ckks.releaseError(ciphertext, sigma, parties));
    }
}
