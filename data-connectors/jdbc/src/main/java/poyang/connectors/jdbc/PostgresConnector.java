package poyang.connectors.jdbc;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
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

/// A table or view of a PostgreSQL database, read in one read-only, repeatable-read transaction with
/// a server-side cursor.
///
/// When the settings hold {@link #RELAY_SOCKET}, the connection goes through that Unix-domain socket
/// instead of the network; the executor sets it for its jailed readers, a form never shows it.
public final class PostgresConnector implements Connector {
    /// Path of the relay's socket.
    public static final String RELAY_SOCKET = "relay.socket";

    private static final int FETCH_ROWS = TextBatchStream.BATCH_ROWS;
    private static final int LOGIN_TIMEOUT_SECONDS = 10;

    @Override
    public String kind() {
        return "postgresql";
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                new Setting("host", Setting.Kind.TEXT, true, "127.0.0.1", "主机", "host"),
                new Setting("port", Setting.Kind.NUMBER, true, "5432", "端口", "port"),
                new Setting("database", Setting.Kind.TEXT, true, "", "数据库", "database"),
                new Setting("schema", Setting.Kind.TEXT, false, "public", "模式", "schema"),
                new Setting("table", Setting.Kind.TEXT, true, "", "表或视图", "table or view"),
                new Setting("user", Setting.Kind.TEXT, true, "", "用户名", "user"),
                new Setting("password", Setting.Kind.SECRET, false, "", "密码", "password"),
                new Setting(
                        "edition",
                        Setting.Kind.TEXT,
                        false,
                        "",
                        "版次（内容不变则不变；留空则每次读取）",
                        "edition, the same while the content is; empty: read by every job"));
    }

    @Override
    public Discovery discover(SourceSettings source) {
        try (Connection connection = connect(source)) {
            List<String> names = new ArrayList<>();
            List<String> types = new ArrayList<>();
            describe(connection, source, names, types);
            String counts = names.stream()
                    .map(name -> ", count(*) - count(" + quoted(name) + "), count(distinct " + quoted(name) + "::text)")
                    .collect(Collectors.joining());
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("select count(*)" + counts + " from " + table(source))) {
                result.next();
                List<Discovery.Column> columns = new ArrayList<>();
                for (int i = 0; i < names.size(); i++) {
                    columns.add(new Discovery.Column(
                            names.get(i), types.get(i), result.getLong(2 + 2 * i), result.getLong(3 + 2 * i)));
                }
                return new Discovery(columns, result.getLong(1), 0);
            }
        } catch (SQLException e) {
            throw lost(e);
        }
    }

    @Override
    public BatchStream read(SourceSettings source, List<String> columns, BufferAllocator allocator) {
        Connection connection = connect(source);
        try {
            List<String> names = new ArrayList<>();
            describe(connection, source, names, new ArrayList<>());
            Connectors.positions(columns, names);
            String selected =
                    columns.stream().map(name -> quoted(name) + "::text").collect(Collectors.joining(", "));
            Statement statement = connection.createStatement();
            statement.setFetchSize(FETCH_ROWS);
            ResultSet result = statement.executeQuery("select " + selected + " from " + table(source));
            return new TextBatchStream(columns, new Rows(connection, result, columns.size()), allocator);
        } catch (SQLException e) {
            closeQuietly(connection);
            throw lost(e);
        } catch (RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    private Connection connect(SourceSettings source) {
        Properties properties = new Properties();
        properties.setProperty("user", Connectors.setting(this, source, "user"));
        properties.setProperty("password", Connectors.setting(this, source, "password"));
        properties.setProperty("ApplicationName", "poyang-reader");
        properties.setProperty("readOnly", "true");
        if (source.value(RELAY_SOCKET).isEmpty()) {
            properties.setProperty("connectTimeout", Integer.toString(LOGIN_TIMEOUT_SECONDS));
        } else {
            properties.setProperty("socketFactory", RelaySocketFactory.class.getName());
            properties.setProperty("socketFactoryArg", source.value(RELAY_SOCKET));
            properties.setProperty("sslmode", "disable");
            properties.setProperty("gssEncMode", "disable");
        }
        String host = Connectors.setting(this, source, "host");
        String port = Connectors.setting(this, source, "port");
        String database = Connectors.setting(this, source, "database");
        if (!host.matches("[A-Za-z0-9.:_-]+|\\[[0-9a-fA-F:]+\\]") || !port.matches("[0-9]{1,5}")) {
            throw new PoyangException(
                    ConnectorErrors.MISSING_SETTING,
                    "host \"" + host + "\" or port \"" + port + "\" is malformed",
                    "a host name or address and a port number are needed");
        }
        String address =
                "jdbc:postgresql://" + host + ":" + port + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8);
        Connection connection = null;
        try {
            connection = DriverManager.getConnection(address, properties);
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return connection;
        } catch (SQLException e) {
            closeQuietly(connection);
            throw new PoyangException(
                    ConnectorErrors.CONNECTION_FAILED,
                    "no connection to database \"" + database + "\" at " + host + ":" + port + " (SQL state "
                            + e.getSQLState() + ")",
                    "check host, port, database, user and password, and that the server lets this machine in",
                    e);
        }
    }

    private void describe(Connection connection, SourceSettings source, List<String> names, List<String> types)
            throws SQLException {
        String sql = "select a.attname, format_type(a.atttypid, a.atttypmod) from pg_attribute a"
                + " join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace"
                + " where n.nspname = ? and c.relname = ? and a.attnum > 0 and not a.attisdropped order by a.attnum";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, Connectors.setting(this, source, "schema"));
            statement.setString(2, Connectors.setting(this, source, "table"));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    names.add(result.getString(1));
                    types.add(result.getString(2));
                }
            }
        }
        if (names.isEmpty()) {
            throw new PoyangException(
                    ConnectorErrors.SOURCE_MISSING,
                    "the database has no table or view " + table(source) + " that this user sees",
                    "give schema and table as the database spells them");
        }
    }

    private String table(SourceSettings source) {
        return quoted(Connectors.setting(this, source, "schema")) + "."
                + quoted(Connectors.setting(this, source, "table"));
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

    private static PoyangException lost(SQLException e) {
        return new PoyangException(
                ConnectorErrors.SOURCE_LOST,
                "the database broke off (SQL state " + e.getSQLState() + ")",
                "check that the server is up and that the user may read the table",
                e);
    }

    /// The rows of a cursor; owns its connection.
    private static final class Rows implements TextBatchStream.Rows {
        private final Connection connection;
        private final ResultSet result;
        private final int width;

        Rows(Connection connection, ResultSet result, int width) {
            this.connection = connection;
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
                throw lost(e);
            }
        }

        @Override
        public void close() {
            closeQuietly(connection);
        }
    }
}
