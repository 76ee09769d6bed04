package poyang.mpc.vole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;
import poyang.mpc.Pair;
import poyang.mpc.field.Goldilocks;

final class TreesTest {
    private static final long[] KEY = {0x0123456789abcdefL, 0x0fedcba987654321L};
    private static final byte[] BASE = new byte[16];

    /// One tree on both sides, for a place of the receiver.
    private static final class Grown {
        final TreeShape shape;
        final long[] sender;
        final byte[] corrections;
        private final long[] q;

        Grown(int leaves, long seed) {
            shape = new TreeShape(leaves);
            RandomSource random = Pair.seed(seed, "tree");
            q = new long[2 * shape.levels()];
            for (int i = 0; i < q.length; i++) {
                q[i] = random.nextLong();
            }
            corrections = new byte[shape.correctionBytes()];
            // b = 0, so that ψ = −Σ leaves
            sender = new SenderTrees(shape, new TreeHash(BASE), KEY, random)
                    .grow(5, q, 0, 0, 0, corrections, 0)
                    .clone();
        }

        long[] receiver(int place, byte[] sent) {
            long[] t = q.clone();
            for (int level = 1; level <= shape.levels(); level++) {
                boolean wantsRight = (place >>> shape.levels() - level & 1) == 0;
                if (wantsRight) {
                    t[2 * level - 2] ^= KEY[0];
                    t[2 * level - 1] ^= KEY[1];
                }
            }
            // c = b + y·Δ with y·Δ = (3, 4)
            return new ReceiverTrees(shape, new TreeHash(BASE))
                    .grow(5, place, t, 0, 3, 4, sent, 0)
                    .clone();
        }

        /// Places where the receiver's leaf is not the sender's, plus (3, 4) at its own.
        int wrong(int place, long[] receiver) {
            int wrong = 0;
            for (int i = 0; i < sender.length; i++) {
                long expected = i / 2 == place ? Goldilocks.add(sender[i], 3 + i % 2) : sender[i];
                wrong += Goldilocks.canonical(expected) == receiver[i] ? 0 : 1;
            }
            return wrong;
        }
    }

    @Test
    void theReceiverHasEveryLeafButOneAtEverySizeAndPlace() {
        for (int leaves = 4; leaves <= 128; leaves *= 2) {
            Grown grown = new Grown(leaves, leaves);
            for (int place = 0; place < leaves; place++) {
                assertEquals(0, grown.wrong(place, grown.receiver(place, grown.corrections)), leaves + " " + place);
            }
        }
        Grown large = new Grown(8_192, 1);
        for (int place : new int[] {0, 1, 4_095, 4_096, 5_555, 8_190, 8_191}) {
            assertEquals(0, large.wrong(place, large.receiver(place, large.corrections)), "place " + place);
        }
        assertEquals(2 * 8_192, Arrays.stream(large.sender).distinct().count(), "leaves differ");
    }

    /// A cut tree would let a malicious receiver name a leaf that was cut off and learn the global key.
    @Test
    void treesAreWhole() {
        for (int leaves : new int[] {2, 6, 22, 11_186}) {
            assertThrows(Bug.class, () -> new TreeShape(leaves));
        }
    }

    /// Every byte of a whole tree's corrections: the receiver's leaves are wrong, but for the sum
    /// of the last level that it does not need. This is the selective failure that the check turns
    /// into an abort.
    @Test
    void everyChangedByteOfCorrectionsShowsInTheLeaves() {
        for (int leaves : new int[] {16, 64}) {
            Grown grown = new Grown(leaves, 9);
            int last = (grown.shape.levels() - 1) * TreeHash.BLOCK_BYTES;
            for (int place = 0; place < leaves; place += 7) {
                for (int at = 0; at < grown.corrections.length; at++) {
                    byte[] changed = grown.corrections.clone();
                    changed[at] ^= 1;
                    int block = (at - last) / TreeHash.BLOCK_BYTES;
                    boolean unused = at >= last && block < 2 && block == (place & 1);
                    assertEquals(unused, grown.wrong(place, grown.receiver(place, changed)) == 0, "byte " + at);
                }
            }
        }
    }

    @Test
    void hashesDependOnTreeAndLevel() {
        TreeHash hash = new TreeHash(BASE);
        hash.key(1, 2);
        long[] one = hash.one(7, 8);
        hash.key(1, 3);
        long[] level = hash.one(7, 8);
        hash.key(2, 2);
        long[] tree = hash.one(7, 8);
        assertNotEquals(one[0], level[0]);
        assertNotEquals(one[0], tree[0]);
        assertNotEquals(level[0], tree[0]);
    }

    @Test
    void wordsAboveTheFieldAreDrawnAgain() {
        long[] blocks = {1, Goldilocks.P, Goldilocks.P - 1, 4, -1, -1, 0xffffffff00000000L, 0xfffffffe_ffffffffL};
        long[] elements = blocks.clone();
        Leaves.toElements(elements, 4);
        assertTrue(Goldilocks.areCanonical(elements));
        for (int i = 0; i < blocks.length; i++) {
            boolean above = Long.compareUnsigned(blocks[i], Goldilocks.P) >= 0;
            assertEquals(above, elements[i] != blocks[i], "word " + i);
        }
        assertNotEquals(elements[4], elements[5], "limbs of one block are drawn apart");
        assertFalse(Goldilocks.areCanonical(blocks));
    }
}
