package poyang.connectors.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

/// The scan against the table, which a library parses: the same rows, or both refuse with one code.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class CsvScanTest {
    private static final List<String> PIECES =
            List.of("a", "bc", ",", ",", "\n", "\n", "\"", "\"\"", "\"x\"", "\r\n", "é", "张", "😀", " ", ";");

    @TempDir
    Path folder;

    /// Rows, or the code of the refusal.
    private static List<Object> table(Path file) {
        List<Object> rows = new ArrayList<>();
        try (CsvTable table = new CsvTable(file, "UTF-8", ",")) {
            for (Optional<CsvRecord> next = table.next(); next.isPresent(); next = table.next()) {
                rows.add(next.get().getFields());
            }
        } catch (PoyangException e) {
            rows.add(e.code());
        }
        return rows;
    }

    private static List<Object> scan(Path file, int width) {
        List<Object> rows = new ArrayList<>();
        try (CsvScan scan = new CsvScan(file, ',', width)) {
            assertTrue(scan.next());
            while (scan.next()) {
                List<String> fields = new ArrayList<>();
                for (int i = 0; i < width; i++) {
                    fields.add(new String(scan.buffer(), scan.start(i), scan.length(i), StandardCharsets.UTF_8));
                }
                rows.add(fields);
            }
        } catch (PoyangException e) {
            rows.add(e.code());
        }
        return rows;
    }

    private Path file(String name, byte[] text) {
        try {
            return Files.write(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertSame(byte[] text, int width) {
        Path file = file("t.csv", text);
        List<Object> expected = table(file);
        List<Object> found = scan(file, width);
        if (!(expected.getLast() instanceof List)) {
            // a reader that looks further ahead gives fewer rows before it refuses
            assertEquals(expected.getLast(), found.getLast(), () -> new String(text, StandardCharsets.UTF_8));
        } else {
            assertEquals(expected, found, () -> new String(text, StandardCharsets.UTF_8));
        }
    }

    @Test
    void givesTheRowsThatTheTableGivesOrRefusesAsItDoes() {
        Property.seeds(600).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int width = 1 + random.nextInt(3);
            StringBuilder text = new StringBuilder(random.nextInt(9) == 0 ? "\ufeff" : "");
            text.append(String.join(",", List.of("h", "i", "j").subList(0, width)));
            text.append(random.nextBoolean() ? "\n" : "\r\n");
            for (int row = random.nextInt(5); row >= 0; row--) {
                for (int field = 0; field < width; field++) {
                    text.append(field == 0 ? "" : ",").append(random.nextInt(3) == 0 ? "\"q\"\",\n\"" : "plain é");
                }
                text.append('\n');
            }
            for (int i = random.nextInt(6); i > 0; i--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            assertSame((text + "\n" + "1,2,3".substring(0, 2 * width - 1)).getBytes(StandardCharsets.UTF_8), width);
        });
    }

    @Test
    void refusesTheBytesThatTheDecoderRefuses() {
        Property.seeds(600).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] text = "h,i\n张,\"éé\"\n1,2\n".getBytes(StandardCharsets.UTF_8);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                int at = 4 + random.nextInt(8);
                text[at] = (byte) (text[at] < 0 ? 0x80 | random.nextInt(128) : text[at]);
            }
            assertSame(text, 2);
        });
    }

    /// Single carriage returns end rows, and stand in quoted fields.
    @Test
    void singleCarriageReturnsAreLineEnds() {
        Path file = file("r.csv", "h\r1\r\"\ra\"\r2".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of(List.of("1"), List.of("\ra"), List.of("2")), scan(file, 1));
    }

    /// Rows that end at, before and behind the end of the buffer, which grows for a long one.
    @Test
    void rowsMeetTheEndOfTheBufferAnywhere() {
        for (int shift = 0; shift < 40; shift++) {
            StringBuilder text = new StringBuilder("h,i\n")
                    .append("x".repeat(131_050 + shift))
                    .append(",1\n");
            text.append("\"a\"\"b\",张é😀\r\n\"\r\n\",\r\n")
                    .append("y".repeat(300_000))
                    .append(",\"")
                    .append("z\n".repeat(9));
            text.append("\"\n");
            assertSame(text.toString().getBytes(StandardCharsets.UTF_8), 2);
        }
    }
}
