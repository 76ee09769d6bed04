package poyang.homomorphic.rlwe;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm3;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.RandomSource;

/// A proof of a {@link ShareRelation}, without interaction: k times masks y for (s, e, f), a
/// challenge X^j with j from 0 to 2n − 1, and answers z = y + X^j·(s, e, f).
///
/// - soundness: two answers to one first message give c·b = −a·z_s + z_e and c·d = c1·z_s + z_f for
///   c = X^i − X^j and differences z. 2/c has coefficients −1, 0, 1, so that 2b = −a·S + E and
///   2d = c1·S + F with |S| ≤ 2n·B_s, |E| ≤ 2n·B_e, |F| ≤ 2n·B_f, where the B bound the answers.
///   {@link #unique} says when there is but one such S for almost every a; it then belongs to b,
///   not to the proof. A d that is not so has at most one answer to each first message, and passes
///   with probability (2n)^(-k) ≤ 2^(-128) for each hash that the liar computes. Hence 2·Σd is
///   c1·ΣS + ΣF: where all of ΣF is even, a decryption is off by ΣF/2, of which {@link JointBfv}
///   and {@link JointCkks} say how small it is; an odd coefficient is off by Q/2 besides, which in
///   BFV with odd t is half an integer, in CKKS half of all there is, and refused
/// - secrecy: y_s and y_e are uniform and all answers are dropped together unless every one lies
///   where it is as likely for each secret, so those that are sent tell nothing of s and e. z_f is
///   not as free of f, nor need it be. Who knows the plaintext knows h = f + error from d, and
///   z_f = X^j·h + (y_f − X^j·error): a mask as wide as f hides the error as f itself does, and a
///   proof tells as much as k more floods of the same ciphertext, for which the floods make room
/// - cost: k·(2·primes + the ciphertext's) transforms on either side
/// - source: Benhamouda, Camenisch, Krenn, Lyubashevsky and Neven, ASIACRYPT 2014, lemma 3.1 and
///   section 3, for monomials as challenges; Lyubashevsky, ASIACRYPT 2009, for dropped answers;
///   the masks of f are this library's departure, argued above
final class ShareProof {
    private static final int SOUNDNESS_BITS = 128;
    private static final int SLACK = 16; // all answers about one secret are kept with e^(-1/16)
    private static final int ERROR_MAX = 21;
    static final int REPETITIONS_MAX = 32;
    private static final int ATTEMPTS_MAX = 200; // each fails with less than 1/6

    private final Bytes challenge;
    private final List<Answer> answers;
    private final int width;

    private ShareProof(Bytes challenge, List<Answer> answers, int width) {
        this.challenge = challenge;
        this.answers = List.copyOf(answers);
        this.width = width;
    }

    private static final class Answer {
        private final double[] zs;
        private final double[] ze;
        private final @Nullable Wide zf;

        Answer(double[] zs, double[] ze, @Nullable Wide zf) {
            this.zs = zs;
            this.ze = ze;
            this.zf = zf;
        }
    }

    /// How many challenges of 2n there must be.
    static int repetitions(Chain chain) {
        return (int) Math.ceil(SOUNDNESS_BITS / Noise.log2(2L * chain.degree()));
    }

    private static int bits(int degree, int repetitions, int most) {
        return (int) Math.ceil(Noise.log2((double) SLACK * degree * repetitions * most));
    }

    /// Whether the secret behind a share of a key is unique but for a probability of 2^(-n) over a.
    ///
    /// Two of them, or two extractions that disagree, give u ≠ 0 and v with a·u = v modulo Q,
    /// |u| ≤ U = 8n·B_s and |v| ≤ V = 8n·B_e. For an ideal of norm N, in which u and v vanish, there
    /// are at most (2U/N^(1/n) + 1)^n·(2V/N^(1/n) + 1)^n pairs, each with probability N/Q^n over a,
    /// and at most 2^(n·L) ideals for L primes: (2^L·9·U·V/Q)^n in all.
    static boolean unique(Chain chain, int repetitions) {
        int n = chain.degree();
        double bounds = 2 * Noise.log2(8L * n) + bits(n, repetitions, 1) + bits(n, repetitions, ERROR_MAX);
        return chain.levels() + Noise.log2(9) + bounds + 1 <= chain.bits(chain.levels());
    }

