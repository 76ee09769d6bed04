package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.psi.Runs.keys;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// Every frame of every protocol, changed on its way: a stated abort, never a wrong answer.
///
/// Coverage: each frame of each direction, one bit at a place that the seed draws, and each field of the frames that
/// have fields (headers, commitments, openings, challenges, the last comparison: a bit of every 16 octets of frames of
/// at most 256 octets that come before the first long one). Frames that differ in their number alone (corrections of
/// trees, chunks) are all changed in `SilentVoleTest`; here of `vole-malicious`, which has those of `vole` too, every
/// third is, of `vole` every fourth, of `vole-group` every twenty-fourth. With `-Dpoyang.changes=N` each frame is
/// changed N times, at other places.
final class ChangedFramesTest {
    private static final int TIMES = Integer.getInteger("poyang.changes", 1);
    private static final int FIELD = 16;
    private static final int SHORT_FRAME = 256;

    private static final KeySet X = keys(List.of("a", "b", "c"));
    private static final KeySet Y = keys(List.of("b", "c", "d"));

    private record Protocol(Function<CollisionSession, List<Long>> receiver, Function<CollisionSession, Long> sender) {}

    private static List<Long> numbers(IntList list) {
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            numbers.add((long) list.at(i));
        }
        return numbers;
    }

    private static Protocol keysOf(CollisionProtocol protocol) {
        return new Protocol(s -> numbers(protocol.receive(X, s).matches()), s -> protocol.send(Y, s));
    }

    private static Protocol sums(CollisionProtocol protocol) {
        return new Protocol(
                s -> {
                    CollisionSum.Sums sums = CollisionSum.receive(protocol, X, 1, 0, s);
                    List<Long> all = new ArrayList<>(sums.sums());
                    all.add(sums.matches());
                    return all;
                },
                s -> CollisionSum.send(protocol, Y, new long[] {5, 7, 11}, 1, s));
    }

    private static Protocol unbalanced() {
        PreparedSet set = UnbalancedPsi.prepare(Y, Runs.seed(1, "server"), 7, 100, Workers.ALONE);
        return new Protocol(
                s -> numbers(UnbalancedPsi.ask(X, set, s)),
                s -> UnbalancedPsi.answer(Runs.seed(1, "server"), 7, 100, s));
    }

    /// The lengths of the frames of one direction of an undisturbed run, and the answer.
    private record Undisturbed(List<Integer> there, List<Integer> back, List<Long> answer) {
        static Undisturbed of(Protocol protocol) {
            List<Integer> there = new ArrayList<>();
            List<Integer> back = new ArrayList<>();
            TwoParties parties = new TwoParties().tampering(lengths(there)).tamperingBack(lengths(back));
            BothEnds<List<Long>, Long> ends = BothEnds.run(parties, 3, protocol.receiver(), protocol.sender());
            assertNull(ends.receiverFailure());
            assertNull(ends.senderFailure());
            return new Undisturbed(there, back, List.copyOf(ends.receiver() == null ? List.of() : ends.receiver()));
        }

        private static UnaryOperator<byte[]> lengths(List<Integer> lengths) {
            return frame -> {
                lengths.add(frame.length);
                return frame;
            };
        }
    }

    static UnaryOperator<byte[]> spoil(int frame, int octet, int bit) {
        int[] seen = {0};
        return sent -> {
            if (seen[0]++ == frame) {
                sent[octet] ^= (byte) (1 << bit);
            }
            return sent;
        };
    }

    /// Changes all frames of a protocol, gives how many changes there were.
    private static int change(String name, Protocol protocol, long seed) {
        return change(name, protocol, seed, 1);
    }

    /// @param step of the frames between others of their length only so many is changed, where each is changed once
    private static int change(String name, Protocol protocol, long seed, int step) {
        Undisturbed undisturbed = Undisturbed.of(protocol);
        SplittableRandom random = new SplittableRandom(seed);
        int changes = 0;
        for (boolean there : new boolean[] {true, false}) {
            List<Integer> lengths = there ? undisturbed.there() : undisturbed.back();
            boolean fields = true;
            for (int frame = 0; frame < lengths.size(); frame++) {
                fields &= lengths.get(frame) <= SHORT_FRAME;
                if (TIMES == 1 && frame % step != 0 && amongEquals(lengths, frame)) {
                    continue;
                }
                for (int octet : octets(lengths.get(frame), fields, random)) {
                    int bit = random.nextInt(8);
                    TwoParties parties = new TwoParties();
                    UnaryOperator<byte[]> spoilt = spoil(frame, octet, bit);
                    if (there) {
                        parties.tampering(spoilt);
                    } else {
                        parties.tamperingBack(spoilt);
                    }
                    BothEnds.run(parties, 3, protocol.receiver(), protocol.sender())
                            .assertStatedAbort(
                                    undisturbed.answer(),
                                    name + ", seed " + seed + ", " + (there ? "receiver's" : "sender's") + " frame "
                                            + frame + ", octet " + octet + ", bit " + bit);
                    changes++;
                }
            }
        }
        return changes;
    }

    private static boolean amongEquals(List<Integer> lengths, int frame) {
        return frame > 0
                && frame < lengths.size() - 1
                && lengths.get(frame).equals(lengths.get(frame - 1))
                && lengths.get(frame).equals(lengths.get(frame + 1));
    }

    private static int[] octets(int length, boolean fields, SplittableRandom random) {
        int count = fields ? TIMES * ((length + FIELD - 1) / FIELD) : TIMES;
        int[] octets = new int[count];
        for (int i = 0; i < count; i++) {
            int from = fields ? i / TIMES * FIELD : 0;
            octets[i] = from + random.nextInt(fields ? Math.min(FIELD, length - from) : length);
        }
        return octets;
    }

    @Test
    void everyChangeOfVoleIsAStatedAbort() {
        assertTrue(change("vole", keysOf(CollisionProtocol.VOLE), 41, 4) >= 30);
    }

    @Test
    void everyChangeOfVoleMaliciousIsAStatedAbort() {
        assertTrue(change("vole-malicious", keysOf(CollisionProtocol.VOLE_MALICIOUS), 42, 3) >= 40);
    }

    /// What runs on disk have of their own: the opening, field by field, of a first meeting and of one that goes on.
    @Test
    void everyChangeOfOpeningsOnDiskIsAStatedAbort(@TempDir Path folder) {
        SplittableRandom random = new SplittableRandom(47);
        for (boolean goesOn : new boolean[] {false, true}) {
            for (boolean there : new boolean[] {true, false}) {
                for (int frame = 0; frame < (goesOn ? 2 : 3); frame++) {
                    DiskSet x = onDisk(folder.resolve("x"), X);
                    DiskSet y = onDisk(folder.resolve("y"), Y);
                    if (goesOn) {
                        assertNull(disk(x, y, new TwoParties()).receiverFailure());
                    }
                    int[] length = {FIELD};
                    int at = frame;
                    for (int from = 0; from < length[0]; from += FIELD) {
                        int octet = from + random.nextInt(FIELD);
                        int[] seen = {0};
                        UnaryOperator<byte[]> spoilt = sent -> {
                            if (seen[0]++ == at) {
                                length[0] = sent.length;
                                sent[Math.min(octet, sent.length - 1)] ^= 1;
                            }
                            return sent;
                        };
                        TwoParties parties = new TwoParties();
                        TwoParties changed = there ? parties.tampering(spoilt) : parties.tamperingBack(spoilt);
                        disk(x, y, changed).assertStatedAbort(List.of(1L, 2L), "frame " + at + ", octet " + octet);
                    }
                }
            }
        }
    }

    private static DiskSet onDisk(Path folder, KeySet keys) {
        DiskSet.Writer writer = DiskSet.create(folder, "file");
        for (int i = 0; i < keys.size(); i++) {
            writer.add(keys.keyText(i).getBytes(StandardCharsets.UTF_8));
        }
        return writer.finish();
    }

    private static BothEnds<List<Long>, Long> disk(DiskSet x, DiskSet y, TwoParties parties) {
        BucketWork work = BucketWork.oneByOne(DiskCollision.BUCKET_KEYS);
        return BothEnds.run(
                parties,
                3,
                s -> {
                    List<Long> rows = new ArrayList<>();
                    DiskCollision.receive(CollisionProtocol.VOLE, x, s, work).rows(rows::add);
                    return rows.stream().sorted().toList();
                },
                s -> DiskCollision.send(CollisionProtocol.VOLE, y, s, work).peerKeys());
    }

    @Test
    void everyChangeOfSmallSetsAgainstPreparedOnesIsAStatedAbort() {
        for (long seed = 0; seed < 3; seed++) {
            change("unbalanced", unbalanced(), seed);
        }
    }

    @Test
    void everyChangeOfSumsAndSizesIsAStatedAbort() {
        for (CollisionProtocol protocol : List.of(CollisionProtocol.DH_SM2_SUM, CollisionProtocol.DH_25519_SUM)) {
            change(protocol.name(), sums(protocol), 43);
        }
        for (CollisionProtocol protocol : List.of(CollisionProtocol.DH_SM2_SIZE, CollisionProtocol.DH_25519_SIZE)) {
            Protocol sizes =
                    new Protocol(s -> List.of(protocol.receiveSize(X, s).matches()), s -> protocol.send(Y, s));
            change(protocol.name(), sizes, 44);
        }
    }

    /// Whatever is changed in whichever frame between whichever two.
    @Test
    void everyChangeInAGroupIsAStatedAbort() throws Exception {
        List<KeySet> sets = List.of(X, Y, keys(List.of("b", "c", "e")));
        Map<String, List<Integer>> lengths = new LinkedHashMap<>();
        Group.Wire counting = (from, to, frame) -> {
            synchronized (lengths) {
                lengths.computeIfAbsent(from + " " + to, _ -> new ArrayList<>()).add(frame.length);
            }
            return frame;
        };
        assertEquals(
                new TreeSet<>(List.of(1L, 2L)), new TreeSet<>(numbers(new Group(3, counting).run(sets, 77, 1 << 20))));
        SplittableRandom random = new SplittableRandom(45);
        int changes = 0;
        for (Map.Entry<String, List<Integer>> link : lengths.entrySet()) {
            int count = link.getValue().size();
            for (int frame = 0; frame < count; frame += TIMES == 1 && frame > 5 && frame < count - 3 ? 24 : 1) {
                int length = link.getValue().get(frame);
                for (int octet : octets(length, false, random)) {
                    changeInGroup(sets, link.getKey(), frame, octet, 1 << random.nextInt(8));
                    changes++;
                }
            }
        }
        assertTrue(changes >= 30, changes + " changes");
    }

    private static void changeInGroup(List<KeySet> sets, String link, int frame, int octet, int bit) {
        int[] seen = {0};
        Group group = new Group(3, (from, to, sent) -> {
            if (link.equals(from + " " + to) && seen[0]++ == frame) {
                sent[octet] ^= (byte) bit;
            }
            return sent;
        });
        String what = "frame " + frame + " of " + link + ", octet " + octet;
        try {
            group.run(sets, 77, 1 << 20);
            throw new AssertionError(what + ": nobody refused");
        } catch (ExecutionException e) {
            assertTrue(
                    e.getCause() instanceof PoyangException refused
                            && (refused.code().equals(KernelErrors.PEER_MISBEHAVED)
                                    || refused.code().equals(KernelErrors.PEER_LOST)),
                    what + ": " + e.getCause());
        } catch (Exception e) {
            throw new AssertionError(what, e);
        }
    }

    /// Frames that are cut, grown or sent twice.
    @Test
    void framesOfOtherLengthsAreStatedAborts() {
        for (CollisionProtocol protocol : List.of(CollisionProtocol.VOLE, CollisionProtocol.VOLE_MALICIOUS)) {
            Protocol run = keysOf(protocol);
            Undisturbed undisturbed = Undisturbed.of(run);
            SplittableRandom random = new SplittableRandom(46);
            for (int i = 0; i < 6; i++) {
                boolean there = i % 2 == 0;
                int frame = random.nextInt((there ? undisturbed.there() : undisturbed.back()).size());
                int by = i % 3 == 0 ? -1 : 1 + random.nextInt(64);
                int[] seen = {0};
                UnaryOperator<byte[]> cut = sent -> seen[0]++ == frame ? Arrays.copyOf(sent, sent.length + by) : sent;
                TwoParties parties = new TwoParties();
                if (there) {
                    parties.tampering(cut);
                } else {
                    parties.tamperingBack(cut);
                }
                BothEnds.run(parties, 3, run.receiver(), run.sender())
                        .assertStatedAbort(undisturbed.answer(), protocol + " frame " + frame + " by " + by);
            }
        }
    }
}
