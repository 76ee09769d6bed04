package poyang.homomorphic.rlwe;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Ring;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// BFV under a key whose secret is the sum of all parties' secrets: pure functions that make shares
/// and join them, without a network.
///
/// - parties: all must take part in a decryption; any smaller number learns nothing of a plaintext
/// - security: against parties that follow the protocol. A missing share, or one that is not from
///   its ciphertext, leaves noise that the decryption refuses; a party that lies by a multiple of
///   Q/t moves the result unseen. A decryption is never done again with other shares of the same
///   ciphertext: the difference of two floods tells of the secret
/// - keys: public key and rotations; products of ciphertexts need a key that is not made here
/// - source: Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux, PoPETs 2021, sections 4.1 and 4.2;
///   the flood as in Asharov et al., EUROCRYPT 2012
public final class JointBfv {
    private static final String DOMAIN = "poyang.bfv.joint-share.v1";
    private static final int PARTIES_MAX = 64;

    private final Bfv bfv;
    private final Chain chain;
    private final Ring ring;
    private final int parties;

    JointBfv(Bfv bfv, int parties) {
        if (parties < 2 || parties > PARTIES_MAX) {
            throw Chain.bad(parties + " parties", "2 to " + PARTIES_MAX + " are needed");
        }
        this.bfv = bfv;
        this.parties = parties;
        chain = bfv.parameters().chain();
        ring = chain.ring();
    }

    /// What one party sends, for one step and one subject.
    public static final class Share {
        private final Bytes subject;
        private final List<double[][]> elements;

        private Share(Bytes subject, List<double[][]> elements) {
            this.subject = subject;
            this.elements = List.copyOf(elements);
        }

        public Bytes encode(BfvParameters of) {
            CanonicalWriter writer = Codec.begin(DOMAIN, of.chain()).bytes(subject);
            writer.list(elements, (to, rows) -> Codec.writeRows(to.u8(rows.length), of.chain(), rows));
            return writer.toBytes();
        }

        /// @throws PoyangException `BAD_ENCODING` or `BAD_CIPHERTEXT` for anything but a share's
        ///     bytes
        public static Share decode(BfvParameters of, Bytes encoded) {
            CanonicalReader reader = Codec.open(DOMAIN, of.chain(), encoded.toArray());
            Bytes subject = reader.exactly(Sm3.DIGEST_BYTES);
            int elementsMax = of.chain().levels() * 2 * Integer.SIZE;
            List<double[][]> elements = reader.list(elementsMax, each -> {
                int rows = each.u8();
                if (rows < 1 || rows > of.chain().levels() + 1) {
                    throw Codec.bad("an element has " + rows + " primes");
                }
                return Codec.readRows(each, of.chain(), rows);
            });
            reader.end();
            return new Share(subject, elements);
        }

        @Override
        public String toString() {
            return "Share[" + elements.size() + " elements]";
        }
    }

    private static Bytes subject(String step, Bytes of) {
        return Bytes.wrap(Sm3.digest(new CanonicalWriter("poyang.bfv.joint-subject.v1")
                .text(step)
                .bytes(of)
                .toArray()));
    }

    // ---- keys ---------------------------------------------------------------------------------------

    /// @param seed 32 bytes that all parties have agreed on and none has chosen
    public Share publicKeyShare(RlweSecretKey part, Bytes seed, RandomSource random) {
        double[][] share = RlwePublicKey.share(chain, part, seed, Bfv.fast(random));
        return new Share(subject("public key", seed), List.<double[][]>of(share));
    }

    /// @throws PoyangException `BAD_SHARES` unless every party's share is there
    public RlwePublicKey publicKey(Bytes seed, List<Share> shares) {
        List<double[][]> sum = sum(subject("public key", seed), shares, 1, chain.levels());
        return RlwePublicKey.of(chain, seed, sum.getFirst(), parties);
    }

