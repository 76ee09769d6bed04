package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;
import poyang.simulation.Property;

/// Several columns as one key, and the mark of a set's content.
final class KeyFormTest {
    private static final List<String> VALUES = List.of(
            "11010519491231002X",
            " 11010519491231002x\t",
            "110105194912310021",
            "13800138000",
            "１３８００１３８０００",
            "91350100M000100Y43",
            "\u3000text\u00a0",
            "é,张",
            "",
            "   ",
            "\u001f a\"b ",
            "1",
            "x".repeat(300));

    private static void read(KeyForm form, KeySet keys, String[] row) {
        byte[] key = form.key(row);
        int _ = keys.readKey(key, key.length);
    }

    /// Bytes give the keys that text gives, for one column and for several.
    @Test
    void bytesGiveTheSameKeysAsText() {
        Property.seeds(2_000).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            List<IdentifierRule> all = List.of(IdentifierRule.values());
            int columns = 1 + random.nextInt(3);
            List<IdentifierRule> rules = new ArrayList<>();
            for (int i = 0; i < columns; i++) {
                rules.add(all.get(random.nextInt(all.size())));
            }
            KeyForm form = new KeyForm(rules);
            KeyReader reader = new KeyReader(rules);
            KeySet texts = form.keySet();
            KeySet bytes = form.keySet();
            for (int row = 0; row < 4; row++) {
                String[] values = new String[columns];
                reader.begin();
                for (int i = 0; i < columns; i++) {
                    values[i] = VALUES.get(random.nextInt(VALUES.size()));
                    byte[] utf8 = ("." + values[i] + ".").getBytes(StandardCharsets.UTF_8);
                    reader.value(utf8, 1, utf8.length - 1);
                }
                byte[] key = Arrays.copyOf(reader.bytes(), reader.length());
                assertEquals(
                        new String(form.key(values), StandardCharsets.UTF_8), new String(key, StandardCharsets.UTF_8));
                read(form, texts, values);
                bytes.readKey(reader.bytes(), reader.length());
            }
            assertEquals(texts.size(), bytes.size());
            assertEquals(texts.rowsRead(), bytes.rowsRead());
        });
    }

    @Test
    void keysAreSortedByTheirBytes() {
        Property.seeds(300).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            KeySet keys = new KeySet(IdentifierRule.TEXT);
            for (int i = 0; i < 200; i++) {
                keys.read("ab".repeat(random.nextInt(9)) + (char) ('a' + random.nextInt(3)) + random.nextInt(30));
            }
            int[] numbers = IntStream.range(0, keys.size()).toArray();
            keys.sort(numbers);
            assertEquals(
                    IntStream.range(0, keys.size())
                            .mapToObj(keys::keyText)
                            .sorted()
                            .toList(),
                    Arrays.stream(numbers).mapToObj(keys::keyText).toList());
        });
    }

    private static final KeyForm TWO = new KeyForm(List.of(IdentifierRule.TEXT, IdentifierRule.PHONE));

    @Test
    void oneColumnsKeyIsItsNormalisedValue() {
        KeyForm one = new KeyForm(List.of(IdentifierRule.PHONE));
        KeySet keys = one.keySet();
        read(one, keys, new String[] {" 13800138000 "});
        assertEquals("13800138000", keys.keyText(0));
        assertEquals(List.of("13800138000"), one.parts(keys.keyText(0)));
    }

    @Test
    void aRowWithAnyValueThatIsNoIdentifierHasNoKey() {
        KeySet keys = TWO.keySet();
        read(TWO, keys, new String[] {"Li", "12"});
        read(TWO, keys, new String[] {" ", "13800138000"});
        read(TWO, keys, new String[] {"Li", "１３８００１３８０００"});
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
                read(three, keys, row);
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
