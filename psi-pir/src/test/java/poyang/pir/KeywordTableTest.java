package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.psi.Workers;

class KeywordTableTest {
    @Test
    void everyKeywordGivesItsRecordsAndOthersNone() {
        int[][] shapes = {{1, 10, 1}, {30, 0, 1}, {12, 33, 3}};
        for (int[] shape : shapes) {
            Village village = new Village(shape[0], shape[1], shape[2], shape[0]);
            KeywordForm form = KeywordForm.decode(village.table.form().encode());
            KeywordClient client = new KeywordClient(form);
            List<Bytes> keywords = new ArrayList<>(village.people.keySet());
            keywords.add(Bytes.utf8("nobody"));
            keywords.add(Village.keyword(1_000_000));
            List<KeywordClient.Outcome> outcomes;
            try (KeywordClient.Lookup lookup =
                    client.lookup(keywords.stream().map(Bytes::toArray).toList(), Village.random("all-" + shape[0]))) {
                byte[] blinded = lookup.blinded();
                byte[] evaluated = village.table.evaluate(blinded, Village.random("holder"));
                byte[] queries = lookup.queries(evaluated);
                byte[] answers = village.table.answer(queries, keywords.size(), Workers.ALONE);
                assertEquals(form.clientBytes(keywords.size()), blinded.length + queries.length);
                assertEquals(form.holderBytes(keywords.size()), evaluated.length + answers.length);
                outcomes = lookup.outcomes(answers);
            }
            for (int i = 0; i < keywords.size(); i++) {
                assertEquals(Village.expected(village.people, keywords.get(i)), outcomes.get(i));
            }
        }
    }

    @Test
    void changesAreThoseOfAPlainMap() {
        Village village = new Village(80, 40, 2, 7);
        Map<Bytes, List<Bytes>> model = new TreeMap<>(village.people);
        KeywordTable table = village.table;
        Random random = new Random(7);
        for (int version = 1; version <= 3; version++) {
            Map<Bytes, List<Bytes>> changes = new TreeMap<>();
            for (int i = 0; i < 5; i++) {
                List<Bytes> records = new ArrayList<>();
                for (int j = 0; j < random.nextInt(3); j++) {
                    records.add(Bytes.utf8("version " + version + ", record " + j));
                }
                changes.put(Village.keyword(random.nextInt(100)), records);
            }
            table = table.with(changes, Village.random("change-" + version), Workers.ALONE);
            model.putAll(changes);
            List<Bytes> looked = new ArrayList<>(changes.keySet());
            looked.add(Village.keyword(random.nextInt(80)));
            for (Bytes keyword : looked) {
                assertEquals(
                        Village.expected(model, keyword),
                        Village.lookup(table.form(), table, keyword, "version-" + version));
            }
        }
        assertNotEquals(village.table.form().commitment(), table.form().commitment());
        // the version before still answers, and not for the form of another
        Bytes untouched = Village.keyword(3);
        assertEquals(
                Village.expected(village.people, untouched),
                Village.lookup(village.table.form(), village.table, untouched, "old"));
        assertInstanceOf(
                KeywordClient.Outcome.Complaint.class, Village.lookup(table.form(), village.table, untouched, "stale"));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Village village = new Village(10, 20, 2, 3);
        assertEquals(PirErrors.RECORD_REFUSED, code(() -> change(village, Bytes.empty(), Bytes.utf8("x"))));
        assertEquals(PirErrors.RECORD_REFUSED, code(() -> change(village, Bytes.utf8("k"), Bytes.wrap(new byte[21]))));
        assertEquals(
                PirErrors.RECORD_REFUSED,
                code(() -> change(village, Bytes.utf8("k"), Bytes.empty(), Bytes.empty(), Bytes.empty())));
        assertEquals(
                PirErrors.RECORD_REFUSED, code(() -> made(village, taker -> taker.take(new byte[1025], new byte[1]))));
        assertEquals(
                PirErrors.RECORD_REFUSED, code(() -> made(village, taker -> taker.take(new byte[1], new byte[21]))));
        assertEquals(
                PirErrors.RECORD_REFUSED,
                code(() -> made(village, taker -> {
                    for (int i = 0; i < 3; i++) {
                        taker.take(new byte[] {1}, new byte[] {(byte) i});
                    }
                })));
        int[] pass = {0};
        assertEquals(
                PirErrors.RECORD_REFUSED,
                code(() -> made(village, taker -> {
                    for (int i = 0; i <= pass[0]; i++) {
                        taker.take(new byte[] {(byte) i}, new byte[] {(byte) i});
                    }
                    pass[0]++;
                })));
    }

    @Test
    void aFullRowIsSaid() {
        Village village = new Village(1, 2000, 1, 11);
        Map<Bytes, List<Bytes>> many = new TreeMap<>();
        for (int i = 0; i < 400; i++) {
            many.put(Village.keyword(i), List.of(Bytes.utf8("x")));
        }
        PoyangException refused = assertThrows(
                PoyangException.class, () -> village.table.with(many, Village.random("many"), Workers.ALONE));
        assertEquals(PirErrors.RECORD_REFUSED, refused.code());
        assertTrue(refused.wrong().contains("full"), refused.wrong());
    }

    @Test
    void formsAreCanonical() {
        KeywordForm form = new Village(5, 8, 1, 2).table.form();
        byte[] encoded = form.encode();
        assertArrayEquals(encoded, KeywordForm.decode(encoded).encode());
        for (int i = 0; i < encoded.length; i++) {
            byte[] changed = encoded.clone();
            changed[i] ^= 0x40;
            try {
                assertNotEquals(form.commitment(), KeywordForm.decode(changed).commitment(), "byte " + i);
            } catch (PoyangException e) {
                assertTrue(
                        List.of(KernelErrors.BAD_ENCODING, PirErrors.BAD_SHAPE).contains(e.code()), e.toString());
            }
        }
    }

    @Test
    void plansAreSmallAndHold() {
        TablePlan million = TablePlan.of(1 << 20, 1024);
        assertTrue(million.matrixBytes(1024) <= 2L * (1 << 20) * 1024, million.toString());
        KeywordForm form = new KeywordForm(
                million.rows(),
                million.places(),
                1024,
                1,
                0,
                Bytes.wrap(new byte[32]),
                new Village(1, 1, 1, 1).table.form().publicKey(),
                Bytes.wrap(new byte[32]));
        assertTrue(form.clientBytes(1) + form.holderBytes(1) <= 1 << 19, "half a MiB for a million of 1 KiB");
        assertEquals(PirErrors.BAD_SHAPE, code(() -> TablePlan.of(1L << 40, 1024)));
    }

    private static KeywordTable change(Village village, Bytes keyword, Bytes... records) {
        return village.table.with(Map.of(keyword, List.of(records)), Village.random("change"), Workers.ALONE);
    }

    private static KeywordTable made(Village village, Records records) {
        return KeywordTable.of(
                records, 20, 2, village.key, Village.random("made"), Workers.ALONE, (step, done, total) -> {});
    }

    private static ErrorCode code(Executable call) {
        return assertThrows(PoyangException.class, call).code();
    }
}
