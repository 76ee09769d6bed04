package poyang.homomorphic.rlwe;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Keys whose secret is the sum of all parties' secrets: pure functions that make shares and join
/// them, without a network.
///
/// - parties: all must take part in a decryption; any smaller number learns nothing of a plaintext
/// - security: against parties that follow the protocol. A missing share, or one for another step
///   or subject, is refused
/// - keys: the public key and rotations in one round, products in two, where the second answers
///   the first round's shares in the order in which they are listed
/// - source: Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux, PoPETs 2021, section 4; in the second
///   round of a key for products the two answers are sent as their sum
public abstract sealed class Joint permits JointBfv, JointCkks {
    static final int PARTIES_MAX = 64;

    final RlweParameters parameters;
    final Chain chain;
    final Ring ring;
    final int parties;

    Joint(RlweParameters parameters, int parties) {
        if (parties < 2 || parties > PARTIES_MAX) {
            throw Chain.bad(parties + " parties", "2 to " + PARTIES_MAX + " are needed");
        }
        this.parameters = parameters;
        this.parties = parties;
        chain = parameters.chain();
        ring = chain.ring();
    }

    static Bytes subject(String step, Bytes of) {
        return Bytes.wrap(Sm3.digest(new CanonicalWriter("poyang.rlwe.joint-subject.v1")
                .text(step)
                .bytes(of)
                .toArray()));
    }

    /// @param seed 32 bytes that all parties have agreed on and none has chosen
    public final JointShare publicKeyShare(RlweSecretKey part, Bytes seed, RandomSource random) {
        double[][] share = RlwePublicKey.share(chain, part, seed, Bfv.fast(random));
        return new JointShare(subject("public key", seed), List.<double[][]>of(share));
    }

    /// @throws PoyangException `BAD_SHARES` unless every party's share is there
    public final RlwePublicKey publicKey(Bytes seed, List<JointShare> shares) {
        List<double[][]> sum = sum(subject("public key", seed), shares, 1, chain.levels());
        return RlwePublicKey.of(chain, seed, sum.getFirst(), parties);
    }

    private static Bytes seed(String use, Bytes seed) {
        return subject(use, seed);
    }

    /// The share of keys for rotations by powers of two, the exchange of rows, and the steps given.
    public final JointShare rotationShare(RlweSecretKey part, Bytes seed, RandomSource random, int... steps) {
        List<double[][]> all = new ArrayList<>();
        for (int g : RotationKeys.elements(chain, steps)) {
            RandomSource fast = Bfv.fast(random);
            all.addAll(List.of(SwitchKey.share(chain, part, part.moved(chain, g), seed("rotation " + g, seed), fast)));
        }
        return new JointShare(subject("rotations", seed), all);
    }

    /// @throws PoyangException `BAD_SHARES` unless every party's share is there
    public final RotationKeys rotationKeys(Bytes seed, List<JointShare> shares, int... steps) {
        var elements = RotationKeys.elements(chain, steps);
        int count = elements.size() * chain.levels();
        List<double[][]> sum = sum(subject("rotations", seed), shares, count, chain.levels() + 1);
        TreeMap<Integer, SwitchKey> keys = new TreeMap<>();
        int at = 0;
        for (int g : elements) {
            double[][][] b = sum.subList(at, at + chain.levels()).toArray(double[][][]::new);
            keys.put(g, SwitchKey.of(chain, seed("rotation " + g, seed), b, parties));
            at += chain.levels();
        }
        return RotationKeys.of(chain, keys);
    }

    /// One party's way through the two rounds that make a key for products. Not to be used twice.
    public final class Relinearising {
        private final RlweSecretKey part;
        private final RlweSecretKey once;
        private final RandomSource random;
        private final JointShare first;

