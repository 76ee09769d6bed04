package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static poyang.psi.Runs.keys;
import static poyang.psi.Runs.run;
import static poyang.psi.Runs.seed;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm3;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Scalar;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

final class DhPsiTest {
    private static final List<CollisionProtocol> PROTOCOLS =
            List.of(CollisionProtocol.DH_SM2, CollisionProtocol.DH_25519);

    @Test
    void findsExactlyTheCommonKeysAtEverySize() throws Exception {
        int[][] sizes = {{0, 0}, {0, 5}, {5, 0}, {1, 1}, {1, 50}, {50, 1}, {37, 41}, {4096, 10}, {4097, 70}};
        for (CollisionProtocol protocol : PROTOCOLS) {
            SplittableRandom random = new SplittableRandom(2026);
            for (int[] size : sizes) {
                Set<String> x = Runs.texts(random, size[0]);
                Set<String> y = Runs.texts(random, size[1]);
                KeySet mine = keys(x);
                Runs.Run run = run(protocol, mine, keys(y), new TwoParties(), size[0]);
                TreeSet<String> expected = new TreeSet<>(x);
                expected.retainAll(y);
                assertEquals(expected, Runs.found(mine, run), protocol + ", sizes " + size[0] + ", " + size[1]);
                assertEquals(y.size(), run.result().peerKeys());
                assertEquals(x.size(), run.seenBySender());
                assertCosts(protocol, run, x.size(), y.size());
            }
        }
    }

    /// The descriptor's formulas and the counters; and both sides have one transcript.
    static void assertCosts(CollisionProtocol protocol, Runs.Run run, int x, int y) {
        Cost cost = protocol.cost(x, y);
        assertEquals(cost.receiverBytes(), run.receiver().bytesSent());
        assertEquals(cost.senderBytes(), run.sender().bytesSent());
        assertEquals(cost.receiverFrames(), run.receiver().framesSent());
        assertEquals(cost.senderFrames(), run.sender().framesSent());
        assertEquals(run.sender().bytesReceived(), run.receiver().bytesSent());
        assertEquals(run.receiver().transcript(TwoParties.RIGHT), run.sender().transcript(TwoParties.LEFT));
    }

    @Test
    void everyChangedByteIsAStatedAbort() throws Exception {
        KeySet x = keys(List.of("a", "b", "c"));
        KeySet y = keys(List.of("b", "c", "d"));
        for (CollisionProtocol protocol : PROTOCOLS) {
            Cost cost = protocol.cost(3, 3);
            int frames = (int) cost.receiverFrames();
            int points = (int) (cost.receiverBytes() - Opening.COST.receiverBytes());
            int[] lengths = {Opening.COST.frameBytes(), 32, points, 32};
            assertEquals(lengths.length, frames);
            for (int frame = 0; frame < frames; frame++) {
                for (int octet = 0; octet < lengths[frame]; octet += 1 + octet % 7) {
                    assertChangeAborts(protocol, x, y, frame, octet);
                }
            }
        }
    }

    private static void assertChangeAborts(CollisionProtocol protocol, KeySet x, KeySet y, int frame, int octet)
            throws Exception {
        int[] seen = {0};
        TwoParties parties = new TwoParties().tampering(sent -> {
            if (seen[0]++ == frame) {
                sent[octet] ^= 1;
            }
            return sent;
        });
        assertAborts(protocol, x, y, parties, "frame " + frame + ", octet " + octet);
    }

    static void assertAborts(CollisionProtocol protocol, KeySet x, KeySet y, TwoParties parties, String what)
            throws Exception {
        try {
            run(protocol, x, y, parties, 3);
            fail(protocol + " must not succeed: " + what);
        } catch (ExecutionException e) {
            assertTrue(
                    e.getCause() instanceof PoyangException refused
                            && (refused.code().equals(KernelErrors.PEER_MISBEHAVED)
                                    || refused.code().equals(KernelErrors.PEER_LOST)),
                    String.valueOf(e.getCause()));
        }
    }

    @Test
    void framesOfAnotherLengthAreRefused() throws Exception {
        for (CollisionProtocol protocol : PROTOCOLS) {
            for (int change : new int[] {-1, 1, 33, -33}) {
                int[] seen = {0};
                TwoParties parties = new TwoParties()
                        .tampering(sent -> seen[0]++ == 2 ? Arrays.copyOf(sent, sent.length + change) : sent);
                assertAborts(protocol, keys(List.of("a", "b")), keys(List.of("b")), parties, "length");
            }
        }
    }

