package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.psi.Runs.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bug;
import poyang.mpc.field.Goldilocks;

final class GroupPsiTest {
    private static final Group.Wire HONEST = (_, _, frame) -> frame;

    private static Set<String> found(List<Set<String>> sets, Group group, long seed, int bucketKeys) throws Exception {
        List<KeySet> inputs = sets.stream().map(Runs::keys).toList();
        IntList matches = group.run(inputs, seed, bucketKeys);
        TreeSet<String> found = new TreeSet<>();
        for (int i = 0; i < matches.size(); i++) {
            found.add(inputs.getFirst().keyText(matches.at(i)));
        }
        return found;
    }

    private static void assertFinds(List<Set<String>> sets, long seed, int bucketKeys) throws Exception {
        TreeSet<String> expected = new TreeSet<>(sets.getFirst());
        sets.forEach(expected::retainAll);
        Group group = new Group(sets.size(), HONEST);
        assertEquals(expected, found(sets, group, seed, bucketKeys));
        assertCosts(group, sets, bucketKeys);
    }

    /// The formulas are the counters; two parties of whom neither leads exchange nothing that depends on a set.
    private static void assertCosts(Group group, List<Set<String>> sets, int bucketKeys) {
        GroupPlan plan = GroupPlan.of(sets.stream().map(s -> (long) s.size()).toList(), bucketKeys);
        for (int j = 1; j < sets.size(); j++) {
            Cost cost = plan.cost(j - 1);
            assertEquals(cost.receiverBytes(), group.bytes(0, j));
            assertEquals(cost.senderBytes(), group.bytes(j, 0));
            assertEquals(cost.receiverFrames(), group.frames(0, j));
            assertEquals(cost.senderFrames(), group.frames(j, 0));
            for (int k = j + 1; k < sets.size(); k++) {
                assertEquals(GroupPsi.openingCost().receiverBytes(), group.bytes(j, k));
                assertEquals(GroupPsi.openingCost().senderBytes(), group.bytes(k, j));
                assertEquals(4, group.frames(j, k));
            }
        }
    }

    private static Set<String> numbered(int from, int to) {
        TreeSet<String> keys = new TreeSet<>();
        for (int i = from; i < to; i++) {
            keys.add("k" + i);
        }
        return keys;
    }

