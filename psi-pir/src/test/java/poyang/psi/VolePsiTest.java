package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.psi.Runs.keys;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
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

    /// Rows that are all equal, and keys in several rows: each counts once, in every protocol.
    @Test
    void repeatedKeysCountOnce() throws Exception {
        KeySet equal = keys(List.of("a", "a", "a", "a"));
        KeySet some = keys(List.of("b", "a", "b", "c", "c"));
        for (CollisionProtocol protocol : CollisionProtocol.all()) {
            if (protocol.sizeOnly()) {
                continue;
            }
            for (KeySet[] pair : new KeySet[][] {{equal, some}, {some, equal}, {equal, equal}}) {
                Runs.Run run = Runs.run(protocol, pair[0], pair[1], new TwoParties(), 5);
                assertEquals(Set.of("a"), Runs.found(pair[0], run), protocol.name());
                assertEquals(pair[1].size(), run.result().peerKeys());
                assertEquals(pair[0].size(), run.seenBySender());
            }
        }
        assertEquals(1, equal.size());
        assertEquals(3, some.size());
    }

    /// An executor bounds frames by rows, of which there are never fewer than keys. 12,025 keys need 1.8 times the
    /// bytes of 12,026.
    @Test
    void noRunOfFewerKeysCostsMoreThanIsBounded() {
        SplittableRandom random = new SplittableRandom(9);
        for (CollisionProtocol protocol : CollisionProtocol.all()) {
            Runs.assertWithin(protocol.cost(12_025, 1_000), protocol.most(13_000, 1_000), protocol.name());
            for (int round = 0; round < 1_000; round++) {
                long x = (long) Math.pow(10, 7 * random.nextDouble());
                long y = (long) Math.pow(10, 7 * random.nextDouble());
                long xRows = (long) (x * (1 + random.nextDouble() * random.nextInt(3)));
                long yRows = (long) (y * (1 + random.nextDouble() * random.nextInt(3)));
                String sizes = protocol + ": " + x + ", " + y + " of " + xRows + ", " + yRows;
                Runs.assertWithin(protocol.cost(x, y), protocol.most(xRows, yRows), sizes);
            }
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
}
