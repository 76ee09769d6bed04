package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.psi.Runs.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm3;
import poyang.mpc.vole.VoleProtocol;

/// Known attacks by a party that follows no protocol, on whole runs of `vole-malicious`.
///
/// The deviating party's frames are changed where it sends them, and the comparison of all frames at the end is made to
/// fit for both sides, as a party that sent the changed frames itself would make it fit: what refuses here is the
/// protocol's own checks and not the comparison. The same attacks on `vole`, which is not made against them, give
/// wrong answers: they are real.
final class DeviatingPartyTest {
    private static final KeySet X = numbered(0, 40);
    private static final KeySet Y = numbered(20, 60);
    /// Frames of the opening.
    private static final int OPENING = 2;

    private static KeySet numbered(int from, int to) {
        TreeSet<String> keys = new TreeSet<>();
        for (int i = from; i < to; i++) {
            keys.add("key " + i);
        }
        return keys(keys);
    }

    private static int columns() {
        return OkvsShape.of(40, 1).columns();
    }

    /// What one side has seen of both directions.
    private static final class Seen {
        private final Sm3 fromReceiver = new Sm3();
        private final Sm3 fromSender = new Sm3();
        private byte[] digest = {};

        synchronized void frame(boolean receivers, byte[] frame) {
            (receivers ? fromReceiver : fromSender).update(Run.digest(frame));
        }

        synchronized byte[] digest() {
            if (digest.length == 0) {
                digest = Sm3.digest(fromReceiver.digest(), fromSender.digest());
            }
            return digest.clone();
        }
    }

    /// A run of two, of which one deviates.
    private record Outcome(BothEnds<Intersection, Long> ends, long framesOfReceiver, long framesOfSender) {
        boolean refused() {
            return BothEnds.misbehaved(ends.receiverFailure()) || BothEnds.misbehaved(ends.senderFailure());
        }

        /// Is the answer, if there is one, right?
        boolean right() {
            return ends.receiver() == null || ends.receiver().matches().size() == 20;
        }
    }

    /// @param receivers does the receiver deviate, or the sender?
    private static Outcome deviate(
            CollisionProtocol protocol, boolean receivers, int frame, UnaryOperator<byte[]> change, long seed) {
        Seen receiver = new Seen();
        Seen sender = new Seen();
        Cost cost = protocol.cost(X.size(), Y.size());
        int[] there = {0};
        int[] back = {0};
        TwoParties parties = new TwoParties()
                .tampering(sent -> {
                    int number = there[0]++;
                    if (number == cost.receiverFrames() - 1) {
                        return sender.digest();
                    }
                    receiver.frame(true, sent);
                    byte[] changed = receivers && number == frame ? change.apply(sent.clone()) : sent;
                    sender.frame(true, changed);
                    return changed;
                })
                .tamperingBack(sent -> {
                    int number = back[0]++;
                    if (number == cost.senderFrames() - 1) {
                        return receiver.digest();
                    }
                    sender.frame(false, sent);
                    byte[] changed = !receivers && number == frame ? change.apply(sent.clone()) : sent;
                    receiver.frame(false, changed);
                    return changed;
                });
        BothEnds<Intersection, Long> ends =
                BothEnds.run(parties, seed, s -> protocol.receive(X, s), s -> protocol.send(Y, s));
        return new Outcome(ends, there[0], back[0]);
    }

    private static UnaryOperator<byte[]> flip(int octet) {
        return frame -> {
            frame[octet] ^= 1;
            return frame;
        };
    }

    private static CollisionProtocol protocol(boolean malicious) {
        return malicious ? CollisionProtocol.VOLE_MALICIOUS : CollisionProtocol.VOLE;
    }

    /// The sender's first frame with corrections of trees.
    private static int corrections(boolean malicious) {
        return OPENING + (malicious ? 4 : 2);
    }

    /// Trees have 64 leaves: five corrections, two for the last level, one that carries the correlation.
    private static final int LAST_LEVEL = 5 * 16;

    private static final int CORRELATION = 7 * 16;

    /// An undisturbed run: making the comparison fit changes nothing.
    @Test
    void whoDoesNotDeviateIsNotRefused() {
        for (boolean malicious : new boolean[] {false, true}) {
            Outcome outcome = deviate(protocol(malicious), true, -1, flip(0), 1);
            assertNull(outcome.ends().receiverFailure());
            assertNull(outcome.ends().senderFailure());
            assertTrue(outcome.ends().receiver() != null && outcome.right());
        }
    }

    /// A wrong correlation: refused before the receiver has sent anything of its set; without the check the answer is
    /// wrong, as every value that the receiver computes is.
    @Test
    void aWrongCorrelationIsRefusedBeforeTheStoreIsSent() {
        for (long seed = 0; seed < 3; seed++) {
            Outcome outcome = deviate(protocol(true), false, corrections(true), flip(CORRELATION), seed);
            assertTrue(BothEnds.misbehaved(outcome.ends().receiverFailure()), "seed " + seed);
            long beforeStore = OPENING + VoleProtocol.MALICIOUS_WIDE.receiverFrames(columns());
            assertEquals(beforeStore, outcome.framesOfReceiver());
            Outcome blind = deviate(protocol(false), false, corrections(false), flip(CORRELATION), seed);
            assertNull(blind.ends().receiverFailure());
            assertTrue(!blind.right(), "the attack is real");
        }
    }

