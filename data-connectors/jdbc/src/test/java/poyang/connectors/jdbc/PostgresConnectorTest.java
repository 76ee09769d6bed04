package poyang.connectors.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.connectors.BatchStream;
import poyang.connectors.Connector;
import poyang.connectors.ConnectorErrors;
import poyang.connectors.SourceSettings;
import poyang.connectors.testkit.ConnectorKit;

@SuppressWarnings("NullAway.Init") // JUnit sets up before each use
final class PostgresConnectorTest extends ConnectorKit {
    private static EmbeddedPostgres postgres;
    private static int tables;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @Override
    protected Connector connector() {
        return new PostgresConnector();
    }

    @Override
    protected SourceSettings sourceOf(Table table) throws Exception {
        String name = "t" + tables++;
        try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("create table " + name + " ("
                        + table.columns().stream()
                                .map(c -> '"' + c.replace("\"", "\"\"") + "\" text")
                                .collect(Collectors.joining(", "))
                        + ")");
            }
            String marks = table.columns().stream().map(_ -> "?").collect(Collectors.joining(", "));
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into " + name + " values (" + marks + ")")) {
                for (List<@Nullable String> row : table.rows()) {
                    for (int i = 0; i < row.size(); i++) {
                        insert.setString(i + 1, row.get(i));
                    }
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
        return source(Map.of("table", name));
    }

    private static SourceSettings source(Map<String, String> more) {
        TreeMap<String, String> settings = new TreeMap<>(
                Map.of("port", Integer.toString(postgres.getPort()), "database", "postgres", "user", "postgres"));
        settings.putAll(more);
        return new SourceSettings(settings);
    }

    @Override
    protected SourceSettings missingSource() {
        return source(Map.of("table", "nowhere"));
    }

    @Override
    protected boolean storesNull() {
        return true;
    }

    @Test
    void saysThatNobodyListens() {
        SourceSettings closed = source(Map.of("table", "t", "port", "1"));
        refusal(ConnectorErrors.CONNECTION_FAILED, () -> connector().discover(closed));
    }

    @Test
    void refusesAHostThatIsMoreThanAHost() {
        SourceSettings odd = source(Map.of("table", "t", "host", "127.0.0.1:1/x?socketFactory=y&"));
        refusal(ConnectorErrors.MISSING_SETTING, () -> connector().discover(odd));
    }

    @Test
    void saysWhenTheServerGoesAwayInTheMiddle() throws Exception {
        List<List<@Nullable String>> rows = IntStream.range(0, 50_000)
                .mapToObj(i -> List.<@Nullable String>of("k" + i))
                .toList();
        SourceSettings settings = sourceOf(new Table(List.of("id"), rows));
        try (BufferAllocator allocator = new RootAllocator();
                BatchStream stream = connector().read(settings, List.of("id"), allocator)) {
            assertTrue(stream.next());
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name = 'poyang-reader'");
            }
            refusal(ConnectorErrors.SOURCE_LOST, () -> {
                while (stream.next()) {
                    // read on until the broken connection shows
                }
            });
        }
    }

    @Test
    void readsThroughARelaySocket(@TempDir Path folder) throws Exception {
        SourceSettings direct = sourceOf(new Table(List.of("id"), List.of(List.of("1"), List.of("2"))));
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("relay"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            Thread relay = Thread.startVirtualThread(() -> carry(server, postgres.getPort()));
            SourceSettings relayed = source(Map.of(
                    "table",
                    direct.value("table"),
                    "port",
                    "1",
                    "relay.socket",
                    address.getPath().toString()));
            assertEquals(List.of(List.of("1"), List.of("2")), read(relayed, List.of("id")));
            relay.join();
        }
    }

    private static void carry(ServerSocketChannel server, int port) {
        try (SocketChannel reader = server.accept();
                Socket source = new Socket(InetAddress.getLoopbackAddress(), port)) {
            Thread back = Thread.startVirtualThread(() -> copy(source, reader));
            Channels.newInputStream(reader).transferTo(source.getOutputStream());
            source.shutdownOutput();
            back.join();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copy(Socket source, SocketChannel reader) {
        try (InputStream in = source.getInputStream();
                OutputStream out = Channels.newOutputStream(reader)) {
            in.transferTo(out);
        } catch (IOException e) {
            // the reader has what it wanted and closed
        }
    }
}