    /// @param f and masks of its distribution, null where no decryption is proven
    /// @param sound what answers about f must satisfy
    static ShareProof prove(
            ShareRelation relation,
            double[] s,
            double[] e,
            @Nullable Wide f,
            Supplier<? extends @Nullable Wide> masks,
            Predicate<Wide> sound,
            RandomSource random) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            ShareProof proof = attempt(relation, s, e, f, masks, random);
            if (proof.inRange(relation, sound)) {
                return proof;
            }
        }
        throw new Bug("a proof was dropped " + ATTEMPTS_MAX + " times");
    }

    /// Answers that may lie where they would tell of the secret.
    static ShareProof attempt(
            ShareRelation relation,
            double[] s,
            double[] e,
            @Nullable Wide f,
            Supplier<? extends @Nullable Wide> masks,
            RandomSource random) {
        int degree = relation.chain().degree();
        int forS = bits(degree, relation.repetitions(), 1);
        int forE = bits(degree, relation.repetitions(), ERROR_MAX);
        Sm3 hash = relation.begin();
        List<Answer> first = new ArrayList<>();
        for (int r = 0; r < relation.repetitions(); r++) {
            Answer y =
                    new Answer(Sampler.flood(degree, forS, random), Sampler.flood(degree, forE, random), masks.get());
            relation.update(hash, y.zs, y.ze, y.zf, -1);
            first.add(y);
        }
        Bytes challenge = Bytes.wrap(hash.digest());
        int[] shifts = shifts(challenge, relation);
        List<Answer> answers = new ArrayList<>();
        for (int r = 0; r < shifts.length; r++) {
            Answer y = first.get(r);
            ShareRelation.addShifted(s, shifts[r], y.zs);
            ShareRelation.addShifted(e, shifts[r], y.ze);
            Wide zf = y.zf == null || f == null ? null : y.zf.plus(f, shifts[r], relation.width());
            answers.add(new Answer(y.zs, y.ze, zf));
        }
        return new ShareProof(challenge, answers, relation.width());
    }

    private static int[] shifts(Bytes challenge, ShareRelation relation) {
        RandomSource random = new SeededRandom(challenge.toArray(), "poyang.rlwe.share-proof");
        int[] shifts = new int[relation.repetitions()];
        for (int r = 0; r < shifts.length; r++) {
            shifts[r] = (int) random.nextLong() & (2 * relation.chain().degree() - 1);
        }
        return shifts;
    }

    private boolean inRange(ShareRelation relation, Predicate<Wide> sound) {
        int degree = relation.chain().degree();
        double forS = Math.scalb(1.0, bits(degree, relation.repetitions(), 1));
        double forE = Math.scalb(1.0, bits(degree, relation.repetitions(), ERROR_MAX));
        boolean in = true;
        for (Answer z : answers) {
            // where y + x lies with the same probability for all |x| ≤ most
            boolean s = Wide.within(z.zs, forS - 1);
            boolean e = Wide.within(z.ze, forE - ERROR_MAX);
            in &= s && e;
            if (z.zf != null) {
                in &= z.zf.fits(degree, relation.width()) && sound.test(z.zf);
            }
        }
        return in;
    }

    /// @param sound what answers about f must satisfy
    boolean holds(ShareRelation relation, Predicate<Wide> sound) {
        boolean shaped = answers.size() == relation.repetitions() && width == relation.width();
        if (!shaped || !inRange(relation, sound)) {
            return false;
        }
        int[] shifts = shifts(challenge, relation);
        Sm3 hash = relation.begin();
        for (int r = 0; r < shifts.length; r++) {
            Answer z = answers.get(r);
            relation.update(hash, z.zs, z.ze, z.zf, shifts[r]);
        }
        return Bytes.wrap(hash.digest()).equals(challenge);
    }

    void write(CanonicalWriter to, Chain chain) {
        int k = answers.size();
        to.bytes(challenge).u8(width).list(answers, (writer, z) -> {
            writer.bytes(Wide.pack(z.zs, bits(chain.degree(), k, 1) + 1));
            writer.bytes(Wide.pack(z.ze, bits(chain.degree(), k, ERROR_MAX) + 1));
            if (z.zf != null) {
                z.zf.write(writer, width);
            }
        });
    }

    static ShareProof read(CanonicalReader from, Chain chain, int repetitions) {
        if (repetitions < 1 || repetitions > REPETITIONS_MAX) {
            throw Codec.bad("a proof has " + repetitions + " answers");
        }
        Bytes challenge = from.exactly(Sm3.DIGEST_BYTES);
        int width = from.u8();
        if (width > Wide.BITS_MAX) {
            throw Codec.bad("a proof has answers of " + width + " bits");
        }
        int n = chain.degree();
        List<Answer> answers = from.list(
                repetitions,
                each -> new Answer(
                        Wide.read(each, n, bits(n, repetitions, 1) + 1, Wide.DIGIT_BITS),
                        Wide.read(each, n, bits(n, repetitions, ERROR_MAX) + 1, Wide.DIGIT_BITS),
                        width == 0 ? null : Wide.read(each, n, width)));
        if (answers.size() != repetitions) {
            throw Codec.bad("a proof has " + answers.size() + " answers");
        }
        return new ShareProof(challenge, answers, width);
    }

    int repetitions() {
        return answers.size();
    }

    /// The error behind a share of a key, whose secret is known.
    ///
    /// @param a and b as values
    /// @return coefficients, or null when the share is of another secret
    static double @Nullable [] error(Chain chain, double[][] a, double[][] b, RlweSecretKey part) {
        Ring ring = chain.ring();
        double[][] e = ring.multiply(a, part.values(chain), ring.zero(1));
        ring.inverse(ring.add(e, b, e));
        double[] out = e[0];
        boolean small = true;
        for (int j = 0; j < out.length; j++) {
            out[j] = ring.modulus(0).centred(ring.modulus(0).canonical(out[j]));
            small &= Math.abs(out[j]) <= ERROR_MAX;
        }
        return small ? out : null;
    }
}
