package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TagTableTest {
    private static long[] random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] tags = new long[2 * count];
        Arrays.setAll(tags, _ -> random.nextLong());
        return tags;
    }

    private static long[] reversed(long[] tags) {
        long[] reversed = new long[tags.length];
        for (int i = 0; i < tags.length; i += 2) {
            reversed[tags.length - 2 - i] = tags[i];
            reversed[tags.length - 1 - i] = tags[i + 1];
        }
        return reversed;
    }

    @Test
    void aTableKeepsItsTagsThroughItsMessageAndForgetsTheirOrder() {
        for (int count : new int[] {1, 2, 3, 5, 64, 100, 1000, 4097}) {
            for (int bits : new int[] {45, 63, 64, 66, 74, 76, 82, 127, 128}) {
                long[] tags = random(count, count);
                byte[] message = TagTable.of(tags, bits).toBytes();
                assertEquals(TagTable.bytes(count, bits), message.length);
                assertArrayEquals(message, TagTable.of(reversed(tags), bits).toBytes());
                TagTable read = TagTable.read(message, count, bits).orElseThrow();
                assertArrayEquals(message, read.toBytes());
                for (int i = 0; i < tags.length; i += 2) {
                    assertTrue(read.contains(tags[i], tags[i + 1]), count + " tags of " + bits);
                }
                long[] others = random(500, -1);
                for (int i = 0; i < others.length; i += 2) {
                    assertFalse(read.contains(others[i], others[i + 1]));
                }
            }
        }
    }

    @Test
    void everyBitThatCountsIsCompared() {
        for (int bits : new int[] {45, 64, 70, 128}) {
            long[] tags = random(3, bits);
            TagTable table = TagTable.of(tags, bits);
            for (int bit = 0; bit < 128; bit++) {
                long first = bit < 64 ? tags[0] ^ Long.MIN_VALUE >>> bit : tags[0];
                long second = bit < 64 ? tags[1] : tags[1] ^ Long.MIN_VALUE >>> (bit - 64);
                assertEquals(bit >= bits, table.contains(first, second), "bit " + bit + " of " + bits);
            }
        }
    }

    @Test
    void equalFirstBitsAreSorted() {
        long[] tags = random(50, 7);
        for (int i = 0; i < tags.length; i += 2) {
            tags[i] >>>= 40;
        }
        TagTable table = TagTable.of(tags, 128);
        assertArrayEquals(table.toBytes(), TagTable.of(reversed(tags), 128).toBytes());
        for (int i = 0; i < tags.length; i += 2) {
            assertTrue(table.contains(tags[i], tags[i + 1]));
        }
    }

    @Test
    void countsThatDoNotSumUpAreRefused() {
        byte[] message = TagTable.of(random(100, 1), 82).toBytes();
        int refused = 0;
        for (int bit = 0; bit < 164; bit++) {
            byte[] changed = message.clone();
            changed[bit >>> 3] ^= (byte) (0x80 >>> (bit & 7));
            refused += TagTable.read(changed, 100, 82).isEmpty() ? 1 : 0;
        }
        assertEquals(164, refused, "each single change makes one tag more or less");
    }
}
