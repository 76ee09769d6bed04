package poyang.connectors.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.connectors.Connector;
import poyang.connectors.ConnectorErrors;
import poyang.connectors.SourceSettings;
import poyang.connectors.testkit.ConnectorKit;
import poyang.kernel.PoyangException;

@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class CsvConnectorTest extends ConnectorKit {
    @TempDir
    Path folder;

    private int files;

    @Override
    protected Connector connector() {
        return new CsvConnector();
    }

    @Override
    protected SourceSettings sourceOf(Table table) throws Exception {
        StringBuilder text = new StringBuilder(line(table.columns()));
        for (List<@Nullable String> row : table.rows()) {
            text.append(line(row));
        }
        return file(text.toString().getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private static String line(List<? extends @Nullable String> fields) {
        return fields.stream()
                .map(f -> '"' + String.valueOf(f).replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(",", "", "\n"));
    }

    @Override
    protected SourceSettings missingSource() {
        return new SourceSettings(Map.of("path", folder.resolve("no.csv").toString()));
    }

    @Override
    protected boolean storesNull() {
        return false;
    }

    @Test
    void readsOtherDelimitersLineEndsAndAByteOrderMark() throws Exception {
        byte[] text = "\ufeffid;v\r\n1;\"a;b\"\r\n2;c\r\n\r\n".getBytes(StandardCharsets.UTF_8);
        assertEquals(List.of(List.of("1", "a;b"), List.of("2", "c")), read(file(text, Map.of()), List.of("id", "v")));
        byte[] tabs = "id\tv\n1\t2".getBytes(StandardCharsets.UTF_8);
        assertEquals(List.of(List.of("2")), read(file(tabs, Map.of("delimiter", "tab")), List.of("v")));
    }

    @Test
    void countsEmptyLinesOfASingleColumn() throws Exception {
        SourceSettings source = file("key\n1\n\n2\n".getBytes(StandardCharsets.UTF_8), Map.of());
        assertEquals(3, connector().discover(source).rows());
    }

    @Test
    void refusesBytesThatAreNotUtf8AndReadsThemWhenTold() throws Exception {
        byte[] chinese = "id,姓名\n1,张伟\n".getBytes(Charset.forName("GB18030"));
        PoyangException refused =
                refusal(ConnectorErrors.NOT_UTF8, () -> connector().discover(file(chinese, Map.of())));
        assertTrue(refused.right().contains("GB18030"));
        assertEquals(List.of(List.of("张伟")), read(file(chinese, Map.of("encoding", "GB18030")), List.of("姓名")));
    }

    @Test
    void refusesHostileAndMalformedFiles() {
        for (String text : List.of(
                "",
                "id,id\n1,2\n",
                "id,\n1,2\n",
                "id,v\n1\n",
                "id,v\n1,2,3\n",
                "id,v\n\"1,2\n3,4\n",
                "id,v\n\"1\"x,2\n",
                "id,v\n1," + "x".repeat((1 << 24) + 10) + "\n")) {
            refusal(
                    ConnectorErrors.SOURCE_MALFORMED,
                    () -> connector().discover(file(text.getBytes(StandardCharsets.UTF_8), Map.of())));
        }
    }

    @Test
    void estimatesLargeDistinctCounts() {
        DistinctCounter counter = new DistinctCounter();
        for (int i = 0; i < 300_000; i++) {
            counter.add("citizen " + i % 150_000);
        }
        assertTrue(Math.abs(counter.estimate() - 150_000) < 4_500);
    }

    private SourceSettings file(byte[] content, Map<String, String> more) {
        try {
            Path path = Files.write(folder.resolve(files++ + ".csv"), content);
            TreeMap<String, String> settings = new TreeMap<>(more);
            settings.put("path", path.toString());
            return new SourceSettings(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
