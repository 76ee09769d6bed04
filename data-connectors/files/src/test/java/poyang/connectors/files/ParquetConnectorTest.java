package poyang.connectors.files;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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
final class ParquetConnectorTest extends ConnectorKit {
    @TempDir
    Path folder;

    private int files;

    @Override
    protected Connector connector() {
        return new ParquetConnector();
    }

    @Override
    protected SourceSettings sourceOf(Table table) throws Exception {
        Path path = folder.resolve(files++ + ".parquet");
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
            try (Statement statement = duck.createStatement()) {
                statement.execute("create table t ("
                        + table.columns().stream()
                                .map(c -> '"' + c.replace("\"", "\"\"") + "\" varchar")
                                .collect(Collectors.joining(", "))
                        + ")");
            }
            duck.setAutoCommit(false);
            String marks = table.columns().stream().map(_ -> "?").collect(Collectors.joining(", "));
            try (PreparedStatement insert = duck.prepareStatement("insert into t values (" + marks + ")")) {
                for (List<@Nullable String> row : table.rows()) {
                    for (int i = 0; i < row.size(); i++) {
                        insert.setString(i + 1, row.get(i));
                    }
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            duck.commit();
            try (Statement statement = duck.createStatement()) {
                statement.execute("copy t to '" + path + "' (format parquet)");
            }
        }
        return new SourceSettings(Map.of("path", path.toString()));
    }

    @Override
    protected SourceSettings missingSource() {
        return new SourceSettings(Map.of("path", folder.resolve("no.parquet").toString()));
    }

    @Override
    protected boolean storesNull() {
        return true;
    }

    @Test
    void refusesDamagedFilesWithoutAnyOtherFailure() throws Exception {
        SourceSettings good = sourceOf(new Table(List.of("id"), List.of(List.of("1"), List.of("2"))));
        byte[] whole = Files.readAllBytes(Path.of(good.value("path")));
        SplittableRandom random = new SplittableRandom(7);
        Path damaged = folder.resolve("damaged.parquet");
        SourceSettings source = new SourceSettings(Map.of("path", damaged.toString()));
        for (int i = 0; i < 60; i++) {
            byte[] bad = whole.clone();
            int at = random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(damaged, i % 3 == 0 ? Arrays.copyOf(bad, at) : bad);
            try {
                read(source, List.of("id"));
            } catch (PoyangException e) {
                assertTrue(
                        e.code().equals(ConnectorErrors.SOURCE_MALFORMED)
                                || e.code().equals(ConnectorErrors.UNKNOWN_COLUMN),
                        e.toString());
            }
        }
    }
}
