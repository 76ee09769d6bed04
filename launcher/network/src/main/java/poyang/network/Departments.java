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
import java.util.Optional;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;
import poyang.kernel.PoyangException;
import poyang.tools.DepartmentTables;
import poyang.wire.schema.SourceDefinition;

/// Three departments' made-up tables, dirty rows included: medical insurance has a CSV file, taxation a
/// Parquet file, housing a table of a PostgreSQL server, one that this object starts and stops unless it
/// is given an address.
final class Departments implements AutoCloseable {
    private static final double OVERLAP = 0.3;
    private static final double DIRTY = 0.05;
    private static final long SEED = 20_261_123;
    private static final String TABLE = "housing_fund";

    private final DepartmentTables tables;
    private final Database database;
    private final Optional<EmbeddedPostgres> embedded;

    /// A PostgreSQL database that the demonstration may make its table in.
    record Database(String host, int port, String name, String user, String password) {
        String url() {
            return "jdbc:postgresql://" + host + ":" + port + "/" + name;
        }
    }

    /// Makes the tables.
    Departments(LocalNetwork network, int persons, Optional<Database> given) {
        tables = new DepartmentTables(
                new DepartmentTables.Plan(3, persons, OVERLAP, DepartmentTables.Kind.ID, DIRTY, SEED, List.of()));
        try {
            table(network.sources("medical-insurance").resolve("insured.csv"), 0);
            parquet(table(network.sources("taxation").resolve("taxpayers.csv"), 1));
            embedded = given.isPresent() ? Optional.empty() : Optional.of(EmbeddedPostgres.start());
            database = given.orElseGet(() ->
                    new Database("localhost", embedded.orElseThrow().getPort(), "postgres", "postgres", "postgres"));
            load(table(network.sources("housing").resolve("contributors.csv"), 2));
        } catch (IOException | SQLException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    "the departments' sources could not be made: " + e.getMessage(),
                    "check disk space and the address of PostgreSQL; its own embedded server needs a writable /tmp",
                    e);
        }
    }

    /// Has every owner register the source; gives rows by department.
    Map<String, Long> register(MainJob job) {
        Map<String, Long> rows = new LinkedHashMap<>();
        rows.put(
                "medical-insurance",
                job.register("medical-insurance", "参保人员", file("insured", "csv", "insured.csv"), Map.of()));
        rows.put(
                "taxation",
                job.register("taxation", "纳税人员", file("taxpayers", "parquet", "taxpayers.parquet"), Map.of()));
        SourceDefinition housing = SourceDefinition.newBuilder()
                .setName("contributors")
                .setConnector("postgresql")
                .putSettings("host", database.host())
                .putSettings("port", Integer.toString(database.port()))
                .putSettings("database", database.name())
                .putSettings("table", TABLE)
                .putSettings("user", database.user())
                .build();
        rows.put("housing", job.register("housing", "公积金缴存人员", housing, Map.of("password", database.password())));
        return rows;
    }

    private static SourceDefinition file(String name, String connector, String path) {
        return SourceDefinition.newBuilder()
                .setName(name)
                .setConnector(connector)
                .putSettings("path", path)
                .build();
    }

    /// How many persons medical insurance and taxation share, as the generator made it.
    long expectedMatches() {
        return tables.expectedMatches(0, 1);
    }

    /// How many persons all three share.
    long expectedOfAll() {
        return tables.expectedMatches(0, 2);
    }

    private Path table(Path file, int party) throws IOException {
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

    private static void parquet(Path csv) throws SQLException, IOException {
        Path file = csv.resolveSibling(csv.getFileName().toString().replace(".csv", ".parquet"));
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("copy (select * from read_csv('" + csv
                    + "', all_varchar = true, header = true, delim = ','))" + " to '" + file + "' (format parquet)");
        }
        Files.delete(csv);
        Path _ = readable(file);
    }

    private void load(Path csv) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), database.password());
                Statement statement = connection.createStatement();
                Reader rows = Files.newBufferedReader(csv)) {
            statement.execute("drop table if exists " + TABLE);
            statement.execute(
                    "create table " + TABLE + " (" + DepartmentTables.HEADER.replace(",", " text, ") + " text)");
            new CopyManager(connection.unwrap(BaseConnection.class))
                    .copyIn("copy " + TABLE + " from stdin (format csv, header true)", rows);
        }
        Files.delete(csv);
    }

    @Override
    public void close() throws IOException {
        if (embedded.isPresent()) {
            embedded.get().close();
        }
    }
}
