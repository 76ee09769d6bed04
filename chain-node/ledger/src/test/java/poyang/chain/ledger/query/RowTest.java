package poyang.chain.ledger.query;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.simulation.Property;

/// Rows come back as they were written, whatever their texts look like, and out of their chunk.
final class RowTest {
    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "0123456789abcdef",
            "0123456789abcde",
            "0123456789abcdef0",
            "0123456789ABCDEF",
            "0123456789abcdeg",
            "taxation/owner",
            "税务局/申报员",
            "\u0000\uffff",
            "00".repeat(500));

    private static String text(Random random) {
        if (random.nextInt(3) > 0) {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(80); i > 0; i--) {
            text.append("0123456789abcdefF/".charAt(random.nextInt(random.nextInt(8) == 0 ? 18 : 16)));
        }
        return text.toString();
    }

    private static Value value(Column.Type type, Random random) {
        return switch (type) {
            case HEIGHT, INDEX, BLOCK_TIME, NUMBER, TIME -> Value.of(random.nextLong());
            case TEXT -> Value.of(text(random));
            case TEXTS -> {
                List<String> all = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    all.add(text(random));
                }
                yield Value.of(all);
            }
        };
    }

    @Test
    void everyRowComesBackAsItWas() {
        Property.seeds(300).check(seed -> {
            Random random = new Random(seed);
            Kind kind = List.of(Kind.values()).get(random.nextInt(Kind.values().length));
            Row row = new Row(
                    kind,
                    random.nextInt(1 << 30),
                    random.nextInt(1 << 24),
                    kind.columns().stream()
                            .map(column -> value(column.type(), random))
                            .toList());
            assertEquals(row, Row.decode(kind, row.place(), row.encode()));
        });
    }

    @Test
    void aChunkGivesEachOfItsRowsAndNoOther() {
        Property.seeds(100).check(seed -> {
            Random random = new Random(seed);
            Kind kind = random.nextBoolean() ? Kind.CALL : Kind.EVIDENCE;
            long first = RowChunk.first(kind, Row.place(random.nextInt(1 << 20), random.nextInt(1 << 24)));
            assertEquals(0, first % RowChunk.ROWS);
            Map<Long, byte[]> there = new TreeMap<>();
            List<Long> places = new ArrayList<>();
            List<byte[]> rows = new ArrayList<>();
            for (long place = first; place < first + RowChunk.ROWS; place++) {
                for (int times = random.nextInt(3); times > 0; times--) {
                    byte[] sealed = ("row " + random.nextLong()).getBytes(StandardCharsets.UTF_8);
                    assertEquals(first, RowChunk.first(kind, place));
                    places.add(place);
                    rows.add(sealed);
                    there.put(place, sealed);
                }
            }
            byte[] chunk = RowChunk.of(kind, places, rows);
            for (long place = first; place < first + RowChunk.ROWS; place++) {
                byte[] expected = there.get(place);
                if (expected == null) {
                    assertTrue(RowChunk.find(chunk, kind, place).isEmpty());
                } else {
                    assertArrayEquals(
                            expected, RowChunk.find(chunk, kind, place).orElseThrow(), "the last one put there");
                }
            }
        });
    }
}