    private static Bytes seed(Bytes seed, int element) {
        return subject("rotation " + element, seed);
    }

    /// The share of keys for rotations by powers of two, the exchange of rows, and the steps given.
    public Share rotationShare(RlweSecretKey part, Bytes seed, RandomSource random, int... steps) {
        List<double[][]> all = new ArrayList<>();
        for (int g : RotationKeys.elements(chain, steps)) {
            RandomSource fast = Bfv.fast(random);
            all.addAll(List.of(SwitchKey.share(chain, part, part.moved(chain, g), seed(seed, g), fast)));
        }
        return new Share(subject("rotations", seed), all);
    }

    /// @throws PoyangException `BAD_SHARES` unless every party's share is there
    public RotationKeys rotationKeys(Bytes seed, List<Share> shares, int... steps) {
        var elements = RotationKeys.elements(chain, steps);
        int count = elements.size() * chain.levels();
        List<double[][]> sum = sum(subject("rotations", seed), shares, count, chain.levels() + 1);
        TreeMap<Integer, SwitchKey> keys = new TreeMap<>();
        int at = 0;
        for (int g : elements) {
            double[][][] b = sum.subList(at, at + chain.levels()).toArray(double[][][]::new);
            keys.put(g, SwitchKey.of(chain, seed(seed, g), b, parties));
            at += chain.levels();
        }
        return RotationKeys.of(chain, keys);
    }

    private List<double[][]> sum(Bytes subject, List<Share> shares, int count, int rows) {
        if (shares.size() != parties) {
            throw bad(shares.size() + " shares are there", "one of each of " + parties + " parties is needed");
        }
        List<double[][]> sum = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sum.add(ring.zero(rows));
        }
        for (Share share : shares) {
            boolean fits = share.subject.equals(subject)
                    && share.elements.size() == count
                    && share.elements.stream().allMatch(each -> each.length == rows);
            if (!fits) {
                throw bad("a share is for something else", "shares of one step and subject are needed");
            }
            for (int i = 0; i < count; i++) {
                ring.add(sum.get(i), share.elements.get(i), sum.get(i));
            }
        }
        return sum;
    }

    private static PoyangException bad(String wrong, String right) {
        return new PoyangException(HomomorphicErrors.BAD_SHARES, wrong, right);
    }

    // ---- decryption ---------------------------------------------------------------------------------

    /// One party's share of a decryption: its product with c1 under a flood 2^40 times the noise's
    /// bound.
    ///
    /// @throws PoyangException `NOISE_EXHAUSTED` when there is no room for the floods
    public Share decryptionShare(RlweSecretKey part, BfvCiphertext ciphertext, RandomSource random) {
        int bits = Flood.bits(ciphertext.variance());
        double room =
                chain.bits(ciphertext.primes()) - Noise.log2(bfv.parameters().plainModulus()) - 2;
        if (bits + 1 + Noise.log2(parties) > room) {
            throw Flood.noRoom();
        }
        double[][] share = ring.forward(Ring.copy(ciphertext.c1()));
        ring.inverse(ring.multiply(share, part.values(chain), share));
        double[][] flood = Flood.uniform(chain, ciphertext.primes(), bits, Bfv.fast(random));
        return new Share(about(ciphertext), List.<double[][]>of(ring.add(share, flood, share)));
    }

    private Bytes about(BfvCiphertext ciphertext) {
        return subject("decryption", ciphertext.encode(bfv.parameters()));
    }

    /// @throws PoyangException `BAD_SHARES` when shares are missing or of another ciphertext,
    ///     `NOISE_EXHAUSTED` when what they leave cannot be decrypted
    public BfvPlaintext decrypt(BfvCiphertext ciphertext, List<Share> shares) {
        List<double[][]> sum = sum(about(ciphertext), shares, 1, ciphertext.primes());
        double[][] phase = sum.getFirst();
        return bfv.round(ring.add(phase, ciphertext.c0(), phase));
    }
}
