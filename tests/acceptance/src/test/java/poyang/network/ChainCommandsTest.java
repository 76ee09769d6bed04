package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoSuite;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;

/// A host as a process, and its operator's commands as docs/chains.md gives them: a chain is made from papers,
/// survives `kill -9`, is closed, read, and erased.
@Timeout(300)
final class ChainCommandsTest {
    @TempDir
    Path folder;

    private final RandomSource random = ProcessRandom.open("test");
    private @Nullable Child host;

    @BeforeEach
    void papers() throws Exception {
        Province province = new Province(folder, CryptoSuite.SM, random, InstantSource.system());
        province.organisation("taxation", "税务局", "Taxation");
        SigningKey validator = CryptoSuite.SM.generate(random);
        Path node = province.process("taxation", "node-1", Map.of("validator.key.pem", validator));
        write("node-1.hex", validator.publicKey().encoded().hex());
        // The issuing authority's certificate is the second of the node's chain.
        String chain = Files.readString(node.resolve("tls.pem"));
        write("taxation.pem", chain.substring(chain.lastIndexOf("-----BEGIN")));
        write("founding", """
                title = 税务链
                engine = single
                block.time = 50
                validator.node-1 = node-1.hex
                organisation.taxation = taxation.pem 税务局 | Taxation
                account.taxation/analyst = processes/node-1/tls.pem ANALYST,OWNER 税务分析员
                """);
        write("processes/node-1/settings", """
                name = node-1
                validator.key = validator.key.pem
                tls.certificate = tls.pem
                tls.key = tls.key.pem
                tls.root = %s
                password.file = password
                """.formatted(province.rootFile()));
        SigningKey operator = CryptoSuite.SM.generate(random);
        PrivateKeyFile.write(folder.resolve("alice.pem"), operator, "alice".toCharArray(), random);
        secret("alice.password", "alice");
        secret("host.password", "host");
        write("host.conf", """
                directory = home
                peer.listen = 127.0.0.1:0
                api.listen = 127.0.0.1:0
                operators = alice=%s
                password.file = host.password
                """.formatted(operator.publicKey().encoded().hex()));
        Files.createDirectory(folder.resolve("logs"));
        host = start();
    }

    @AfterEach
    void stop() {
        Child running = host;
        if (running != null) {
            running.terminate();
            boolean _ = running.awaitEnd();
        }
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }

    private void secret(String name, String text) throws Exception {
        Files.createFile(
                folder.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        write(name, text);
    }

    private Child start() {
        Child started = Child.start(
                new Child.Program(
                        "host",
                        "poyang.chain.node.host.HostMain",
                        ClassPaths.of("chain-node/node", "notarization/contract"),
                        256,
                        Child.QUICK_START,
                        List.of("--config", folder.resolve("host.conf").toString())),
                folder.resolve("logs"));
        assertTrue(started.awaitReady().startsWith("READY host 127.0.0.1:"));
        return started;
    }

    /// What a command prints; it must end with 0.
    private String chain(String... words) {
        StringWriter out = new StringWriter();
        assertEquals(0, run(out, words), () -> List.of(words) + ": " + out);
        return out.toString();
    }

    private int run(StringWriter out, String... words) {
        List<String> all = new ArrayList<>(List.of("chain"));
        all.addAll(List.of(words));
        all.addAll(List.of(
                "--host", folder.resolve("home").toString(),
                "--operator", "alice",
                "--key", folder.resolve("alice.pem").toString(),
                "--password-file", folder.resolve("alice.password").toString()));
        return Main.commands()
                .line("chain")
                .setOut(new PrintWriter(out, true))
                .setExecutionExceptionHandler((failure, _, _) -> {
                    out.write(String.valueOf(failure.getMessage()));
                    return 1;
                })
                .execute(all.toArray(String[]::new));
    }

    private static String value(String json, String key) {
        int at = json.indexOf('"' + key + "\":") + key.length() + 3;
        return json.substring(at).replaceFirst("^\"?([^\",}]*).*(?s:.*)$", "$1");
    }

    @Test
    void anOperatorMakesListsClosesAndErasesAChainOfAHost() throws Exception {
        assertTrue(chain("list").contains("No chain is here"));
        String made = chain(
                "create",
                "taxes",
                "--founding",
                folder.resolve("founding").toString(),
                "--settings",
                folder.resolve("processes/node-1/settings").toString(),
                "--out",
                folder.resolve("genesis.json").toString());
        assertTrue(made.contains("税务链  RUNNING"), made);
        Objects.requireNonNull(host).kill();
        host = start();
        String json = chain("list", "--json");
        assertEquals("RUNNING", value(json, "state"));
        assertEquals("", value(json, "trouble"));
        String id = value(json, "id");
        StringWriter refused = new StringWriter();
        assertEquals(1, run(refused, "leave", "taxes"));
        assertTrue(refused.toString().contains("validator"), refused.toString());
        assertTrue(chain("archive", "taxes", "--still-votes").contains("ARCHIVED"));
        String gone = chain("delete", "taxes", "--id", id, "--json");
        assertEquals("DELETED", value(gone, "state"));
        assertEquals(value(gone, "stateRoot"), value(chain("list", "--json"), "stateRoot"));
    }
}