    @Test
    void theLeaderFindsWhatAllHaveInEveryShape() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        for (int parties : new int[] {3, 4, 5}) {
            List<Set<String>> sets = new ArrayList<>();
            for (int i = 0; i < parties; i++) {
                Set<String> set = Runs.texts(random, 150 + 40 * i);
                set.addAll(numbered(0, 30));
                sets.add(set);
            }
            assertFinds(sets, parties, 1 << 20);
        }
        assertFinds(List.of(numbered(0, 50), numbered(0, 50), numbered(0, 50)), 5, 1 << 20);
        assertFinds(List.of(numbered(0, 50), numbered(50, 90), numbered(90, 95)), 6, 1 << 20);
        assertFinds(List.of(numbered(0, 1), numbered(0, 3000), numbered(0, 2)), 7, 1 << 20);
        assertFinds(List.of(numbered(0, 9), numbered(0, 0), numbered(0, 9)), 8, 1 << 20);
        // each two share keys, and no key is with all
        Set<String> ab = numbered(0, 20);
        Set<String> bc = numbered(20, 40);
        Set<String> ca = numbered(40, 60);
        assertFinds(List.of(union(ab, ca), union(ab, bc), union(bc, ca)), 9, 1 << 20);
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        TreeSet<String> both = new TreeSet<>(one);
        both.addAll(other);
        return both;
    }

    @Test
    void tenPartiesAndManyBucketsGiveTheSameAnswer() throws Exception {
        List<Set<String>> sets = new ArrayList<>();
        for (int i = 0; i < GroupPsi.MOST_PARTIES; i++) {
            sets.add(numbered(5 * i, 100 + i));
        }
        assertFinds(sets, 10, 1 << 20);
        assertFinds(List.of(numbered(0, 1500), numbered(700, 1900), numbered(100, 1300)), 11, 500);
    }

    @Test
    void groupsOfTwoOrElevenAreNone() {
        for (int size : new int[] {2, 11}) {
            List<LongKeys> sets = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                sets.add(new LongKeys(new long[] {1}));
            }
            ExecutionException failed =
                    assertThrows(ExecutionException.class, () -> new Group(size, HONEST).run(sets, 1, 1 << 20));
            assertTrue(failed.getCause() instanceof Bug, failed.toString());
        }
    }

    /// What the leader gets from one party for a key that only the two of them have is as random as for one that it
    /// has alone: over many runs the hint's bits do not tell the one from the other, although all else is equal.
    @Test
    void aHintDoesNotTellWhatTwoShare() throws Exception {
        int rounds = 8;
        long[] ones = new long[2];
        long bits = 0;
        int length = 0;
        for (int shared = 0; shared < 2; shared++) {
            Set<String> second = shared == 1 ? numbered(0, 40) : numbered(500, 540);
            List<KeySet> sets = List.of(keys(numbered(0, 40)), keys(second), keys(numbered(900, 940)));
            for (int round = 0; round < rounds; round++) {
                List<byte[]> hints = new ArrayList<>();
                Group group = new Group(3, (from, to, frame) -> {
                    if (from == 1 && to == 0) {
                        hints.add(frame.clone());
                    }
                    return frame;
                });
                assertEquals(0, group.run(sets, 1000L * shared + round, 1 << 20).size());
                byte[] hint = hints.get(hints.size() - 2);
                length = hint.length;
                assertEquals(GroupPlan.of(List.of(40L, 40L, 40L), 1 << 20).hintBytes(0), length);
                for (byte octet : hint) {
                    ones[shared] += Integer.bitCount(octet & 0xff);
                }
            }
            bits = 8L * length * rounds;
        }
        double deviation = Math.sqrt(bits / 4.0);
        for (long count : ones) {
            assertTrue(Math.abs(count - bits / 2.0) < 5 * deviation, Arrays.toString(ones) + " of " + bits);
        }
    }

    /// An executor bounds frames by rows, of which there are never fewer than keys.
    @Test
    void noRunOfFewerKeysCostsMoreThanIsBounded() {
        SplittableRandom random = new SplittableRandom(12);
        for (int round = 0; round < 300; round++) {
            List<Long> keys = new ArrayList<>();
            List<Long> rows = new ArrayList<>();
            for (int i = 0; i < 3 + round % 8; i++) {
                long count = (long) Math.pow(10, 6.7 * random.nextDouble());
                keys.add(count);
                rows.add((long) (count * (1 + random.nextDouble() * random.nextInt(3))));
            }
            List<Cost> less = GroupPsi.costs(keys);
            for (int j = 1; j < keys.size(); j++) {
                Runs.assertWithin(less.get(j - 1), GroupPsi.most(rows, j), keys + " and " + rows + ", party " + j);
            }
        }
    }

    /// Large groups get pairs of elements, and rooms that follow from sizes.
    @Test
    void plansKeepFortyBitsOverTheWholeJob() {
        assertEquals(
                1, GroupPlan.of(List.of(1L << 20, 1L << 20, 1L << 20), 1 << 20).limbs());
        GroupPlan large = GroupPlan.of(List.of(1L << 24, 1L << 20, 1L << 10), 1 << 20);
        assertEquals(2, large.limbs());
        assertEquals(16, large.buckets());
        assertTrue(large.leaderRoom() > 1 << 20);
        assertEquals(0, GroupPlan.of(List.of(5L, 0L, 7L), 1 << 20).buckets());
        assertArrayEquals(new long[] {0xfffffffeL}, new long[] {
            Goldilocks.canonical(VolePsi.reduced(1, Goldilocks.P - 1))
        });
    }
}
