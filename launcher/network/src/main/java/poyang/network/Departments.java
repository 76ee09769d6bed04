package poyang.network;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;
import poyang.connectors.SourceSettings;
import poyang.executor.host.Source;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.tools.DepartmentTables;

/// Three departments with made-up tables, dirty rows included: medical insurance has a CSV file,
/// taxation a Parquet file, housing a table of a PostgreSQL server that this object starts and stops.
final class Departments implements AutoCloseable {
    static final PartyId MEDICAL_INSURANCE = new PartyId("medical-insurance");
    static final PartyId TAXATION = new PartyId("taxation");
    static final PartyId HOUSING = new PartyId("housing");

    private static final double OVERLAP = 0.3;
    private static final double DIRTY = 0.05;
    private static final long SEED = 20_261_123;

    private final DepartmentTables tables;
    private final Map<PartyId, Source> sources = new LinkedHashMap<>();
    private final EmbeddedPostgres postgres;

    /// @param folder where the files go; children may pass through it
    Departments(Path folder, int persons) {
        tables = new DepartmentTables(
                new DepartmentTables.Plan(3, persons, OVERLAP, DepartmentTables.Kind.ID, DIRTY, SEED, List.of()));
        try {
            Path medical = table(folder, 0, MEDICAL_INSURANCE);
            Path taxation = parquet(table(folder, 1, TAXATION));
            Path housing = table(folder, 2, HOUSING);
            sources.put(MEDICAL_INSURANCE, new Source("csv", new SourceSettings(Map.of("path", medical.toString()))));
            sources.put(TAXATION, new Source("parquet", new SourceSettings(Map.of("path", taxation.toString()))));
            postgres = EmbeddedPostgres.start();
            load(housing);
            sources.put(HOUSING, database());
        } catch (IOException | SQLException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    "the departments' sources could not be made: " + e.getMessage(),
                    "check folder, space and memory",
                    e);
        }
    }

    Map<PartyId, Source> sources() {
        return sources;
    }

    Source source(PartyId department) {
        return Objects.requireNonNull(sources.get(department));
    }

    /// How many persons medical insurance and taxation share, as the generator made it.
    long expectedMatches() {
        return tables.expectedMatches(0, 1);
    }

    private Path table(Path folder, int party, PartyId department) throws IOException {
        Path file = folder.resolve(department + ".csv");
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            writer.write(DepartmentTables.HEADER + "\n");
            tables.rows(party, row -> {
                try {
                    writer.write(row.line() + "\n");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw new IOException(e);
        }
        return readable(file);
    }

    private static Path readable(Path file) throws IOException {
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static Path parquet(Path csv) throws SQLException, IOException {
        Path file = csv.resolveSibling(csv.getFileName().toString().replace(".csv", ".parquet"));
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("copy (select * from read_csv('" + csv
                    + "', all_varchar = true, header = true, delim = ','))" + " to '" + file + "' (format parquet)");
        }
        Files.delete(csv);
        return readable(file);
    }

    private void load(Path csv) throws SQLException, IOException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                Reader rows = Files.newBufferedReader(csv)) {
            statement.execute(
                    "create table housing_fund (" + DepartmentTables.HEADER.replace(",", " text, ") + " text)");
            new CopyManager(connection.unwrap(BaseConnection.class))
                    .copyIn("copy housing_fund from stdin (format csv, header true)", rows);
        }
        Files.delete(csv);
    }

    private Source database() {
        return new Source(
                "postgresql",
                new SourceSettings(Map.of(
                        "host", "localhost",
                        "port", Integer.toString(postgres.getPort()),
                        "database", "postgres",
                        "table", "housing_fund",
                        "user", "postgres",
                        "password", "postgres")));
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
