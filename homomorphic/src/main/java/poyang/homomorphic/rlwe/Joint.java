package poyang.homomorphic.rlwe;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
/// - security: shares of the public key and of decryptions are proven ({@link ShareProof}): one
///   that is not what it should be is refused with `BAD_PROOF`, which names the party, and a party
///   cannot make its share of the key out of those of others. Methods whose names say `unproven` or
///   `TrustingAll` leave the proofs out, for parties that follow the protocol. Keys for products
///   and rotations carry no proof: who lies there spoils what is computed with them
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

    // ---- the public key -----------------------------------------------------------------------------

    /// @param party whose share it is, from 0
    /// @param seed 32 bytes that all parties have agreed on and none has chosen
    /// @throws PoyangException `BAD_PARAMETERS` where primes are too few for proofs
    public final ProvenShare publicKeyShare(int party, RlweSecretKey part, Bytes seed, RandomSource random) {
        RandomSource fast = Bfv.fast(random);
        JointShare share = unprovenPublicKeyShare(part, seed, fast);
        ShareRelation relation = relation(party, seed, share.elements().getFirst());
        double[] e = error(party, seed, share.elements().getFirst(), part);
        ShareProof proof = ShareProof.prove(relation, part.coefficients(chain), e, null, () -> null, f -> true, fast);
        return new ProvenShare(party, share, proof);
    }

    /// Joins the shares of all parties, in any order, and checks each.
    ///
    /// @throws PoyangException `BAD_SHARES` unless there is one of every party, `BAD_PROOF` with
    ///     the party whose share is wrong
    public final JointKey key(Bytes seed, List<ProvenShare> shares) {
        List<double[][]> all = new ArrayList<>();
        List<JointShare> plain = new ArrayList<>();
        for (ProvenShare each : ordered(subject("public key", seed), shares, chain.levels())) {
            double[][] b = each.share().elements().getFirst();
            if (!each.proof().holds(relation(each.party(), seed, b), f -> true)) {
                throw lie(each.party(), "share of the public key");
            }
            all.add(b);
            plain.add(each.share());
        }
        return new JointKey(parameters, seed, all, publicKeyTrustingAll(seed, plain));
    }

    private ShareRelation relation(int party, Bytes seed, double[][] b) {
        if (!ShareProof.unique(chain, ShareProof.REPETITIONS_MAX)) {
            throw Chain.bad(Math.round(chain.bits()) + " bits of primes and proofs", "larger parameters are needed");
        }
        if (party < 0 || party >= parties) {
            throw bad("a share of party " + party, "parties 0 to " + (parties - 1) + " have shares");
        }
        byte[] context = new CanonicalWriter("poyang.rlwe.joint-prover.v1")
                .u8(parties)
                .u8(party)
                .bytes(seed)
                .toArray();
        double[][] a = RlwePublicKey.expand(chain, seed);
        return ShareRelation.key(chain, Bytes.wrap(context), a, ring.inverse(Ring.copy(b)));
    }

    private double[] error(int party, Bytes seed, double[][] b, RlweSecretKey part) {
        double[] e = ShareProof.error(chain, RlwePublicKey.expand(chain, seed), b, part);
        if (e == null) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_HE_KEY,
                    "the secret is not the one behind the share of party " + party,
                    "the secret that this share of the key was made of is needed");
        }
        return e;
    }

    /// The shares of one subject, one of each party, in their order.
    private List<ProvenShare> ordered(Bytes subject, List<ProvenShare> shares, int rows) {
        TreeMap<Integer, ProvenShare> present = new TreeMap<>();
        shares.forEach(each -> present.put(each.party(), each));
        if (shares.size() != parties || present.size() != parties || present.lastKey() >= parties) {
            throw bad(
                    "shares of parties "
                            + shares.stream().map(ProvenShare::party).sorted().toList() + " are there",
                    "one of each of " + parties + " parties is needed");
        }
        for (ProvenShare each : present.values()) {
            if (!fits(each.share(), subject, 1, rows)) {
                throw bad(
                        "the share of party " + each.party() + " is for something else", "its share of this is needed");
            }
        }
        return List.copyOf(present.values());
    }

    static PoyangException lie(int party, String what) {
        return new PoyangException(
                HomomorphicErrors.BAD_PROOF,
                "the " + what + " of party " + party + " is wrong",
                "one that its share of the key stands behind is needed");
    }

    /// As {@link #publicKeyShare}, without a proof.
    public final JointShare unprovenPublicKeyShare(RlweSecretKey part, Bytes seed, RandomSource random) {
        double[][] share = RlwePublicKey.share(chain, part, seed, Bfv.fast(random));
        return new JointShare(subject("public key", seed), List.<double[][]>of(share));
    }

    /// A key of shares that nobody has proven: a party that chose its share after it saw the others
    /// may know the whole secret.
    ///
    /// @throws PoyangException `BAD_SHARES` unless every party's share is there
    public final RlwePublicKey publicKeyTrustingAll(Bytes seed, List<JointShare> shares) {
        List<double[][]> sum = sum(subject("public key", seed), shares, 1, chain.levels());
        return RlwePublicKey.of(chain, seed, sum.getFirst(), parties);
    }

    // ---- decryption, proven -------------------------------------------------------------------------

    /// What a share of a decryption is about, and how large its answers may be.
    ///
    /// @param c1 as values
    /// @param width bits of answers about the flood, with the sign
    /// @param sound what else such answers must satisfy
    record Opening(Bytes subject, List<double[][]> c1, int repetitions, int width, Predicate<Wide> sound) {}

    /// A share c1·s + f with its proof.
    ///
    /// @param floods gives f, then masks of its distribution
    /// @param asValues whether shares are sent as values, or as coefficients
    final ProvenShare open(
            JointKey key,
            int party,
            RlweSecretKey part,
            Opening opening,
            Supplier<Wide> floods,
            boolean asValues,
            RandomSource random) {
        key.check(parameters, parties);
        ShareRelation of = relation(party, key.seed(), key.share(party));
        double[] e = error(party, key.seed(), key.share(party), part);
        double[][] c1 = opening.c1().getFirst();
        Wide f = floods.get();
        double[][] share = ring.forward(f.rows(ring, c1.length));
        ring.multiplyAdd(c1, part.values(chain), share);
        double[][] coefficients = ring.inverse(Ring.copy(share));
        ShareRelation relation = of.with(about(key, opening), c1, coefficients, opening.repetitions(), opening.width());
        ShareProof proof = ShareProof.prove(relation, part.coefficients(chain), e, f, floods, opening.sound(), random);
        JointShare sent = new JointShare(opening.subject(), List.<double[][]>of(asValues ? share : coefficients));
        return new ProvenShare(party, sent, proof);
    }

    private static Bytes about(JointKey key, Opening opening) {
        return Bytes.wrap(Sm3.digest(key.id().toArray(), opening.subject().toArray()));
    }

    /// The shares of a decryption, each checked.
    final List<JointShare> opened(JointKey key, Opening opening, List<ProvenShare> shares, boolean asValues) {
        key.check(parameters, parties);
        double[][] c1 = opening.c1().getFirst();
        List<JointShare> checked = new ArrayList<>();
        for (ProvenShare each : ordered(opening.subject(), shares, c1.length)) {
            double[][] d = Ring.copy(each.share().elements().getFirst());
            ShareRelation relation = relation(each.party(), key.seed(), key.share(each.party()))
                    .with(
                            about(key, opening),
                            c1,
                            asValues ? ring.inverse(d) : d,
                            opening.repetitions(),
                            opening.width());
            if (!each.proof().holds(relation, opening.sound())) {
                throw lie(each.party(), "share of the decryption");
            }
            checked.add(each.share());
        }
        return checked;
    }

    // ---- keys for products and rotations ------------------------------------------------------------

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
            if (!fits(share, subject, count, rows)) {
                throw bad("a share is for something else", "shares of one step and subject are needed");
            }
            for (int i = 0; i < count; i++) {
                ring.add(sum.get(i), share.elements().get(i), sum.get(i));
            }
        }
        return sum;
    }

    static boolean fits(JointShare share, Bytes subject, int count, int rows) {
        return share.subject().equals(subject)
                && share.elements().size() == count
                && share.elements().stream().allMatch(each -> each.length == rows);
    }

    /// Whether it is a share of the public key with this seed.
    public final boolean isOfKey(Bytes seed, JointShare share) {
        return fits(share, subject("public key", seed), 1, chain.levels());
    }

    static PoyangException bad(String wrong, String right) {
        return new PoyangException(HomomorphicErrors.BAD_SHARES, wrong, right);
    }
}
