package poyang.homomorphic.rlwe;

import java.util.List;
import poyang.homomorphic.ring.Ring;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// BFV under a key whose secret is the sum of all parties' secrets.
///
/// - security: as {@link Joint}. A share of a decryption that is not from its ciphertext leaves
///   noise that the decryption refuses; a party that lies by a multiple of Q/t moves the result
///   unseen. A decryption is never done again with other shares of the same ciphertext: the
///   difference of two floods tells of the secret
/// - source: Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux, PoPETs 2021, sections 4.1 to 4.3;
///   the flood as in Asharov et al., EUROCRYPT 2012
public final class JointBfv extends Joint {
    private final Bfv bfv;

    JointBfv(Bfv bfv, int parties) {
        super(bfv.parameters(), parties);
        this.bfv = bfv;
    }

    /// One party's share of a decryption: its product with c1 under a flood 2^40 times the noise's
    /// bound.
    ///
    /// @throws PoyangException `NOISE_EXHAUSTED` when there is no room for the floods
    public JointShare decryptionShare(RlweSecretKey part, BfvCiphertext ciphertext, RandomSource random) {
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

    private Bytes about(BfvCiphertext ciphertext) {
        return subject("decryption", ciphertext.encode(bfv.parameters()));
    }

    /// @throws PoyangException `BAD_SHARES` when shares are missing or of another ciphertext,
    ///     `NOISE_EXHAUSTED` when what they leave cannot be decrypted
    public BfvPlaintext decrypt(BfvCiphertext ciphertext, List<JointShare> shares) {
        List<double[][]> sum = sum(about(ciphertext), shares, 1, ciphertext.primes());
        double[][] phase = sum.getFirst();
        return bfv.round(ring.add(phase, ciphertext.c0(), phase));
    }
}
