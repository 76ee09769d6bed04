package poyang.homomorphic.aggregate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.rlwe.Bfv;
import poyang.homomorphic.rlwe.BfvCiphertext;
import poyang.homomorphic.rlwe.BfvParameters;
import poyang.homomorphic.rlwe.JointBfv;
import poyang.homomorphic.rlwe.JointShare;
import poyang.homomorphic.rlwe.RlwePublicKey;
import poyang.homomorphic.rlwe.RlweSecretKey;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Sums of many reporters' vectors: a collector adds ciphertexts under a key that the reporters hold
/// together, and the receiver alone gets to know the sums.
///
/// ```
/// reporters ⇄ reporters   1 shares of the joint key   2 SM3 of the own ciphertext   3 what was heard so far
/// reporters → collector                                                             4 the ciphertext
/// collector → reporters   5 all ciphertexts, and their sum
/// reporters → receiver    6 a flooded share of the sum's decryption
/// ```
/// - computes: for each slot the sum over all reporters, exactly
/// - shapes: the same number of slots, up to {@link #VALUES_MAX}, from every reporter, each of
///   magnitude up to {@link #VALUE_MAX}; the slots behind them are zeros, and a decryption in which
///   they are not, or a sum is larger than can be, is refused
/// - each learns: the receiver the sums; the collector that ciphertexts came, and every reporter the
///   others' ciphertexts, which nobody can open without all reporters
/// - adversary: a collector that does whatever it likes, alone; reporters and receiver that follow
///   the protocol. A reporter that does not may shift the sums, and with a ciphertext that is none
///   may, together with the receiver, learn of the joint key: proofs about ciphertexts would be
///   needed against that
/// - why the collector cannot have anything else decrypted: a reporter gives its share only for the
///   sum that it has added up itself, of ciphertexts whose digests their makers told it directly
///   before any ciphertext was sent. Otherwise the collector could pass one reporter's ciphertext
///   for the sum, or different lists to different reporters, and read that reporter's numbers.
///   The estimate of noise in a ciphertext decides how wide a share's flood is: each must be that of
///   a fresh encryption
/// - security: RLWE at 128 bits (Homomorphic Encryption Standard 2018), floods of 40 bits more than
///   what they hide; the joint key's common part is SM3 of session and names, which nobody chooses
/// - randomness: one fork each for key, encryption and flood; a session is never run again with the
///   same, for two floods of one ciphertext tell of the key
/// - cost: 6 rounds; bytes as {@link #sent} gives them, whatever the numbers are
/// - source: Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux, PoPETs 2021, sections 4.1 to 4.3 with
///   {@link JointBfv}; the exchange of digests before ciphertexts is ours
public final class JointSum {
    public static final int ID = 34;
    public static final int VERSION = 1;
    public static final String NAME = "bfv-sum";
    public static final int ROUNDS = 6;

    /// Of the receiver, and of everybody else, in words for those who consent.
    public static final String RECEIVER_LEARNS = "{k} 个报送方合计的{totals}，不知道其中任何一方的数值；合计减去自己的数值即其余各方的合计";

    public static final String RECEIVER_LEARNS_ENGLISH =
            "{totals} of {k} reporters together, and no single one's numbers; who knows some of them subtracts them"
                    + " and has the total of the others";
    public static final String OTHERS_LEARN = "除方案本身外一无所知；汇聚方只见密文";
    public static final String OTHERS_LEARN_ENGLISH = "nothing but the plan; the collector sees ciphertexts only";

    private static final BfvParameters PARAMETERS = BfvParameters.of(8192, 25, 48, 48, 49);
    /// Slots that every reporter leaves empty: a share that is not from the sum fills them.
    private static final int EMPTY_SLOTS = 64;

    /// How many numbers one run adds up at most.
    public static final int VALUES_MAX = 8192 - EMPTY_SLOTS;
    /// The largest magnitude of a reporter's number.
    public static final long VALUE_MAX = (1 << 20) - 1;

    private static final String DOMAIN = "poyang.joint-sum.v1";

    private static final int DIGEST_BYTES = 32;
    private static final int CIPHERTEXT_BYTES = 196_694;
    /// Of the key, and of a decryption.
    private static final int SHARE_BYTES = 98_419;

    private final Bytes session;
    private final SumRoles roles;
    private final Bfv bfv = new Bfv(PARAMETERS);
    private final JointBfv joint;

    /// The parts of a run, in their order.
    public enum Phase {
        /// The joint key is made.
        KEYS,
        /// Own numbers are encrypted, digests and ciphertexts cross.
        ENCRYPTING,
        /// Ciphertexts are added up and compared.
        ADDING,
        /// Shares of the decryption cross.
        DECRYPTING
    }

    /// What one party sends another.
    ///
    /// @param largest bytes of the longest frame
    public record Sent(long frames, long bytes, int largest) {}

    /// @param session names this run and no other
    public JointSum(Bytes session, SumRoles roles) {
        this.session = session;
        this.roles = roles;
        joint = bfv.joint(roles.reporters().size());
    }

    // ---- a reporter's side --------------------------------------------------------------------------

