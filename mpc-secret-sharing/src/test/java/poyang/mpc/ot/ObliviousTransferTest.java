package poyang.mpc.ot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.mpc.Pair;
import poyang.mpc.Peer;
import poyang.simulation.Property;

final class ObliviousTransferTest {
    private static final byte[] SESSION = new byte[32];
    private static final Peer PEER = new Peer(new Pair().left, Pair.RIGHT, "test");

    private static byte[] bits(SplittableRandom random, int count) {
        byte[] bits = new byte[count];
        for (int i = 0; i < count; i++) {
            bits[i] = (byte) random.nextInt(2);
        }
        return bits;
    }

    @Test
    void theReceiverGetsTheSeedOfItsBitAndNoOther() {
        Property.seeds(4).check(seed -> {
            byte[] choices = bits(new SplittableRandom(seed), 20);
            BaseOt.Sender sender = new BaseOt.Sender(Pair.seed(seed, "s"));
            BaseOt.Receiver receiver = new BaseOt.Receiver(SESSION, choices, Pair.seed(seed, "r"));
            byte[][] both = sender.seeds(SESSION, choices.length, receiver.message(), PEER);
            byte[][] one = receiver.seeds(sender.message(), PEER);
            for (int i = 0; i < choices.length; i++) {
                assertArrayEquals(both[2 * i + choices[i]], one[i]);
                assertFalse(Arrays.equals(both[2 * i + 1 - choices[i]], one[i]));
            }
            byte[] elsewhere = SESSION.clone();
            elsewhere[5] = 1;
            byte[][] other = sender.seeds(elsewhere, choices.length, receiver.message(), PEER);
            assertFalse(Arrays.equals(other[choices[0]], one[0]), "a seed belongs to its session");
        });
    }

    /// Whatever byte of the receiver's message is changed, the run is refused or the seed of that
    /// transfer is lost: it never becomes the other one.
    @Test
    void changedBaseTransfersNeverGiveTheOtherSeed() {
        byte[] choices = {1, 0};
        BaseOt.Sender sender = new BaseOt.Sender(Pair.seed(1, "s"));
        BaseOt.Receiver receiver = new BaseOt.Receiver(SESSION, choices, Pair.seed(1, "r"));
        byte[][] right = receiver.seeds(sender.message(), PEER);
        int refused = 0;
        for (int at = 0; at < BaseOt.receiverBytes(2); at++) {
            byte[] changed = receiver.message();
            changed[at] ^= 1;
            int hit = at / 66;
            try {
                byte[][] both = sender.seeds(SESSION, 2, changed, PEER);
                for (int i = 0; i < 2; i++) {
                    assertEquals(i != hit, Arrays.equals(both[2 * i + choices[i]], right[i]), "byte " + at);
                    assertFalse(Arrays.equals(both[2 * i + 1 - choices[i]], right[i]), "byte " + at);
                }
            } catch (PoyangException e) {
                assertEquals(KernelErrors.PEER_MISBEHAVED, e.code());
                refused++;
            }
        }
        assertTrue(refused > 20, "half of all changes are no points");
        byte[] none = new byte[33];
        PoyangException e = assertThrows(PoyangException.class, () -> receiver.seeds(none, PEER));
        assertEquals(KernelErrors.PEER_MISBEHAVED, e.code());
    }

    private static byte[][] seeds(long seed, int count) {
        byte[][] seeds = new byte[count][];
        for (int i = 0; i < count; i++) {
            seeds[i] = Pair.seed(seed, "seed " + i).bytes(32);
        }
        return seeds;
    }

    private static byte[][] chosen(byte[][] seeds, byte[] choices) {
        byte[][] chosen = new byte[choices.length][];
        for (int j = 0; j < choices.length; j++) {
            chosen[j] = seeds[2 * j + choices[j]];
        }
        return chosen;
    }

    private static long word(byte[] bits, int from) {
        long word = 0;
        for (int i = 0; i < 64; i++) {
            word |= (long) bits[from + i] << i;
        }
        return word;
    }

