package poyang.homomorphic.rlwe;

import java.util.List;
import poyang.homomorphic.ring.Ring;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// BFV under a key whose secret is the sum of all parties' secrets.
///
/// - security: as {@link Joint}. With all shares proven a decryption is what the parties' shares of
///   the key make of the ciphertext, or is refused: what proven floods add up to, beyond whole
///   integers and halves that are refused, is t·parties·n·B_f/Q ≤ 1/8 of an integer, for which room
///   is demanded, and an answer is given only within 1/4. A party that can no longer change a
///   result can still stop it: by no share, by a wrong one, which names it, or by a rare one whose
///   proof holds and whose half integers do not (it answers one challenge in (2n)^k)
/// - secrecy: a decryption is never done again with other shares of the same ciphertext: the
///   difference of two floods tells of the secret. The flood is as wide as the ciphertext's
///   estimate demands: a party makes shares only of ciphertexts whose making it has followed
/// - source: Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux, PoPETs 2021, sections 4.1 to 4.3;
///   the flood as in Asharov et al., EUROCRYPT 2012
public final class JointBfv extends Joint {
    /// Bits of an answer above those of a flood: their sum, the sign, and a spare one.
    private static final int WIDTH_BITS = 3;

    private final Bfv bfv;

    JointBfv(Bfv bfv, int parties) {
        super(bfv.parameters(), parties);
        this.bfv = bfv;
    }

    /// One party's share of a decryption, with its proof: its product with c1 under a flood
    /// 2^40·(k + 1) times the noise's bound, for k answers of the proof.
    ///
    /// @param key of all parties' proven shares
    /// @param party whose share it is, from 0
    /// @throws PoyangException `NOISE_EXHAUSTED` when there is no room for floods and proofs
    public ProvenShare decryptionShare(
            JointKey key, int party, RlweSecretKey part, BfvCiphertext ciphertext, RandomSource random) {
        RandomSource fast = Bfv.fast(random);
        int bits = provenBits(ciphertext);
        return open(key, party, part, opening(ciphertext), () -> Wide.uniform(chain.degree(), bits, fast), false, fast);
    }

    private int provenBits(BfvCiphertext ciphertext) {
        bfv.check(ciphertext);
        return Flood.bits(ciphertext.variance()) + (int) Math.ceil(Noise.log2(1L + ShareProof.repetitions(chain)));
    }

    private Opening opening(BfvCiphertext ciphertext) {
        int width = provenBits(ciphertext) + WIDTH_BITS;
        // t·parties·n·B_f/Q ≤ 1/8 with B_f = 2^width
        double needed = width + Noise.log2(chain.degree()) + Noise.log2(parties);
        double room =
                chain.bits(ciphertext.primes()) - Noise.log2(bfv.parameters().plainModulus()) - 3;
        if (needed > room || width > Wide.BITS_MAX) {
            throw Flood.noRoom();
        }
        double[][] c1 = ring.forward(Ring.copy(ciphertext.c1()));
        return new Opening(about(ciphertext), List.<double[][]>of(c1), ShareProof.repetitions(chain), width, f -> true);
    }

    /// @throws PoyangException `BAD_SHARES` when shares are missing or of another ciphertext,
    ///     `BAD_PROOF` with the party whose share is wrong, `NOISE_EXHAUSTED` when what they leave
    ///     cannot be decrypted
    public BfvPlaintext decrypt(JointKey key, BfvCiphertext ciphertext, List<ProvenShare> shares) {
        return decryptTrustingAll(ciphertext, opened(key, opening(ciphertext), shares, false));
    }

    /// As {@link #decryptionShare}, without a proof and under a flood of 2^40 times the bound.
    ///
    /// @throws PoyangException `NOISE_EXHAUSTED` when there is no room for the floods
    public JointShare unprovenDecryptionShare(RlweSecretKey part, BfvCiphertext ciphertext, RandomSource random) {
        bfv.check(ciphertext);
        int bits = Flood.bits(ciphertext.variance());
        double room =
                chain.bits(ciphertext.primes()) - Noise.log2(bfv.parameters().plainModulus()) - 2;
        if (bits + 1 + Noise.log2(parties) > room) {
            throw Flood.noRoom();
        }
        double[][] share = ring.forward(Ring.copy(ciphertext.c1()));
        ring.inverse(ring.multiply(share, part.values(chain), share));
        double[][] flood = Flood.uniform(chain, ciphertext.primes(), bits, Bfv.fast(random));
        return new JointShare(about(ciphertext), List.<double[][]>of(ring.add(share, flood, share)));
    }

    /// Whether it is a share of this ciphertext's decryption.
    public boolean isOf(BfvCiphertext ciphertext, JointShare share) {
        return fits(share, about(ciphertext), 1, ciphertext.primes());
    }

    private Bytes about(BfvCiphertext ciphertext) {
        return subject("decryption", ciphertext.encode(bfv.parameters()));
    }

    /// From shares that nobody has proven: a party that lies by a multiple of Q/t moves the result
    /// unseen.
    ///
    /// @throws PoyangException `BAD_SHARES` when shares are missing or of another ciphertext,
    ///     `NOISE_EXHAUSTED` when what they leave cannot be decrypted
    public BfvPlaintext decryptTrustingAll(BfvCiphertext ciphertext, List<JointShare> shares) {
        bfv.check(ciphertext);
        List<double[][]> sum = sum(about(ciphertext), shares, 1, ciphertext.primes());
        double[][] phase = sum.getFirst();
        return bfv.round(ring.add(phase, ciphertext.c0(), phase));
    }
}
