package poyang.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KernelTest {
    private static byte[] sample() {
        return new CanonicalWriter("poyang.test.v1")
                .u8(200)
                .u32(0xfedcba98L)
                .u64(-2)
                .flag(true)
                .text("鄱阳")
                .bytes(Bytes.fromHex("00ff"))
                .list(List.of("a", "b"), CanonicalWriter::text)
                .toArray();
    }

    private static String read(byte[] encoded) {
        CanonicalReader in = new CanonicalReader("poyang.test.v1", encoded);
        String all = in.u8() + " " + in.u32() + " " + in.u64() + " " + in.flag() + " " + in.text(16) + " "
                + in.bytes(16) + " " + in.list(4, r -> r.text(4));
        in.end();
        return all;
    }

    @Test
    void whatWasWrittenIsRead() {
        assertEquals("200 4275878552 -2 true 鄱阳 00ff [a, b]", read(sample()));
        assertEquals(
                "0000000e706f79616e672e746573742e7631c8fedcba98fffffffffffffffe01"
                        + "00000006e984b1e998b30000000200ff0000000200000001610000000162",
                Bytes.wrap(sample()).hex());
    }

    @Test
    void everyChangedByteReadsDifferentlyOrIsRefused() {
        byte[] good = sample();
        for (int i = 0; i < good.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << bit);
                try {
                    assertNotEquals(read(good), read(bad), "octet " + i);
                } catch (PoyangException e) {
                    assertEquals(KernelErrors.BAD_ENCODING, e.code());
                }
            }
        }
        byte[] longer = Arrays.copyOf(good, good.length + 1);
        assertThrows(PoyangException.class, () -> read(longer));
        for (int length = 0; length < good.length; length++) {
            byte[] shorter = Arrays.copyOf(good, length);
            assertThrows(PoyangException.class, () -> read(shorter));
        }
    }

    @Test
    void bytesAreImmutableOrderedAndHex() {
        byte[] array = {1, (byte) 0x80};
        Bytes copy = Bytes.copyOf(array);
        array[0] = 9;
        assertEquals("0180", copy.hex());
        assertEquals(Bytes.fromHex("0180"), copy);
        assertTrue(copy.compareTo(Bytes.fromHex("017f")) > 0, "unsigned order");
        assertTrue(copy.startsWith(Bytes.fromHex("01")) && !copy.startsWith(Bytes.fromHex("80")));
        assertEquals(Bytes.fromHex("01800180"), copy.concat(copy));
        for (String bad : List.of("0", "0g", "0x10")) {
            PoyangException refused = assertThrows(PoyangException.class, () -> Bytes.fromHex(bad));
            assertEquals(KernelErrors.BAD_ENCODING, refused.code());
        }
    }

    @Test
    void partyNamesAreCheckedAndOrdered() {
        assertTrue(new PartyId("a").compareTo(new PartyId("b")) < 0);
        for (String bad : List.of("", "A", "-a", "a b", "é", "x".repeat(65))) {
            PoyangException refused = assertThrows(PoyangException.class, () -> new PartyId(bad));
            assertTrue(refused.getMessage() != null && refused.getMessage().contains("PY-1002 BAD_NAME"));
        }
    }
}