    /// @param values the own numbers
    /// @return the sums, where this reporter is the receiver
    /// @throws PoyangException `PEER_MISBEHAVED` with the party whose frames do not fit, and without one when the
    ///     shares of several others give no sums; `BAD_PLAINTEXT` for numbers out of range
    public Optional<long[]> report(long[] values, PartyNetwork network, RandomSource random, Consumer<Phase> progress) {
        check(values);
        PartyId self = network.self();
        List<PartyId> others = roles.reportersBut(self);
        try (RlweSecretKey part = bfv.secretKey(random.fork("key"))) {
            progress.accept(Phase.KEYS);
            Bytes seed = digest("key", List.of());
            Bytes own = joint.unprovenPublicKeyShare(part, seed, random.fork("key share"))
                    .encode(PARAMETERS);
            Map<PartyId, Bytes> keyShares = exchange(network, others, own);
            RlwePublicKey key = joint.publicKeyTrustingAll(seed, shares(keyShares, each -> joint.isOfKey(seed, each)));

            progress.accept(Phase.ENCRYPTING);
            BfvCiphertext ciphertext = bfv.encrypt(key, bfv.encode(values), random.fork("encryption"));
            Bytes encoded = ciphertext.encode(PARAMETERS);
            Map<PartyId, Bytes> digests = exchange(network, others, digestOf(self, encoded));
            Bytes view = view(keyShares, digests);
            exchange(network, others, view).forEach((other, theirs) -> {
                if (!theirs.equals(view)) {
                    throw misbehaved(other, "has heard other keys or digests than this party");
                }
            });
            network.send(roles.collector(), encoded.toArray());

            progress.accept(Phase.ADDING);
            BfvCiphertext sum = checkedSum(network, digests, bfv.budgetBits(ciphertext));

            progress.accept(Phase.DECRYPTING);
            Bytes share = joint.unprovenDecryptionShare(part, sum, random.fork("flood"))
                    .encode(PARAMETERS);
            if (!roles.receiver().equals(self)) {
                network.send(roles.receiver(), share.toArray());
                return Optional.empty();
            }
            Map<PartyId, Bytes> shares = received(network, others);
            shares.put(self, share);
            return Optional.of(opened(self, sum, shares, values.length));
        }
    }

