package poyang.homomorphic.rlwe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Parties that lie about their shares of a key or a decryption are refused by name.
final class JointLiesTest {
    private static final int PARTIES = 3;
    private static final int LIAR = 1;
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "lies");
    private static final Bytes SEED = Bytes.wrap(RANDOM.bytes(32));
    private static final Bfv BFV = new Bfv(BfvParameters.standard(8192, 20));
    private static final Chain CHAIN = BFV.parameters().chain();
    private static final Ring RING = CHAIN.ring();
    private static final JointBfv JOINT = BFV.joint(PARTIES);

    private static final List<RlweSecretKey> PARTS = new ArrayList<>();
    private static final List<ProvenShare> KEY_SHARES = new ArrayList<>();
    private static final List<ProvenShare> HONEST = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private static JointKey key;

    @SuppressWarnings("NullAway.Init")
    private static BfvCiphertext x;

    @BeforeAll
    static void honestParties() {
        for (int i = 0; i < PARTIES; i++) {
            PARTS.add(BFV.secretKey(RANDOM));
            KEY_SHARES.add(JOINT.publicKeyShare(i, PARTS.get(i), SEED, RANDOM));
        }
        key = JOINT.key(SEED, KEY_SHARES);
        x = BFV.encrypt(key.publicKey(), BFV.encode(5, -7), RANDOM);
        for (int i = 0; i < PARTIES; i++) {
            HONEST.add(JOINT.decryptionShare(key, i, PARTS.get(i), x, RANDOM));
        }
        assertEquals(-7, BFV.decode(JOINT.decrypt(key, x, HONEST))[1]);
    }

    private static List<ProvenShare> with(List<ProvenShare> shares, ProvenShare lie) {
        List<ProvenShare> all = new ArrayList<>(shares);
        all.set(LIAR, lie);
        return all;
    }

    private static void assertNamed(Runnable call) {
        PoyangException refused = assertThrows(PoyangException.class, call::run);
        assertEquals(HomomorphicErrors.BAD_PROOF, refused.code());
        assertTrue(String.valueOf(refused.getMessage()).contains("of party " + LIAR + " "), refused.getMessage());
    }

    private static JointShare moved(JointShare share, double[][] by) {
        double[][] element = share.elements().getFirst();
        double[][] sum = RING.add(element, by, RING.zero(element.length));
        return new JointShare(share.subject(), List.<double[][]>of(sum));
    }

    /// Q/t, rounded, in the constant coefficient: another plaintext without another noise.
    private static double[][] step() {
        double[][] step = RING.zero(CHAIN.levels());
        Modulus t = BFV.parameters().plain();
        long rest = t.of(RING.product(CHAIN.levels()));
        for (int i = 0; i < step.length; i++) {
            Modulus q = RING.modulus(i);
            // (Q − [Q]_t)/t
            step[i][0] = -q.centred(q.multiply(rest % q.value(), q.inverse(t.value())));
        }
        return step;
    }

    @Test
    void aMovedShareIsRefused() {
        ProvenShare share = HONEST.get(LIAR);
        JointShare moved = moved(share.share(), step());
        List<JointShare> trusted =
                new ArrayList<>(HONEST.stream().map(ProvenShare::share).toList());
        trusted.set(LIAR, moved);
        long[] slots = BFV.decode(JOINT.decryptTrustingAll(x, trusted));
        assertEquals(6, slots[0], "the lie that only the proof finds");
        assertNamed(() -> JOINT.decrypt(key, x, with(HONEST, new ProvenShare(LIAR, moved, share.proof()))));
        // half of Q, the one lie that has a proof in principle, is what the decoder refuses
        double[][] half = RING.zero(CHAIN.levels());
        for (int i = 0; i < half.length; i++) {
            half[i][0] = RING.modulus(i).centred((RING.modulus(i).value() + 1) / 2); // 1/2 modulo Q
        }
        trusted.set(LIAR, moved(share.share(), half));
        assertEquals(
                HomomorphicErrors.NOISE_EXHAUSTED,
                assertThrows(PoyangException.class, () -> JOINT.decryptTrustingAll(x, trusted))
                        .code());
    }

    @Test
    void aProofOfAMovedFloodDoesNotHold() {
        double[][] c1 = RING.forward(Ring.copy(x.c1()));
        double[][] s = PARTS.get(LIAR).values(CHAIN);
        double[][] b = KEY_SHARES.get(LIAR).share().elements().getFirst();
        double[][] a = RlwePublicKey.expand(CHAIN, SEED);
        double[] e = ShareProof.error(CHAIN, a, b, PARTS.get(LIAR));
        assertTrue(e != null);
        ShareRelation of = ShareRelation.key(CHAIN, SEED, a, RING.inverse(Ring.copy(b)));
        int width = 64;
        for (int bits : new int[] {60, 70, 140}) {
            Wide f = Wide.uniform(CHAIN.degree(), bits, RANDOM);
            double[][] d = RING.forward(f.rows(RING, CHAIN.levels()));
            RING.inverse(RING.multiplyAdd(c1, s, d));
            ShareRelation relation = of.with(SEED, c1, d, ShareProof.repetitions(CHAIN), width);
            boolean held = false;
            for (int i = 0; i < 20 && !held; i++) { // an attempt may have to be dropped
                held = ShareProof.attempt(
                                relation,
                                PARTS.get(LIAR).coefficients(CHAIN),
                                e,
                                f,
                                () -> Wide.uniform(CHAIN.degree(), 60, RANDOM),
                                RANDOM)
                        .holds(relation, z -> true);
            }
            assertEquals(bits == 60, held, bits + " bits");
        }
    }

    @Test
    void aSecretThatIsNotShortHasNoProof() {
        double[][] a = RlwePublicKey.expand(CHAIN, SEED);
        double[] e = Sampler.noise(CHAIN.degree(), RANDOM);
        for (int bits : new int[] {1, 30}) {
            double[] s =
                    bits == 1 ? Sampler.ternary(CHAIN.degree(), RANDOM) : Sampler.flood(CHAIN.degree(), bits, RANDOM);
            double[][] b = RING.forward(RING.signed(e, CHAIN.levels()));
            double[][] values = RING.forward(RING.signed(s, CHAIN.levels()));
            RING.inverse(RING.subtract(b, RING.multiply(a, values, RING.zero(CHAIN.levels())), b));
            ShareRelation relation = ShareRelation.key(CHAIN, SEED, a, b);
            boolean held = false;
            for (int i = 0; i < 20 && !held; i++) {
                held = ShareProof.attempt(relation, s, e, null, () -> null, RANDOM)
                        .holds(relation, z -> true);
            }
            assertEquals(bits == 1, held);
        }
    }

    @Test
    void anotherSecretIsRefused() {
        RlweSecretKey stranger = BFV.secretKey(RANDOM);
        assertEquals(
                HomomorphicErrors.BAD_HE_KEY,
                assertThrows(PoyangException.class, () -> JOINT.decryptionShare(key, LIAR, stranger, x, RANDOM))
                        .code());
        JointKey other = JOINT.key(SEED, with(KEY_SHARES, JOINT.publicKeyShare(LIAR, stranger, SEED, RANDOM)));
        assertNamed(() -> JOINT.decrypt(key, x, with(HONEST, JOINT.decryptionShare(other, LIAR, stranger, x, RANDOM))));
    }

    @Test
    void anotherCiphertextAndReplaysAreRefused() {
        BfvCiphertext y = BFV.encrypt(key.publicKey(), BFV.encode(6), RANDOM);
        ProvenShare ofY = JOINT.decryptionShare(key, LIAR, PARTS.get(LIAR), y, RANDOM);
        PoyangException refused = assertThrows(PoyangException.class, () -> JOINT.decrypt(key, x, with(HONEST, ofY)));
        assertEquals(HomomorphicErrors.BAD_SHARES, refused.code());
        assertTrue(String.valueOf(refused.getMessage()).contains("party " + LIAR), refused.getMessage());
        JointShare relabelled =
                new JointShare(HONEST.get(LIAR).share().subject(), ofY.share().elements());
        assertNamed(() -> JOINT.decrypt(key, x, with(HONEST, new ProvenShare(LIAR, relabelled, ofY.proof()))));
        // the proof of the same party for the same ciphertext, of another share
        ProvenShare again = JOINT.decryptionShare(key, LIAR, PARTS.get(LIAR), x, RANDOM);
        assertNamed(() -> JOINT.decrypt(
                key,
                x,
                with(
                        HONEST,
                        new ProvenShare(LIAR, again.share(), HONEST.get(LIAR).proof()))));
        // another party's share and proof
        ProvenShare first = HONEST.getFirst();
        assertNamed(() -> JOINT.decrypt(key, x, with(HONEST, new ProvenShare(LIAR, first.share(), first.proof()))));
    }

    @Test
    void tooFewAndDoubleSharesAreRefused() {
        for (List<ProvenShare> some : List.of(HONEST.subList(0, 2), with(HONEST, HONEST.getFirst()))) {
            assertEquals(
                    HomomorphicErrors.BAD_SHARES,
                    assertThrows(PoyangException.class, () -> JOINT.decrypt(key, x, some))
                            .code());
        }
        JointBfv pair = BFV.joint(2);
        assertEquals(
                HomomorphicErrors.BAD_HE_KEY,
                assertThrows(PoyangException.class, () -> pair.decrypt(key, x, HONEST.subList(0, 2)))
                        .code());
    }

    @Test
    void aKeyMadeOfOthersSharesIsRefused() {
        // whoever sends b* − b_0 − b_2 knows the whole secret, and did not know this share's
        RlweSecretKey own = BFV.secretKey(RANDOM);
        ProvenShare known = JOINT.publicKeyShare(LIAR, own, SEED, RANDOM);
        double[][] rogue = known.share().elements().getFirst();
        for (int i : new int[] {0, 2}) {
            rogue = RING.subtract(rogue, KEY_SHARES.get(i).share().elements().getFirst(), RING.zero(rogue.length));
        }
        JointShare share = new JointShare(known.share().subject(), List.<double[][]>of(rogue));
        assertNamed(() -> JOINT.key(SEED, with(KEY_SHARES, new ProvenShare(LIAR, share, known.proof()))));
        ProvenShare first = KEY_SHARES.getFirst();
        assertNamed(() -> JOINT.key(SEED, with(KEY_SHARES, new ProvenShare(LIAR, first.share(), first.proof()))));
    }

    @Test
    void changedBytesAreRefused() {
        byte[] sent = HONEST.get(LIAR).encode(BFV.parameters()).toArray();
        assertEquals(
                Bytes.wrap(sent),
                ProvenShare.decode(BFV.parameters(), Bytes.wrap(sent)).encode(BFV.parameters()));
        Set<Object> codes = Set.of(
                HomomorphicErrors.BAD_PROOF,
                HomomorphicErrors.BAD_SHARES,
                HomomorphicErrors.BAD_CIPHERTEXT,
                KernelErrors.BAD_ENCODING);
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            places.add(i); // the frame, its lengths, the share's beginning
        }
        for (int i = 0; i < 90; i++) {
            places.add((int) ((sent.length - 1L) * i / 89));
        }
        for (int at : places) {
            byte[] changed = sent.clone();
            changed[at] ^= (byte) (1 << (at % 8));
            PoyangException refused = assertThrows(
                    PoyangException.class,
                    () -> JOINT.decrypt(
                            key, x, with(HONEST, ProvenShare.decode(BFV.parameters(), Bytes.wrap(changed)))),
                    "byte " + at);
            assertTrue(codes.contains(refused.code()), "byte " + at + ": " + refused.getMessage());
        }
        for (int cut : new int[] {0, 40, sent.length / 2, sent.length - 1}) {
            assertThrows(
                    PoyangException.class,
                    () -> ProvenShare.decode(BFV.parameters(), Bytes.wrap(sent).slice(0, cut)));
        }
    }

    @Test
    void parametersWithoutRoomAreRefused() {
        Bfv small = new Bfv(BfvParameters.standard(4096, 20));
        assertEquals(
                HomomorphicErrors.BAD_PARAMETERS,
                assertThrows(
                                PoyangException.class,
                                () -> small.joint(2).publicKeyShare(0, small.secretKey(RANDOM), SEED, RANDOM))
                        .code());
        BfvCiphertext low = x;
        while (low.primes() > 2) {
            low = BFV.dropPrime(low);
        }
        BfvCiphertext narrow = low;
        assertEquals(
                HomomorphicErrors.NOISE_EXHAUSTED,
                assertThrows(
                                PoyangException.class,
                                () -> JOINT.decryptionShare(key, 0, PARTS.getFirst(), narrow, RANDOM))
                        .code());
    }

    @Test
    void ckksSharesBeyondTheirSlotsBoundAreRefused() {
        CkksParameters parameters = CkksParameters.wide(16384);
        JointCkks joint = new Ckks(parameters).joint(2);
        List<RlweSecretKey> two =
                List.of(joint.scheme().secretKey(RANDOM), joint.scheme().secretKey(RANDOM));
        List<ProvenShare> shares = List.of(
                joint.publicKeyShare(0, two.get(0), SEED, RANDOM), joint.publicKeyShare(1, two.get(1), SEED, RANDOM));
        JointKey common = joint.key(SEED, shares);
        CkksCiphertext c = joint.scheme().encrypt(common.publicKey(), new double[] {1.5, -2}, RANDOM);
        List<ProvenShare> both = List.of(
                joint.decryptionShare(common, 0, two.get(0), c, 10, RANDOM),
                joint.decryptionShare(common, 1, two.get(1), c, 10, RANDOM));
        CkksResult result = joint.decrypt(common, c, 10, both);
        assertEquals(-2, result.real()[1], result.error());
        assertTrue(result.error() < 0x1p-12, "the bound is " + result.error());

        // moved within what the result's bounds allow: a real number in all slots
        double[][] by = ringOf(parameters).signed(constant(parameters, 0.25), c.c0().length);
        ringOf(parameters).forward(by);
        double[][] element = both.get(1).share().elements().getFirst();
        double[][] sum = ringOf(parameters).add(element, by, ringOf(parameters).zero(element.length));
        JointShare moved = new JointShare(both.get(1).share().subject(), List.<double[][]>of(sum));
        CkksResult wrong = joint.decryptTrustingAll(c, 10, List.of(both.get(0).share(), moved));
        assertEquals(-1.75, wrong.real()[1], 0.01, "the lie that only the proof finds");
        assertNamed(() -> joint.decrypt(
                common,
                c,
                10,
                List.of(both.get(0), new ProvenShare(1, moved, both.get(1).proof()))));
        assertEquals(
                HomomorphicErrors.BAD_SHARES,
                assertThrows(PoyangException.class, () -> joint.decrypt(common, c, 11, both))
                        .code());
    }

    private static Ring ringOf(CkksParameters parameters) {
        return parameters.chain().ring();
    }

    private static double[] constant(CkksParameters parameters, double value) {
        double[] out = new double[parameters.degree()];
        out[0] = Math.rint(value * parameters.scale(parameters.depth()));
        return out;
    }

    @Test
    void aCkksProofOfAMovedFloodDoesNotHold() {
        // a flood whose answers fit their width and not their slots
        CkksParameters parameters = CkksParameters.wide(16384);
        Chain chain = parameters.chain();
        Ring ring = chain.ring();
        Ckks ckks = new Ckks(parameters);
        RlweSecretKey part = ckks.secretKey(RANDOM);
        double[][] a = RlwePublicKey.expand(chain, SEED);
        double[][] b = RlwePublicKey.share(chain, part, SEED, RANDOM);
        double[] e = ShareProof.error(chain, a, b, part);
        assertTrue(e != null);
        double sigma = 0x1p50;
        double bound = 7 * Math.sqrt(2.0 * chain.degree()) * sigma;
        for (double moved : new double[] {0, 3 * bound}) {
            double[] normal = Gaussian.samples(chain.degree(), sigma, RANDOM);
            for (int j = 0; j < normal.length; j++) {
                normal[j] = Math.rint(normal[j] + (j == 0 ? moved : 0));
            }
            Wide f = Wide.of(normal);
            double[][] c1 = RlwePublicKey.uniform(chain, SEED, "c1", 2);
            double[][] d = ring.forward(f.rows(ring, 2));
            ring.inverse(ring.multiplyAdd(c1, part.values(chain), d));
            ShareRelation relation = ShareRelation.key(chain, SEED, a, ring.inverse(Ring.copy(b)))
                    .with(SEED, c1, d, 20, 70);
            boolean held = false;
            for (int i = 0; i < 6 && !held; i++) {
                held = ShareProof.attempt(
                                relation,
                                part.coefficients(chain),
                                e,
                                f,
                                () -> Wide.of(rounded(Gaussian.samples(chain.degree(), sigma, RANDOM))),
                                RANDOM)
                        .holds(relation, z -> ckks.largestSlot(z.doubles(chain.degree()), 1) <= bound);
            }
            assertEquals(moved == 0, held);
        }
        assertFalse(ShareProof.unique(BfvParameters.standard(4096, 20).chain(), 10));
    }

    private static double[] rounded(double[] x) {
        for (int j = 0; j < x.length; j++) {
            x[j] = Math.rint(x[j]);
        }
        return x;
    }
}
