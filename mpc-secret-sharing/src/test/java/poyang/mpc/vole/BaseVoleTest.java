package poyang.mpc.vole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import poyang.mpc.Pair;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;
import poyang.mpc.ot.OtExtension;

final class BaseVoleTest {
    private static final int COUNT = 9;
    private static final int ELEMENT_BYTES = Goldilocks.BYTES;

    private final long[] key = Goldilocks.uniform(Pair.seed(1, "key"), 2);
    private final byte[] bits = new byte[OtExtension.BASE];
    private final byte[][] seeds = new byte[2 * OtExtension.BASE][];
    private final byte[][] chosen = new byte[OtExtension.BASE][];
    private final long[] y = Goldilocks.uniform(Pair.seed(1, "y"), COUNT);
    private final long[] point = Goldilocks.uniform(Pair.seed(1, "point"), 2);
    private final BaseVole.Receiver receiver;

    BaseVoleTest() {
        for (int j = 0; j < bits.length; j++) {
            bits[j] = (byte) (key[j / 64] >>> j % 64 & 1);
            seeds[2 * j] = Pair.seed(j, "0").bytes(32);
            seeds[2 * j + 1] = Pair.seed(j, "1").bytes(32);
            chosen[j] = seeds[2 * j + bits[j]];
        }
        receiver = new BaseVole.Receiver(seeds, y);
    }

    private BaseVole.Sender sender(byte[] message) {
        return new BaseVole.Sender(bits, chosen, COUNT, message);
    }

    @Test
    void theShortRelationHoldsAndTheCheckAcceptsIt() {
        BaseVole.Sender sender = sender(receiver.message());
        long[] b = sender.correlation();
        long[] c = receiver.correlation();
        assertEquals(2 * (COUNT - BaseVole.HIDING), b.length);
        for (int i = 0; i < COUNT - BaseVole.HIDING; i++) {
            long[] expected = {b[2 * i], b[2 * i + 1]};
            Quadratic.addMultiple(expected, 0, y[i], key[0], key[1]);
            assertEquals(c[2 * i], Goldilocks.canonical(expected[0]));
            assertEquals(c[2 * i + 1], Goldilocks.canonical(expected[1]));
        }
        assertTrue(sender.accepts(point, receiver.answer(point)));
    }

    @Test
    void everyChangedByteOfTheAnswerIsRefused() {
        BaseVole.Sender sender = sender(receiver.message());
        byte[] answer = receiver.answer(point);
        for (int at = 0; at < answer.length; at++) {
            byte[] changed = answer.clone();
            changed[at] ^= 1;
            assertFalse(sender.accepts(point, changed), "byte " + at);
        }
    }

    /// The attack: another y in one column. It is found exactly when that bit of Δ is one.
    @Test
    void inconsistentColumnsAreFoundUnlessGuessed() {
        SplittableRandom random = new SplittableRandom(5);
        byte[] answer = receiver.answer(point);
        for (int j = 0; j < OtExtension.BASE; j++) {
            byte[] changed = receiver.message().clone();
            changed[(j * COUNT + random.nextInt(COUNT)) * ELEMENT_BYTES + random.nextInt(4)] ^= 1;
            assertEquals(bits[j] == 0, sender(changed).accepts(point, answer), "column " + j);
        }
    }
}
