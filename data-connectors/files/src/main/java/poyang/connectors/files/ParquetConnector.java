package poyang.connectors.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import poyang.connectors.BatchStream;
import poyang.connectors.Connector;
import poyang.connectors.ConnectorErrors;
import poyang.connectors.Connectors;
import poyang.connectors.Discovery;
import poyang.connectors.Setting;
import poyang.connectors.SourceSettings;
import poyang.connectors.TextBatchStream;
import poyang.kernel.PoyangException;

/// A Parquet file, read by an embedded DuckDB that may open this one file and nothing else.
public final class ParquetConnector implements Connector {

    @Override
    public String kind() {
        return "parquet";
    }

    @Override
    public List<Setting> settings() {
        return List.of(new Setting("path", Setting.Kind.PATH, true, "", "文件路径", "file path"));
    }

    @Override
    public Discovery discover(SourceSettings source) {
        Path path = path(source);
        try (Connection duck = open(path)) {
            List<String> names = new ArrayList<>();
            List<String> types = new ArrayList<>();
            describe(duck, path, names, types);
            String counts = names.stream()
                    .map(name -> "count(*) - count(" + quoted(name) + "), approx_count_distinct(" + quoted(name) + ")")
                    .collect(Collectors.joining(", "));
            try (PreparedStatement statement =
                    duck.prepareStatement("select count(*), " + counts + " from read_parquet(?)")) {
                statement.setString(1, path.toString());
                try (ResultSet result = statement.executeQuery()) {
                    result.next();
                    List<Discovery.Column> columns = new ArrayList<>();
                    for (int i = 0; i < names.size(); i++) {
                        columns.add(new Discovery.Column(
                                names.get(i), types.get(i), result.getLong(2 + 2 * i), result.getLong(3 + 2 * i)));
                    }
                    return new Discovery(columns, result.getLong(1), CsvConnector.modifiedMillis(path));
                }
            }
        } catch (SQLException e) {
            throw malformed(path, e);
        }
    }

    @Override
    public BatchStream read(SourceSettings source, List<String> columns, BufferAllocator allocator) {
        Path path = path(source);
        Connection duck = null;
        try {
            duck = open(path);
            List<String> names = new ArrayList<>();
            describe(duck, path, names, new ArrayList<>());
            Connectors.positions(columns, names);
            String selected = columns.stream()
                    .map(name -> "cast(" + quoted(name) + " as varchar)")
                    .collect(Collectors.joining(", "));
            PreparedStatement statement = duck.prepareStatement("select " + selected + " from read_parquet(?)");
            statement.setString(1, path.toString());
            Rows rows = new Rows(path, duck, statement.executeQuery(), columns.size());
            return new TextBatchStream(columns, rows, allocator);
        } catch (SQLException e) {
            closeQuietly(duck);
            throw malformed(path, e);
        } catch (RuntimeException e) {
            closeQuietly(duck);
            throw e;
        }
    }

    private Path path(SourceSettings source) {
        Path path = Path.of(Connectors.setting(this, source, "path"));
        if (!Files.isRegularFile(path)) {
            throw new PoyangException(
                    ConnectorErrors.SOURCE_MISSING,
                    "there is no file " + path,
                    "give the path of a Parquet file that exists and may be read");
        }
        return path;
    }

    /// An in-memory DuckDB that is confined to `path` before it looks at the file.
    private static Connection open(Path path) throws SQLException {
        Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = duck.createStatement()) {
            statement.execute("set allowed_paths = ['" + path.toString().replace("'", "''") + "']");
            for (String setting : List.of(
                    "threads = 1",
                    "memory_limit = '512MB'",
                    "temp_directory = ''",
                    "autoinstall_known_extensions = false",
                    "autoload_known_extensions = false",
                    "enable_external_access = false",
                    "lock_configuration = true")) {
                statement.execute("set " + setting);
            }
            return duck;
        } catch (SQLException e) {
            closeQuietly(duck);
            throw e;
        }
    }

    private static void describe(Connection duck, Path path, List<String> names, List<String> types)
            throws SQLException {
        try (PreparedStatement statement = duck.prepareStatement("describe select * from read_parquet(?)")) {
            statement.setString(1, path.toString());
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    names.add(result.getString("column_name"));
                    types.add(result.getString("column_type").toLowerCase(Locale.ROOT));
                }
            }
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static void closeQuietly(@Nullable Connection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            // The failure that led here is the one to report.
        }
    }

    private static PoyangException malformed(Path path, SQLException e) {
        return new PoyangException(
                ConnectorErrors.SOURCE_MALFORMED,
                path + " could not be read as Parquet: " + firstLine(String.valueOf(e.getMessage())),
                "a complete, undamaged Parquet file is needed",
                e);
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /// The rows of a query; owns its connection.
    private static final class Rows implements TextBatchStream.Rows {
        private final Path path;
        private final Connection duck;
        private final ResultSet result;
        private final int width;

        Rows(Path path, Connection duck, ResultSet result, int width) {
            this.path = path;
            this.duck = duck;
            this.result = result;
            this.width = width;
        }

        @Override
        public @Nullable String @Nullable [] next() {
            try {
                if (!result.next()) {
                    return null;
                }
                @Nullable String[] row = new @Nullable String[width];
                for (int i = 0; i < width; i++) {
                    row[i] = result.getString(i + 1);
                }
                return row;
            } catch (SQLException e) {
                throw malformed(path, e);
            }
        }

        @Override
        public void close() {
            closeQuietly(duck);
        }
    }
}