        private Relinearising(RlweSecretKey part, Bytes seed, RandomSource random) {
            this.part = part;
            this.random = Bfv.fast(random);
            once = RlweSecretKey.generate(chain, this.random);
            double[][][] a = SwitchKey.expand(chain, seed("products", seed));
            List<double[][]> all = new ArrayList<>(
                    List.of(SwitchKey.share(chain, once, part.values(chain), seed("products", seed), this.random)));
            for (double[][] each : a) {
                all.add(noisy(each, part.values(chain)));
            }
            first = new JointShare(subject("products one", seed), all);
        }

        /// What the first round sends.
        public JointShare first() {
            return first;
        }

        /// What the second round sends; the one-time secret is gone afterwards.
        ///
        /// @param seed of the first round
        /// @param firsts all parties' shares of the first round
        /// @throws PoyangException `BAD_SHARES` unless every party's share is there
        public JointShare second(Bytes seed, List<JointShare> firsts) {
            List<double[][]> sums = sum(subject("products one", seed), firsts, 2 * chain.levels(), chain.levels() + 1);
            List<double[][]> all = new ArrayList<>();
            int rows = chain.levels() + 1;
            double[][] rest = ring.subtract(once.values(chain), part.values(chain), ring.zero(rows));
            for (int i = 0; i < chain.levels(); i++) {
                double[][] share = noisy(sums.get(i), part.values(chain));
                all.add(ring.add(share, noisy(sums.get(chain.levels() + i), rest), share));
            }
            once.close();
            return new JointShare(after(seed, firsts), all);
        }

        /// The product with a secret under a fresh error.
        private double[][] noisy(double[][] element, double[][] secret) {
            int rows = chain.levels() + 1;
            double[][] e = ring.forward(ring.signed(Sampler.noise(chain.degree(), random), rows));
            ring.multiplyAdd(element, secret, e);
            return e;
        }
    }

    /// @param seed 32 bytes that all parties have agreed on and none has chosen
    public final Relinearising relinearising(RlweSecretKey part, Bytes seed, RandomSource random) {
        return new Relinearising(part, seed, random);
    }

    /// @param firsts all parties' shares of the first round
    /// @param seconds and of the second, in answer to these
    /// @throws PoyangException `BAD_SHARES` unless every party's shares are there
    public final RelinearisationKey relinearisationKey(Bytes seed, List<JointShare> firsts, List<JointShare> seconds) {
        int levels = chain.levels();
        List<double[][]> one = sum(subject("products one", seed), firsts, 2 * levels, levels + 1);
        List<double[][]> two = sum(after(seed, firsts), seconds, levels, levels + 1);
        double[][][] a = one.subList(levels, 2 * levels).toArray(double[][][]::new);
        return new RelinearisationKey(SwitchKey.of(chain, two.toArray(double[][][]::new), a, parties));
    }

    private Bytes after(Bytes seed, List<JointShare> firsts) {
        CanonicalWriter writer = new CanonicalWriter("poyang.rlwe.joint-round.v1").bytes(seed);
        writer.list(
                firsts,
                (to, share) ->
                        to.bytes(Bytes.wrap(Sm3.digest(share.encode(parameters).toArray()))));
        return subject("products two", Bytes.wrap(Sm3.digest(writer.toArray())));
    }

    final List<double[][]> sum(Bytes subject, List<JointShare> shares, int count, int rows) {
        if (shares.size() != parties) {
            throw bad(shares.size() + " shares are there", "one of each of " + parties + " parties is needed");
        }
        List<double[][]> sum = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sum.add(ring.zero(rows));
        }
        for (JointShare share : shares) {
            boolean fits = share.subject().equals(subject)
                    && share.elements().size() == count
                    && share.elements().stream().allMatch(each -> each.length == rows);
            if (!fits) {
                throw bad("a share is for something else", "shares of one step and subject are needed");
            }
            for (int i = 0; i < count; i++) {
                ring.add(sum.get(i), share.elements().get(i), sum.get(i));
            }
        }
        return sum;
    }

    static PoyangException bad(String wrong, String right) {
        return new PoyangException(HomomorphicErrors.BAD_SHARES, wrong, right);
    }
}