    /// Selective failure: one of two sums of a tree's last level is wrong. The run is refused when the receiver's place
    /// needs it, which tells the sender one bit of noise, and the answer is right otherwise: never wrong.
    @Test
    void selectiveFailureEndsTheRunOrDoesNothing() {
        int refused = 0;
        int runs = 8;
        for (long seed = 0; seed < runs; seed++) {
            Outcome outcome = deviate(protocol(true), false, corrections(true), flip(LAST_LEVEL), seed);
            assertTrue(outcome.refused() || outcome.ends().receiver() != null);
            assertTrue(outcome.right(), "seed " + seed);
            refused += outcome.refused() ? 1 : 0;
        }
        assertTrue(refused > 0 && refused < runs, refused + " of " + runs);
    }

    /// Inconsistent transfers and an inconsistent base correlation: a receiver that changes one column is refused
    /// unless
    /// that bit of the sender's key is the one that hides the column, which it had to guess; then nothing is wrong.
    @Test
    void inconsistentColumnsEndTheRunOrDoNothing() {
        int refused = 0;
        int runs = 0;
        for (int column : new int[] {0, 77}) {
            for (int frame = OPENING + 2; frame < OPENING + 4; frame++) {
                for (long seed = 0; seed < 3; seed++) {
                    // columns stand one after the other; the second frame begins with column 0 of the base correlation
                    int octet = frame == OPENING + 2 ? column * (600 * 6 + 128 + 63) / 64 * 8 : column;
                    Outcome outcome = deviate(protocol(true), true, frame, flip(octet), 10 * seed + column);
                    assertTrue(outcome.right());
                    assertTrue(outcome.refused() || outcome.ends().receiver() != null);
                    if (outcome.refused()) {
                        assertEquals(OPENING + 4, outcome.framesOfSender(), "refused before any correction");
                        refused++;
                    }
                    runs++;
                }
            }
        }
        assertTrue(refused > 0 && refused < runs, refused + " of " + runs);
    }

    /// A sender that opens another mask than it committed to could fit its tags to the receiver's store.
    @Test
    void anotherMaskThanTheCommittedOneIsRefused() {
        int opening = (int) CollisionProtocol.VOLE_MALICIOUS.cost(40, 40).senderFrames() - 3;
        for (int octet = 0; octet < VolePsi.OPENING_BYTES; octet += 5) {
            Outcome outcome = deviate(protocol(true), false, opening, flip(octet), octet);
            assertTrue(BothEnds.misbehaved(outcome.ends().receiverFailure()), "octet " + octet);
        }
        Outcome commitment = deviate(protocol(true), false, OPENING, flip(3), 2);
        assertTrue(BothEnds.misbehaved(commitment.ends().receiverFailure()));
    }

    /// Elements of no field in a store, and tables of tags whose counts do not sum up, are refused.
    @Test
    void whatIsNoStoreOrNoTableIsRefused() {
        Cost cost = CollisionProtocol.VOLE_MALICIOUS.cost(40, 40);
        Outcome store = deviate(
                protocol(true),
                true,
                (int) cost.receiverFrames() - 3,
                frame -> {
                    assertEquals(16 * columns(), frame.length);
                    Arrays.fill(frame, 32, 40, (byte) 0xff);
                    return frame;
                },
                4);
        assertTrue(BothEnds.misbehaved(store.ends().senderFailure()));
        Outcome table = deviate(protocol(true), false, (int) cost.senderFrames() - 2, flip(0), 4);
        assertTrue(BothEnds.misbehaved(table.ends().receiverFailure()));
    }

    /// A receiver whose store is all noise holds no key: it finds nothing, although it may do as it likes with what it
    /// gets. And tags are functions of the run: those of two runs of the same sets have nothing in common.
    @Test
    void aStoreOfNoiseFindsNothingAndTagsAreOfOneRun() {
        List<byte[]> tables = new ArrayList<>();
        Cost cost = CollisionProtocol.VOLE_MALICIOUS.cost(40, 40);
        for (long seed = 0; seed < 2; seed++) {
            Outcome noise = deviate(
                    protocol(true),
                    true,
                    (int) cost.receiverFrames() - 3,
                    frame -> {
                        for (int i = 0; i < frame.length; i += 8) {
                            frame[i] = 1; // stays below p
                        }
                        return frame;
                    },
                    seed);
            Intersection found = noise.ends().receiver();
            assertTrue(found != null && found.matches().size() == 0, "nothing matches");
            deviate(
                    protocol(true),
                    false,
                    (int) cost.senderFrames() - 2,
                    frame -> {
                        tables.add(frame.clone());
                        return frame;
                    },
                    seed);
        }
        int same = 0;
        for (int i = 16; i < tables.get(0).length; i++) {
            same += tables.get(0)[i] == tables.get(1)[i] ? 1 : 0;
        }
        assertTrue(same < 30, same + " octets of two tables are equal");
        assertNotEquals(0, tables.get(0).length);
    }
}
