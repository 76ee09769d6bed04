package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// Two owners and an asker: party 0 of the group asks, 1 and 2 own.
final class AskedPsiTest {
    private static final Group.Wire HONEST = (_, _, frame) -> frame;
    private static final int ROOM = 40;

    private sealed interface Side {
        record Asker(AskedPsi.Found found) implements Side {}

        record Owner(long otherKeys) implements Side {}
    }

    private static List<Side> run(
            AskedProtocol protocol, int room, Set<String> x, Set<String> y, Group group, long seed) throws Exception {
        List<KeySet> sets = List.of(keys(Set.of()), keys(x), keys(y));
        return group.each(
                3,
                seed,
                (number, session) -> number == 0
                        ? new Side.Asker(AskedPsi.ask(protocol, room, session))
                        : new Side.Owner(AskedPsi.answer(protocol, room, sets.get(number), session)));
    }

    private static void assertAnswers(AskedProtocol protocol, int room, Set<String> x, Set<String> y) throws Exception {
        Group group = new Group(3, HONEST);
        List<Side> sides = run(protocol, room, x, y, group, x.size());
        TreeSet<String> common = new TreeSet<>(x);
        common.retainAll(y);
        AskedPsi.Found found = ((Side.Asker) sides.getFirst()).found();
        assertEquals(common.size(), found.matches());
        assertEquals(room == 0 ? List.of() : List.copyOf(common), found.texts());
        assertEquals(List.of((long) x.size(), (long) y.size()), found.ownerKeys());
        // owners are told a number each, and no more
        assertEquals(new Side.Owner(y.size()), sides.get(1));
        assertEquals(new Side.Owner(x.size()), sides.get(2));
        Cost owners = AskedPsi.ownersCost(protocol, x.size(), y.size());
        assertCost(owners, group, 1, 2);
        assertCost(AskedPsi.askerCost(protocol, x.size(), y.size(), room, true), group, 0, 1);
        assertCost(AskedPsi.askerCost(protocol, y.size(), x.size(), room, false), group, 0, 2);
    }

    private static void assertCost(Cost cost, Group group, int first, int second) {
        assertEquals(cost.receiverBytes(), group.bytes(first, second));
        assertEquals(cost.receiverFrames(), group.frames(first, second));
        assertEquals(cost.senderBytes(), group.bytes(second, first));
        assertEquals(cost.senderFrames(), group.frames(second, first));
    }

    @Test
    void theAskerAloneLearnsWhatIsCommonInEveryShape() throws Exception {
        SplittableRandom random = new SplittableRandom(31);
        for (int room : new int[] {0, ROOM}) {
            assertAnswers(AskedProtocol.DH_25519, room, Runs.texts(random, 300), Runs.texts(random, 200));
            assertAnswers(AskedProtocol.DH_25519, room, Set.of("a", "b"), Set.of("c"));
            assertAnswers(AskedProtocol.DH_25519, room, Set.of(), Set.of("c"));
            assertAnswers(AskedProtocol.DH_25519, room, Set.of("a", "b"), Set.of());
            assertAnswers(AskedProtocol.DH_25519, room, Set.of(), Set.of());
            assertAnswers(AskedProtocol.DH_25519, room, Set.of("z", "a", "x".repeat(38)), Set.of("x".repeat(38), "a"));
            assertAnswers(AskedProtocol.DH_SM2, room, Runs.texts(random, 40), Runs.texts(random, 150));
        }
    }

    @Test
    void everyChangedFrameIsAStatedAbort() throws Exception {
        for (int[] pair : new int[][] {{0, 1}, {1, 0}, {2, 0}, {1, 2}, {2, 1}}) {
            int frames = pair[0] == 0 ? 4 : pair[1] == 0 ? 5 : 6;
            for (int frame = 0; frame < frames; frame++) {
                for (int place = 0; place < 3; place++) {
                    int[] seen = {0};
                    int spoilt = frame;
                    int where = place;
                    Group group = new Group(3, (from, to, sent) -> {
                        if (from == pair[0] && to == pair[1] && seen[0]++ == spoilt) {
                            sent[(sent.length - 1) * where / 2] ^= 4;
                        }
                        return sent;
                    });
                    ExecutionException failed = assertThrows(
                            ExecutionException.class,
                            () -> run(AskedProtocol.DH_25519, ROOM, Set.of("a", "b", "c"), Set.of("b", "c"), group, 5),
                            () -> "frame " + spoilt + " from " + pair[0] + " to " + pair[1]);
                    PoyangException cause = assertInstanceOf(PoyangException.class, failed.getCause());
                    assertTrue(
                            List.of(KernelErrors.PEER_MISBEHAVED, KernelErrors.PEER_LOST)
                                    .contains(cause.code()),
                            cause.toString());
                }
            }
        }
    }

    @Test
    void partiesThatMeanAnotherModeStop() {
        Group group = new Group(3, HONEST);
        List<KeySet> sets = List.of(keys(Set.of()), keys(Set.of("a")), keys(Set.of("a")));
        ExecutionException failed = assertThrows(
                ExecutionException.class,
                () -> group.each(
                        3,
                        1,
                        (number, session) -> number == 0
                                ? AskedPsi.ask(AskedProtocol.DH_25519, ROOM, session)
                                        .matches()
                                : AskedPsi.answer(
                                        AskedProtocol.DH_25519, number == 1 ? ROOM : 0, sets.get(number), session)));
        assertInstanceOf(PoyangException.class, failed.getCause());
    }

    /// All that an owner gets is as it is whatever the other owner's keys are: one pair of owners shares all keys, the
    /// other none, and over many runs no octet of the frames leans to either, nor do their lengths differ.
    @Test
    void whatAnOwnerSeesDoesNotTellWhatIsCommon() throws Exception {
        int runs = 40;
        double[] means = new double[2];
        List<List<Integer>> lengths = new ArrayList<>();
        long octets = 0;
        for (int shared = 0; shared < 2; shared++) {
            Set<String> other = shared == 1 ? Set.of("a", "b", "c") : Set.of("d", "e", "f");
            long sum = 0;
            long count = 0;
            List<Integer> seenLengths = new ArrayList<>();
            for (int i = 0; i < runs; i++) {
                List<byte[]> seen = new ArrayList<>();
                Group group = new Group(3, (_, to, frame) -> {
                    if (to == 1 && frame.length % 33 == 0) {
                        synchronized (seen) {
                            seen.add(frame.clone());
                        }
                    }
                    return frame;
                });
                List<Side> _ = run(AskedProtocol.DH_SM2, ROOM, Set.of("a", "b", "c"), other, group, 1000L * shared + i);
                assertEquals(2, seen.size());
                for (byte[] frame : seen) {
                    seenLengths.add(frame.length);
                    for (int at = 0; at < frame.length; at++) {
                        // the first octet of a point says only which of two it is
                        if (at % 33 != 0) {
                            sum += frame[at] & 0xff;
                            count++;
                        }
                    }
                    // no point comes twice, neither in a run nor as the owner's own
                    assertEquals(
                            frame.length / 33,
                            IntStream.range(0, frame.length / 33)
                                    .mapToObj(p -> Arrays.toString(Arrays.copyOfRange(frame, 33 * p, 33 * p + 33)))
                                    .distinct()
                                    .count());
                }
            }
            means[shared] = (double) sum / count;
            octets = count;
            lengths.add(seenLengths);
        }
        assertEquals(lengths.getFirst(), lengths.getLast());
        double deviation = Math.sqrt((256.0 * 256 - 1) / 12 / octets);
        for (double mean : means) {
            assertEquals(127.5, mean, 5 * deviation);
        }
    }
}
