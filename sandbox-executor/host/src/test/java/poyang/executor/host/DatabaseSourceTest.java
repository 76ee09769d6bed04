package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import poyang.connectors.ConnectorErrors;
import poyang.connectors.SourceSettings;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.SealedFile;
import poyang.executor.jail.Confinement.Limits;
import poyang.executor.jail.Jail;
import poyang.executor.jail.Scratch;
import poyang.executor.job.JobPlan;
import poyang.executor.job.SourceDescription;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// A real PostgreSQL server behind the relay: the reader itself has no network. A prepared set is read once for each
/// edition that the owner states.
class DatabaseSourceTest {
    private static final Limits READER = new Limits(96, 900, 1, 256, 60);
    private static final Limits COMPUTE = new Limits(256, 600, 1, 256, 60);

    @Test
    void readsThroughTheRelay() throws IOException, SQLException {
        Path folder = Files.createTempDirectory("poyang-database");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create table people as select 'p' || i as person from generate_series(1, 300) i");
            }
            collide(folder, server.getPort());
        } finally {
            Scratch.wipe(folder);
        }
    }

    private static void collide(Path folder, int port) throws IOException {
        Path runtime = Files.createDirectory(folder.resolve("runtime"));
        Path scratch = Files.createDirectory(folder.resolve("s"));
        List<Path> classPath = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
        ExecutorSetup setup =
                new ExecutorSetup(Jail.bubblewrap(runtime), scratch, classPath, classPath, READER, COMPUTE);
        Source database = database(port, "people", "2026-11");
        SourceDescription found = Discoveries.discover(setup, database);
        assertEquals(300, ((SourceDescription.Discovered) found).discovery().rows());

        Path file = folder.resolve("left.csv");
        Files.writeString(file, "person\np7\np300\np301\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Sm2PrivateKey key = Sm2PrivateKey.generate(new SeededRandom(new byte[32], "database-test"));
        ResultStore store = new ResultStore(Files.createDirectory(folder.resolve("kept")));
        List<Long> read = new CopyOnWriteArrayList<>();
        // the third states another edition
        for (int number = 1; number <= 3; number++) {
            read.clear();
            LocalJob.Attempt attempt = new LocalJob.Attempt(
                    "db",
                    number,
                    JobPlan.Collision.of("person", "person", "text", "unbalanced"),
                    new LocalJob.Side(
                            new PartyId("a"),
                            new Source("csv", new SourceSettings(Map.of("path", file.toString()))),
                            key.publicKey(),
                            folder.resolve("a.opening"),
                            Optional.of(store.prepared("a/few", "b/many", setup.jail()))),
                    new LocalJob.Side(
                            new PartyId("b"),
                            database(port, "people", number == 3 ? "2026-12" : "2026-11"),
                            key.publicKey(),
                            folder.resolve("b.opening"),
                            Optional.of(store.prepared("b/many", "", setup.jail()))),
                    key.publicKey());
            LocalJob.run(setup, attempt, folder.resolve("result"), (_, _, _) -> {}, (phase, done, _) -> {
                if (phase.equals("reading")) {
                    read.add(done);
                }
            });
            assertEquals(number != 2, read.contains(300L), "job " + number + ": " + read);
            assertFound(folder, key, number);
        }
        PoyangException absent =
                assertThrows(PoyangException.class, () -> Discoveries.discover(setup, database(port, "nobody", "")));
        assertEquals(ConnectorErrors.SOURCE_MISSING.name(), absent.code().name());
        PoyangException closed =
                assertThrows(PoyangException.class, () -> Discoveries.discover(setup, database(1, "people", "")));
        assertEquals(ConnectorErrors.CONNECTION_FAILED.name(), closed.code().name());
        assertEquals(Optional.empty(), database(port, "people", "").stamp());
        assertNotEquals(database.stamp(), database(port, "persons", "2026-11").stamp());
    }

    private static void assertFound(Path folder, Sm2PrivateKey key, int attempt) throws IOException {
        byte[] plain;
        try (InputStream in = SealedFile.open(
                Files.newInputStream(folder.resolve("result")),
                key,
                ("poyang.result.v1:db:" + attempt).getBytes(StandardCharsets.UTF_8))) {
            plain = in.readAllBytes();
        }
        assertEquals("person\r\np7\r\np300\r\n", new String(plain, 16, plain.length - 16, StandardCharsets.UTF_8));
    }

    private static Source database(int port, String table, String edition) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("host", "localhost");
        settings.put("port", Integer.toString(port));
        settings.put("database", "postgres");
        settings.put("table", table);
        settings.put("user", "postgres");
        settings.put("password", "postgres");
        settings.put("edition", edition);
        return new Source("postgresql", new SourceSettings(settings));
    }
}
