package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;
import poyang.simulation.Property;

/// Several columns as one key, and the mark of a set's content.
final class KeyFormTest {
    private static final KeyForm TWO = new KeyForm(List.of(IdentifierRule.TEXT, IdentifierRule.PHONE));

    @Test
    void oneColumnsKeyIsItsNormalisedValue() {
        KeyForm one = new KeyForm(List.of(IdentifierRule.PHONE));
        KeySet keys = one.keySet();
        one.read(keys, new String[] {" 13800138000 "});
        assertEquals("13800138000", keys.keyText(0));
        assertEquals(List.of("13800138000"), one.parts(keys.keyText(0)));
    }

    @Test
    void aRowWithAnyValueThatIsNoIdentifierHasNoKey() {
        KeySet keys = TWO.keySet();
        TWO.read(keys, new String[] {"Li", "12"});
        TWO.read(keys, new String[] {" ", "13800138000"});
        TWO.read(keys, new String[] {"Li", "１３８００１３８０００"});
        assertEquals(3, keys.rowsRead());
        assertEquals(1, keys.size());
        assertEquals(List.of("Li", "13800138000"), TWO.parts(keys.keyText(0)));
    }

    /// Values full of what the form itself is made of.
    @Test
    void differentRowsHaveDifferentKeysThatGiveTheirValuesBack() {
        KeyForm three = new KeyForm(List.of(IdentifierRule.TEXT, IdentifierRule.TEXT, IdentifierRule.TEXT));
        String[] pieces = {"1", ":", "2", "11", "a", "1:", ":1", "国"};
        Property.seeds(200).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            KeySet keys = three.keySet();
            TreeSet<String> seen = new TreeSet<>();
            for (int i = 0; i < 40; i++) {
                String[] row = new String[3];
                for (int c = 0; c < row.length; c++) {
                    row[c] = pieces[random.nextInt(pieces.length)] + pieces[random.nextInt(pieces.length)];
                }
                three.read(keys, row);
                if (seen.add(String.join("\u0000", row))) {
                    assertEquals(List.of(row), three.parts(keys.keyText(keys.size() - 1)));
                }
            }
            assertEquals(seen.size(), keys.size());
        });
    }

    private static Bytes mark(List<String> rows, int secret) {
        KeySet keys = new KeySet(IdentifierRule.TEXT);
        rows.forEach(keys::read);
        byte[] key = new byte[32];
        key[5] = (byte) secret;
        return Commitments.versionMark(keys, key);
    }

    @Test
    void aMarkTellsContentsApartAndNotTheirOrder() {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            rows.add("person " + i);
        }
        Bytes mark = mark(rows, 1);
        TreeSet<String> marks = new TreeSet<>();
        marks.add(mark.hex());
        for (int i = 0; i < rows.size(); i++) {
            List<String> less = new ArrayList<>(rows);
            less.remove(i);
            marks.add(mark(less, 1).hex());
            less.add("dummy");
            marks.add(mark(less, 1).hex());
        }
        assertEquals(1 + 2 * rows.size(), marks.size());
        List<String> shuffled = new ArrayList<>(rows);
        shuffled.addAll(rows.subList(0, 9));
        Collections.shuffle(shuffled, new Random(5));
        assertEquals(mark, mark(shuffled, 1));
        assertNotEquals(mark, mark(rows, 2));
        assertNotEquals(mark(List.of(), 1), mark(List.of(), 2));
    }
}