    /// Both parties must name one protocol, and one of them the receiver's role.
    @Test
    void partiesThatDisagreeOnTheProtocolStop() throws Exception {
        KeySet one = keys(List.of("a"));
        TwoParties parties = new TwoParties().tampering(sent -> {
            if (sent.length == Opening.COST.frameBytes()) {
                sent[4 + 20 + 3] = (byte) CollisionProtocol.DH_25519.id();
            }
            return sent;
        });
        assertAborts(CollisionProtocol.DH_SM2, one, one, parties, "another protocol");
    }

    /// With "hash times generator" instead of a hash to the curve, H'(x) = h(x)·G, whoever sees one
    /// masked key of a set and knows that key computes the masked form of every other guess:
    /// (h(g)/h(k))·(h(k)·a·G) = h(g)·a·G. Here the same computation finds nothing.
    @Test
    void aKnownKeyDoesNotOpenTheOthers() {
        byte[] domain = "attack".getBytes(StandardCharsets.US_ASCII);
        RandomSource random = seed(9, "attack");
        Sm2Scalar known = Sm2Scalar.random(random);
        Sm2Scalar guessed = Sm2Scalar.random(random);
        Sm2Scalar secret = Sm2Scalar.random(random);
        long[] base = Sm2Group.hashToCurve(List.of(new byte[] {0}), domain);
        // the wrong way: both hashes are known multiples of one base point
        long[] maskedKnown = Sm2Group.multiply(Sm2Group.multiply(base, known), secret);
        long[] maskedGuess = Sm2Group.multiply(Sm2Group.multiply(base, guessed), secret);
        assertEquals(
                Bytes.wrap(Sm2Group.encode(Sm2Group.multiply(maskedKnown, guessed))),
                Bytes.wrap(Sm2Group.encode(Sm2Group.multiply(maskedGuess, known))),
                "h(g)·masked(k) = h(k)·masked(g): the attacker recognises every guess");
        // the right way: the relation between two hashes is nobody's multiple
        long[] rightKnown = Sm2Group.multiply(Sm2Group.hashToCurve(List.of(new byte[] {1}), domain), secret);
        long[] rightGuess = Sm2Group.multiply(Sm2Group.hashToCurve(List.of(new byte[] {2}), domain), secret);
        assertFalse(Bytes.wrap(Sm2Group.encode(Sm2Group.multiply(rightKnown, guessed)))
                .equals(Bytes.wrap(Sm2Group.encode(Sm2Group.multiply(rightGuess, known)))));
    }

    @Test
    void inputAndSeedCommitmentsBind() {
        KeySet keys = keys(List.of("a", "b", "c"));
        Bytes root = Commitments.input(keys, seed(1, "salts"));
        assertEquals(root, Commitments.input(keys, seed(1, "salts")));
        assertNotEquals(root, Commitments.input(keys, seed(2, "salts")));
        assertNotEquals(root, Commitments.input(keys(List.of("a", "b", "d")), seed(1, "salts")));
        assertNotEquals(root, Commitments.input(keys(List.of("a", "c", "b")), seed(1, "salts")));
        assertNotEquals(
                Commitments.seed(new byte[32]), Commitments.seed(seed(1, "x").bytes(32)));
    }

    @Test
    void secretOrdersAreNotTheOrderOfTheRows() throws Exception {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            rows.add("row-" + i);
        }
        KeySet x = keys(rows);
        List<byte[]> frames = new ArrayList<>();
        TwoParties parties = new TwoParties().tampering(sent -> {
            frames.add(sent.clone());
            return sent;
        });
        run(CollisionProtocol.DH_SM2, x, keys(List.of("row-1")), parties, 5);
        byte[] coins = new byte[64];
        System.arraycopy(seed(5, "receiver").fork("coin").bytes(32), 0, coins, 0, 32);
        System.arraycopy(seed(5, "sender").fork("coin").bytes(32), 0, coins, 32, 32);
        byte[] items = x.items(Sm3.digest(coins), Workers.ALONE).bytes(identity(64), 0, 64);
        try (MaskingGroup.Mask mask = MaskingGroup.SM2.mask(seed(5, "receiver").fork("scalar"))) {
            byte[] inOrder = mask.ofItems(items);
            assertEquals(points(inOrder), points(frames.get(2)), "the same masked keys");
            assertNotEquals(Bytes.wrap(inOrder), Bytes.wrap(frames.get(2)), "in another order");
        }
    }

    private static int[] identity(int count) {
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        return order;
    }

    private static Set<Bytes> points(byte[] encoded) {
        TreeSet<Bytes> points = new TreeSet<>();
        for (int at = 0; at < encoded.length; at += Sm2Group.COMPRESSED_BYTES) {
            points.add(Bytes.copyOf(encoded).slice(at, at + Sm2Group.COMPRESSED_BYTES));
        }
        return points;
    }
}