    @Test
    void rowsDifferByTheKeyWhereTheReceiverChoseOne() {
        Property.seeds(5).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] key = bits(random, OtExtension.BASE);
            byte[] choices = bits(random, 1 + random.nextInt(400));
            byte[][] seeds = seeds(seed, 2 * OtExtension.BASE);
            OtExtension.Receiver receiver = new OtExtension.Receiver(seeds, choices, "x", Pair.seed(seed, "pad"));
            assertEquals(OtExtension.messageBytes(choices.length), receiver.message().length);
            OtExtension.Sender sender =
                    new OtExtension.Sender(key, chosen(seeds, key), choices.length, "x", receiver.message());
            long[] t = receiver.rows();
            long[] q = sender.rows();
            for (int i = 0; i < choices.length; i++) {
                assertEquals(t[2 * i], q[2 * i] ^ -(long) choices[i] & word(key, 0));
                assertEquals(t[2 * i + 1], q[2 * i + 1] ^ -(long) choices[i] & word(key, 64));
            }
            byte[] point = Pair.seed(seed, "point").bytes(OtExtension.POINT_BYTES);
            byte[] answer = receiver.answer(point);
            assertTrue(sender.accepts(point, answer));
            for (int at = 0; at < answer.length; at += 3) {
                byte[] changed = answer.clone();
                changed[at] ^= (byte) (1 << random.nextInt(8));
                assertFalse(sender.accepts(point, changed), "byte " + at);
            }
        });
    }

    /// The attack on the extension: other bits in a column. It is found exactly when the sender's
    /// key has a one there; what is not found is a guess that was right, and did no harm.
    @Test
    void inconsistentColumnsAreFoundUnlessGuessed() {
        byte[][] seeds = seeds(3, 2 * OtExtension.BASE);
        SplittableRandom random = new SplittableRandom(3);
        byte[] key = bits(random, OtExtension.BASE);
        int count = 100;
        OtExtension.Receiver receiver = new OtExtension.Receiver(seeds, bits(random, count), "x", Pair.seed(3, "pad"));
        byte[] point = Pair.seed(3, "point").bytes(OtExtension.POINT_BYTES);
        byte[] answer = receiver.answer(point);
        int columnBytes = OtExtension.messageBytes(count) / OtExtension.BASE;
        for (int at = 0; at < OtExtension.messageBytes(count); at += 7) {
            byte[] changed = receiver.message().clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            OtExtension.Sender sender = new OtExtension.Sender(key, chosen(seeds, key), count, "x", changed);
            assertEquals(key[at / columnBytes] == 0, sender.accepts(point, answer), "byte " + at);
        }
    }

    @Test
    void productsOfTheBinaryFieldEqualPolynomials() {
        BigInteger modulus = BigInteger.ONE.shiftLeft(128).or(BigInteger.valueOf(0x87));
        Property.seeds(100).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            long[] a = {random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()};
            long[] out = new long[2];
            BinaryField.multiply(out, a[0], a[1], a[2], a[3]);
            BigInteger x = polynomial(a[0], a[1]);
            BigInteger product = BigInteger.ZERO;
            for (int i = 0; i < 128; i++) {
                if (polynomial(a[2], a[3]).testBit(i)) {
                    product = product.xor(x.shiftLeft(i));
                }
            }
            for (int i = 255; i >= 128; i--) {
                if (product.testBit(i)) {
                    product = product.xor(modulus.shiftLeft(i - 128));
                }
            }
            assertEquals(product, polynomial(out[0], out[1]));
        });
    }

    private static BigInteger polynomial(long low, long high) {
        BigInteger words = BigInteger.ONE.shiftLeft(64);
        return BigInteger.valueOf(low)
                .mod(words)
                .add(BigInteger.valueOf(high).mod(words).shiftLeft(64));
    }

    @Test
    void transposingTurnsColumnsIntoRows() {
        SplittableRandom random = new SplittableRandom(11);
        int words = 3;
        long[][] columns = new long[128][words];
        for (long[] column : columns) {
            for (int w = 0; w < words; w++) {
                column[w] = random.nextLong();
            }
        }
        long[] rows = BitRows.transpose(columns, words);
        for (int i = 0; i < 64 * words; i++) {
            for (int j = 0; j < 128; j++) {
                long expected = columns[j][i >> 6] >>> (i & 63) & 1;
                assertEquals(expected, rows[2 * i + (j >> 6)] >>> (j & 63) & 1);
            }
        }
    }
}
