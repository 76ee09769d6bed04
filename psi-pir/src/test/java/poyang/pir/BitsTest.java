package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

class BitsTest {
    @Test
    void whatIsWrittenIsReadAtEveryWidth() {
        Property.seeds(200).check(seed -> {
            Random random = new Random(seed);
            int width = 1 + random.nextInt(56);
            long[] values = random.longs(random.nextInt(40))
                    .map(v -> v & (1L << width) - 1)
                    .toArray();
            int offset = random.nextInt(3);
            byte[] out = new byte[offset + Bits.bytes(values.length, width)];
            Bits.write(values, values.length, width, out, offset);
            assertArrayEquals(values, Bits.read(out, offset, values.length, width));
        });
    }

    @Test
    void theOrderIsLeastSignificantFirst() {
        byte[] out = new byte[3];
        Bits.write(new long[] {0xabc, 0x123}, 2, 12, out, 0);
        assertArrayEquals(new byte[] {(byte) 0xbc, 0x3a, 0x12}, out);
    }

    @Test
    void onlyZerosFillUp() {
        byte[] out = new byte[2];
        Bits.write(new long[] {0x1ff}, 1, 9, out, 0);
        out[1] |= 2;
        assertEquals(
                PirErrors.BAD_FRAME,
                assertThrows(PoyangException.class, () -> Bits.read(out, 0, 1, 9))
                        .code());
    }
}