    private static void check(long[] values) {
        boolean fits = values.length <= VALUES_MAX
                && Arrays.stream(values).allMatch(value -> value >= -VALUE_MAX && value <= VALUE_MAX);
        if (!fits) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PLAINTEXT,
                    values.length + " numbers, or one out of range",
                    "at most " + VALUES_MAX + " numbers of magnitude up to " + VALUE_MAX + " are needed");
        }
    }

    /// Adds up what the collector says that all reporters sent, holds each against what its maker said
    /// directly, and the collector's sum against the own one.
    private BfvCiphertext checkedSum(PartyNetwork network, Map<PartyId, Bytes> digests, double freshBudget) {
        PartyId collector = roles.collector();
        List<BfvCiphertext> all = new ArrayList<>();
        for (PartyId reporter : roles.reporters()) {
            Bytes encoded = Bytes.wrap(network.receive(collector));
            if (!digestOf(reporter, encoded).equals(of(digests, reporter))) {
                throw misbehaved(collector, "passes on another ciphertext than " + reporter + " made");
            }
            BfvCiphertext ciphertext = ciphertext(reporter, encoded);
            if (bfv.budgetBits(ciphertext) != freshBudget) {
                throw misbehaved(reporter, "made a ciphertext that is no fresh encryption");
            }
            all.add(ciphertext);
        }
        BfvCiphertext sum = sum(all);
        if (!Bytes.wrap(network.receive(collector)).equals(sum.encode(PARAMETERS))) {
            throw misbehaved(collector, "gives another sum than that of all ciphertexts");
        }
        return sum;
    }

    // ---- the collector's side -----------------------------------------------------------------------

    /// @param values how many numbers each reporter has
    /// @return the sums, where the collector is the receiver
    /// @throws PoyangException as {@link #report}
    public Optional<long[]> collect(int values, PartyNetwork network, Consumer<Phase> progress) {
        progress.accept(Phase.ENCRYPTING);
        Map<PartyId, Bytes> encoded = received(network, roles.reporters());
        progress.accept(Phase.ADDING);
        List<BfvCiphertext> all = new ArrayList<>();
        for (PartyId reporter : roles.reporters()) {
            all.add(ciphertext(reporter, of(encoded, reporter)));
        }
        BfvCiphertext sum = sum(all);
        for (PartyId reporter : roles.reporters()) {
            roles.reporters()
                    .forEach(maker -> network.send(reporter, of(encoded, maker).toArray()));
            network.send(reporter, sum.encode(PARAMETERS).toArray());
        }
        if (!roles.receiver().equals(roles.collector())) {
            return Optional.empty();
        }
        progress.accept(Phase.DECRYPTING);
        return Optional.of(opened(network.self(), sum, received(network, roles.reporters()), values));
    }

    // ---- what both do -------------------------------------------------------------------------------

    private BfvCiphertext sum(List<BfvCiphertext> all) {
        return all.stream().reduce(bfv::add).orElseThrow();
    }

    private long[] opened(PartyId self, BfvCiphertext sum, Map<PartyId, Bytes> heard, int values) {
        List<JointShare> shares = shares(heard, each -> joint.isOf(sum, each));
        long[] slots;
        try {
            slots = bfv.decode(joint.decryptTrustingAll(sum, shares));
        } catch (PoyangException e) {
            throw noSums(self);
        }
        long most = roles.reporters().size() * VALUE_MAX;
        for (int i = 0; i < slots.length; i++) {
            if (Math.abs(slots[i]) > (i < values ? most : 0)) {
                throw noSums(self);
            }
        }
        return Arrays.copyOf(slots, values);
    }

    /// Shares that nobody has proven tell whose is wrong only where one other party alone gave some.
    private PoyangException noSums(PartyId self) {
        List<PartyId> others = roles.reportersBut(self);
        if (others.size() == 1) {
            return misbehaved(others.getFirst(), "sent a share that gives no sums");
        }
        return new PoyangException(
                KernelErrors.PEER_MISBEHAVED,
                "the shares of the decryption do not give sums",
                "a share of this very sum is needed from every reporter");
    }

    private BfvCiphertext ciphertext(PartyId from, Bytes encoded) {
        if (encoded.length() != CIPHERTEXT_BYTES) {
            throw misbehaved(from, "made a ciphertext of " + encoded.length() + " bytes");
        }
        return decoded(from, () -> BfvCiphertext.decode(PARAMETERS, encoded));
    }

    /// One share of each reporter.
    private List<JointShare> shares(Map<PartyId, Bytes> heard, Predicate<JointShare> fits) {
        List<JointShare> shares = new ArrayList<>();
        for (PartyId reporter : roles.reporters()) {
            JointShare share = decoded(reporter, () -> JointShare.decode(PARAMETERS, of(heard, reporter)));
            if (!fits.test(share)) {
                throw misbehaved(reporter, "sent a share of something else");
            }
            shares.add(share);
        }
        return shares;
    }

    private static <T> T decoded(PartyId from, Supplier<T> decoding) {
        try {
            return decoding.get();
        } catch (PoyangException e) {
            throw misbehaved(from, "sent something malformed: " + e.wrong());
        }
    }

    /// Tells all others the same, and hears one frame of each; the own one is among the answers.
    private static Map<PartyId, Bytes> exchange(PartyNetwork network, List<PartyId> others, Bytes own) {
        others.forEach(other -> network.send(other, own.toArray()));
        Map<PartyId, Bytes> heard = received(network, others);
        heard.put(network.self(), own);
        return heard;
    }

    private static Map<PartyId, Bytes> received(PartyNetwork network, List<PartyId> from) {
        Map<PartyId, Bytes> heard = new TreeMap<>();
        from.forEach(other -> heard.put(other, Bytes.wrap(network.receive(other))));
        return heard;
    }

    private static Bytes of(Map<PartyId, Bytes> heard, PartyId party) {
        return Optional.ofNullable(heard.get(party)).orElseThrow();
    }

    private Bytes digestOf(PartyId maker, Bytes ciphertext) {
        return digest("ciphertext", List.of(Bytes.utf8(maker.name()), ciphertext));
    }

    private Bytes view(Map<PartyId, Bytes> keyShares, Map<PartyId, Bytes> digests) {
        List<Bytes> heard = new ArrayList<>();
        for (PartyId reporter : roles.reporters()) {
            heard.add(of(keyShares, reporter));
            heard.add(of(digests, reporter));
        }
        return digest("view", heard);
    }

    private Bytes digest(String step, List<Bytes> of) {
        return Sm3.hash(new CanonicalWriter(DOMAIN)
                .text(step)
                .bytes(session)
                .list(roles.parties(), (w, party) -> w.text(party.name()))
                .text(roles.receiver().name())
                .list(of, CanonicalWriter::bytes)
                .toArray());
    }

    private static PoyangException misbehaved(PartyId who, String wrong) {
        return PoyangException.accusing(
                who, KernelErrors.PEER_MISBEHAVED, who + " " + wrong, "have " + who + "'s executor looked at");
    }

    // ---- cost ---------------------------------------------------------------------------------------

    /// What `from` sends `to` in an undisturbed run.
    public static Sent sent(SumRoles roles, PartyId from, PartyId to) {
        int reporters = roles.reporters().size();
        if (from.equals(roles.collector())) {
            return new Sent(reporters + 1L, (reporters + 1L) * CIPHERTEXT_BYTES, CIPHERTEXT_BYTES);
        }
        Sent sent = to.equals(roles.collector())
                ? new Sent(1, CIPHERTEXT_BYTES, CIPHERTEXT_BYTES)
                : new Sent(3, SHARE_BYTES + 2L * DIGEST_BYTES, SHARE_BYTES);
        return to.equals(roles.receiver())
                ? new Sent(sent.frames() + 1, sent.bytes() + SHARE_BYTES, Math.max(sent.largest(), SHARE_BYTES))
                : sent;
    }
}
