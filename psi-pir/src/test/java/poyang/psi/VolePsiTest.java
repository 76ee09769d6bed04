package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.psi.Runs.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class VolePsiTest {
    private static final List<CollisionProtocol> PROTOCOLS =
            List.of(CollisionProtocol.VOLE, CollisionProtocol.VOLE_MALICIOUS);

    private static void assertFinds(CollisionProtocol protocol, Set<String> x, Set<String> y) throws Exception {
        KeySet mine = keys(x);
        Runs.Run run = Runs.run(protocol, mine, keys(y), new TwoParties(), x.size());
        TreeSet<String> expected = new TreeSet<>(x);
        expected.retainAll(y);
        assertEquals(expected, Runs.found(mine, run), protocol + ", sizes " + x.size() + ", " + y.size());
        assertEquals(y.size(), run.result().peerKeys());
        assertEquals(x.size(), run.seenBySender());
        DhPsiTest.assertCosts(protocol, run, x.size(), y.size());
    }

    private static Set<String> numbered(String prefix, int count) {
        TreeSet<String> keys = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            keys.add(prefix + i);
        }
        return keys;
    }

    @Test
    void findsExactlyTheCommonKeysInEveryShape() throws Exception {
        for (CollisionProtocol protocol : PROTOCOLS) {
            SplittableRandom random = new SplittableRandom(7);
            for (int[] size : new int[][] {{0, 0}, {0, 5}, {5, 0}, {1, 1}, {1, 50}, {300, 1}, {1500, 2300}}) {
                assertFinds(protocol, Runs.texts(random, size[0]), Runs.texts(random, size[1]));
            }
            assertFinds(protocol, numbered("a", 200), numbered("b", 200));
            assertFinds(protocol, numbered("a", 200), numbered("a", 200));
            assertFinds(protocol, Set.of("x".repeat(38), "x".repeat(39)), Set.of("x".repeat(39), "x".repeat(300)));
        }
    }

    @Test
    void manyBucketsGiveTheSameAnswer() throws Exception {
        for (CollisionProtocol protocol : PROTOCOLS) {
            boolean malicious = protocol.equals(CollisionProtocol.VOLE_MALICIOUS);
            CollisionProtocol bucketed = protocol.on(new VolePsi(malicious, 500));
            SplittableRandom random = new SplittableRandom(8);
            assertFinds(bucketed, Runs.texts(random, 1500), Runs.texts(random, 1200));
            VolePlan plan = VolePlan.of(1500, 1200, malicious, 500);
            assertEquals(3, plan.buckets());
            assertTrue(plan.receiverRoom() > 500 && plan.senderRoom() > 400, plan.toString());
        }
    }

    /// Beyond 2^24 keys of the sender the prime field is too small for 40 bits; bounds of errors follow from
    /// sizes.
    @Test
    void plansKeepFortyBitsOverTheWholeJob() {
        assertEquals(
                1, VolePlan.of(1 << 20, 1 << 20, false, VolePlan.BUCKET_KEYS).buckets());
        assertEquals(
                82, VolePlan.of(1 << 20, 1 << 20, false, VolePlan.BUCKET_KEYS).tagBits());
        assertEquals(1, VolePlan.of(5, 1 << 24, false, VolePlan.BUCKET_KEYS).limbs());
        assertEquals(
                2, VolePlan.of(5, (1 << 24) + 1, false, VolePlan.BUCKET_KEYS).limbs());
        assertEquals(2, VolePlan.of(5, 5, true, VolePlan.BUCKET_KEYS).limbs());
        assertEquals(128, VolePlan.of(5, 5, true, VolePlan.BUCKET_KEYS).tagBits());
        for (long n = 1; n < 1L << 26; n = 3 * n + 1) {
            VolePlan plan = VolePlan.of(n, n, false, VolePlan.BUCKET_KEYS);
            double pairs = (double) plan.receiverRoom() * plan.senderRoom() * plan.buckets();
            assertTrue(pairs * Math.pow(2, -plan.tagBits()) <= Math.pow(2, -42), plan.toString());
            long bytes = CollisionProtocol.VOLE.cost(n, n).receiverBytes();
            assertTrue(CollisionProtocol.VOLE.cost(n + 1, n).receiverBytes() >= bytes, "monotone at " + n);
        }
        Cost million = CollisionProtocol.VOLE.cost(1 << 20, 1 << 20);
        assertTrue(million.receiverBytes() + million.senderBytes() <= 165L * (1 << 20) / 8, "165 bits a key at most");
    }

    /// One octet of a frame changed, in frames spread over the run, both ways.
    @Test
    void everyChangedFrameIsAStatedAbort() throws Exception {
        KeySet x = keys(List.of("a", "b", "c"));
        KeySet y = keys(List.of("b", "c", "d"));
        for (CollisionProtocol protocol : PROTOCOLS) {
            int there = (int) protocol.cost(3, 3).receiverFrames();
            int back = (int) protocol.cost(3, 3).senderFrames();
            for (int frame = 0; frame < there; frame += 2) {
                TwoParties parties = new TwoParties().tampering(spoil(frame));
                DhPsiTest.assertAborts(protocol, x, y, parties, "frame " + frame + " of the receiver");
            }
            for (int frame = 1; frame < back; frame += frame > 4 && frame < back - 4 ? 5 : 1) {
                TwoParties parties = new TwoParties().tamperingBack(spoil(frame));
                DhPsiTest.assertAborts(protocol, x, y, parties, "frame " + frame + " of the sender");
            }
        }
    }

    private static UnaryOperator<byte[]> spoil(int frame) {
        int[] seen = {0};
        return sent -> {
            if (seen[0]++ == frame) {
                sent[sent.length * 2 / 3] ^= 4;
            }
            return sent;
        };
    }

    /// What the sender sees for two sets of one size, as unlike as they can be: the same lengths in the same
    /// order, and in the frames of the store bits that a coin could have thrown.
    @Test
    void whatTheSenderSeesDoesNotDependOnTheReceiversSet() throws Exception {
        KeySet y = keys(numbered("a", 100));
        List<List<Integer>> lengths = new ArrayList<>();
        long[] ones = new long[2];
        long bits = 0;
        for (int set = 0; set < 2; set++) {
            KeySet x = keys(numbered(set == 0 ? "a" : "zz", 100));
            for (int round = 0; round < 4; round++) {
                List<Integer> seen = new ArrayList<>();
                List<byte[]> frames = new ArrayList<>();
                Runs.run(
                        CollisionProtocol.VOLE,
                        x,
                        y,
                        new TwoParties().tampering(sent -> {
                            seen.add(sent.length);
                            frames.add(sent.clone());
                            return sent;
                        }),
                        100L * set + round);
                lengths.add(seen);
                byte[] store = frames.get(frames.size() - 2);
                assertEquals(8 * OkvsShape.of(100, 1).columns(), store.length);
                for (byte octet : store) {
                    ones[set] += Integer.bitCount(octet & 0xff);
                }
                bits += 4L * store.length;
            }
        }
        for (List<Integer> seen : lengths) {
            assertEquals(lengths.getFirst(), seen);
        }
        double deviation = Math.sqrt(bits / 4.0);
        assertTrue(Math.abs(ones[0] - bits / 2.0) < 5 * deviation, Arrays.toString(ones) + " of " + bits);
        assertTrue(Math.abs(ones[1] - bits / 2.0) < 5 * deviation, Arrays.toString(ones) + " of " + bits);
        assertNotEquals(ones[0], ones[1]);
    }
}
