package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;

/// `poyang key`, and that neither a key nor a password ever appears in output, logs or files.
final class KeyTest {
    private static final String PASSWORD = "Gx7-Marker-Lotus";
    private static final String ANOTHER = "Tw4-Beacon-Heron";
    /// 32 bytes that are looked for everywhere; the plain key file is the only place that may have them.
    private static final byte[] PLANTED =
            HexFormat.of().parseHex("5eed5eed0123456789abcdef5eed5eed0123456789abcdef5eed5eed01234567");

    @TempDir
    private Path folder;

    private final StringBuilder said = new StringBuilder();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private Path password = Path.of("");
    private Path another = Path.of("");

    @BeforeEach
    void passwords() throws IOException {
        Files.createDirectory(folder.resolve("secrets"));
        password = passwordFile("one", PASSWORD);
        another = passwordFile("two", ANOTHER);
    }

    @AfterEach
    void streams() {
        System.setOut(out);
        System.setErr(err);
    }

    private Path passwordFile(String name, String content) throws IOException {
        Path file = folder.resolve("secrets").resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content + "\n");
    }

    /// Runs `key …` in this process; everything it says is kept for the search.
    private String run(int expected, Object... arguments) {
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        int code;
        try (PrintStream stream = new PrintStream(captured, true, StandardCharsets.UTF_8)) {
            System.setOut(stream);
            System.setErr(stream);
            List<String> all = new ArrayList<>(List.of("key"));
            Arrays.stream(arguments).map(Object::toString).forEach(all::add);
            code = Main.run(all.toArray(new String[0]));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        String text = captured.toString(StandardCharsets.UTF_8);
        said.append(text);
        assertEquals(expected, code, Arrays.toString(arguments) + ": " + text);
        return text;
    }

    private Path plantedKey() throws IOException {
        HexFormat hex = HexFormat.of();
        byte[] der = hex.parseHex("304d020100301306072a8648ce3d020106082a811ccf5501822d04333031020101" + "0420"
                + hex.formatHex(PLANTED) + "a00a06082a811ccf5501822d");
        Path file = folder.resolve("secrets/plain.pem");
        return Files.writeString(
                file,
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(der)
                        + "\n-----END PRIVATE KEY-----\n");
    }

    @Test
    void aKeyGoesThroughEveryCommandAndNothingSecretAppears() throws IOException {
        Path key = folder.resolve("node.key");
        String imported = run(0, "import", plantedKey(), "--out", key, "--password-file", password);
        assertTrue(imported.contains("not encrypted"), imported);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
        String publicKey = imported.lines()
                .filter(l -> l.startsWith("public key"))
                .findFirst()
                .orElseThrow();
        assertTrue(run(0, "show", key, "--password-file", password).contains(publicKey));
        run(2, "show", key, "--password-file", another);

        Path store = folder.resolve("node.p12");
        run(
                0,
                "export",
                key,
                "--out",
                store,
                "--alias",
                "节点",
                "--password-file",
                password,
                "--export-password-file",
                another);
        assertTrue(run(0, "show", store, "--password-file", another).contains(publicKey));
        Path second = folder.resolve("second.key");
        run(0, "new", "--out", second, "--password-file", password);
        run(
                0,
                "keystore",
                "add",
                store,
                "--key",
                second,
                "--alias",
                "second",
                "--password-file",
                another,
                "--key-password-file",
                password);
        assertTrue(run(0, "keystore", "list", store, "--password-file", another).contains("节点"));
        run(0, "keystore", "remove", store, "--alias", "second", "--password-file", another);
        run(2, "keystore", "remove", store, "--alias", "second", "--password-file", another);

        run(0, "change-password", key, "--password-file", password, "--new-password-file", another);
        run(2, "show", key, "--password-file", password);
        assertTrue(run(0, "show", key, "--password-file", another).contains(publicKey));

        Path shares = Files.createDirectory(folder.resolve("shares"));
        run(
                0,
                "split",
                key,
                "--needed",
                "2",
                "--holder",
                "Li",
                "--holder",
                "Wang",
                "--holder",
                "Zhao",
                "--out",
                shares,
                "--password-file",
                another,
                "--share-password-file",
                password,
                "--share-password-file",
                another,
                "--share-password-file",
                password);
        assertTrue(run(0, "show", shares.resolve("share-2.key-share")).contains("held by Wang"));
        run(0, "destroy", key, "--yes");
        assertFalse(Files.exists(key));
        ceremony(shares, publicKey);
        rings();
        nothingSecretAppears();
    }

    private void ceremony(Path shares, String publicKey) throws IOException {
        Path order = Files.writeString(folder.resolve("order.txt"), "root signs this");
        Path signature = folder.resolve("order.sig");
        Path two = shares.resolve("share-2.key-share");
        Path three = shares.resolve("share-3.key-share");
        run(
                0,
                "combine",
                three,
                two,
                "--sign",
                order,
                "--out",
                signature,
                "--share-password-file",
                password,
                "--share-password-file",
                another);
        Sm2PublicKey root = Sm2PublicKey.decode(HexFormat.of().parseHex(publicKey.substring("public key ".length())));
        assertTrue(root.verify(Files.readAllBytes(order), Signature.decode(Files.readAllBytes(signature))));
        assertTrue(run(2, "combine", two, "--share-password-file", another).contains("1 of the 2 shares"));
        byte[] damaged = Files.readAllBytes(three);
        damaged[damaged.length / 2] ^= 1;
        Files.write(three, damaged);
        assertTrue(run(2, "combine", two, three, "--share-password-file", another, "--share-password-file", password)
                .contains("damaged"));
    }

    private void rings() {
        Path ring = folder.resolve("tax.ring");
        run(0, "rotate", ring, "--create", "tax", "--password-file", password);
        String rotated = run(0, "rotate", ring, "--overlap", "P1D", "--password-file", password);
        assertTrue(rotated.contains("version    2"), rotated);
        assertTrue(run(2, "rotate", ring, "--active-from", "2001-01-01T00:00:00Z", "--password-file", password)
                .contains("not possible"));
        run(0, "ring", "stop", ring, "--version", "1", "--reason", "moved", "--password-file", password);
        assertTrue(run(0, "ring", "destroy", ring, "--version", "1", "--password-file", password)
                .contains("destroyed"));
        String shown = run(0, "ring", "show", ring, "--password-file", password);
        assertTrue(shown.contains("version 2  active") && shown.contains("moved"), shown);
        run(2, "ring", "destroy", ring, "--version", "2", "--password-file", password);
        run(2, "ring", "show", ring, "--password-file", another);
    }

    @Test
    void unsafeAndWeakPasswordsAreRefusedWithTheReason() throws IOException {
        Path key = folder.resolve("node.key");
        Path open = passwordFile("open", PASSWORD);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r-----"));
        assertTrue(run(2, "new", "--out", key, "--password-file", open).contains("chmod 600"));
        Path weak = passwordFile("weak", "marker-short");
        assertTrue(run(2, "new", "--out", key, "--password-file", passwordFile("short", "Ab1-Marker"))
                .contains("fewer than 12"));
        assertTrue(run(2, "new", "--out", key, "--password-file", weak).contains("three kinds"));
        assertTrue(run(2, "new", "--out", key).contains("no terminal"));
        assertFalse(Files.exists(key));
        run(0, "new", "--out", key, "--password-file", password);
        assertTrue(run(2, "new", "--out", key, "--password-file", password).contains("exists already"));
        assertTrue(run(2, "destroy", key).contains("--yes"));
        assertTrue(Files.exists(key));
        nothingSecretAppears();
    }

    /// The real process on a terminal of its own (util-linux's `script`): the password is typed, and not
    /// shown.
    @Test
    void theTerminalDoesNotShowWhatIsTyped() throws IOException, InterruptedException {
        Path key = folder.resolve("typed.key");
        String transcript = onATerminal(PASSWORD + "\n" + PASSWORD + "\n", "new", "--out", key.toString());
        assertTrue(transcript.contains("password of typed.key") && transcript.contains("public key"), transcript);
        assertFalse(transcript.contains("Marker"), transcript);
        try (Sm2PrivateKey opened = PrivateKeyFile.read(key, PASSWORD.toCharArray())) {
            assertTrue(transcript.contains(opened.publicKey().encoded().hex()));
        }
        String differing = onATerminal(
                PASSWORD + "\n" + ANOTHER + "\n",
                "new",
                "--out",
                folder.resolve("no.key").toString());
        assertTrue(differing.contains("the two passwords differ"), differing);
        nothingSecretAppears();
    }

    private String onATerminal(String typed, String... arguments) throws IOException, InterruptedException {
        StringBuilder command = new StringBuilder();
        for (String part : List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--add-modules=jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                "poyang.tools.Main",
                "key")) {
            command.append('\'').append(part).append("' ");
        }
        for (String argument : arguments) {
            command.append('\'').append(argument).append("' ");
        }
        Path log = folder.resolve("terminal.log");
        Process process = new ProcessBuilder("script", "-q", "-e", "-c", command.toString(), log.toString())
                .redirectErrorStream(true)
                .directory(folder.toFile())
                .start();
        StringBuilder transcript = new StringBuilder();
        byte[] buffer = new byte[4096];
        int prompts = 0;
        String[] lines = typed.split("\n", -1);
        for (int read = process.getInputStream().read(buffer);
                read >= 0;
                read = process.getInputStream().read(buffer)) {
            transcript.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
            // types only after the question, as a person would
            while (prompts < lines.length - 1 && count(transcript, "password of") > prompts) {
                process.getOutputStream().write((lines[prompts++] + "\n").getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
            }
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), transcript.toString());
        said.append(transcript);
        return transcript.toString();
    }

    private static int count(CharSequence text, String part) {
        int found = 0;
        for (int at = text.toString().indexOf(part);
                at >= 0;
                at = text.toString().indexOf(part, at + 1)) {
            found++;
        }
        return found;
    }

    /// Looks through all that was said and every file but those of `secrets`.
    private void nothingSecretAppears() throws IOException {
        List<byte[]> haystacks = new ArrayList<>(List.of(said.toString().getBytes(StandardCharsets.UTF_8)));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(f -> !f.startsWith(folder.resolve("secrets")))
                    .toList()) {
                haystacks.add(Files.readAllBytes(file));
            }
        }
        HexFormat hex = HexFormat.of();
        List<byte[]> needles = List.of(
                PLANTED,
                Arrays.copyOfRange(PLANTED, 4, 20),
                hex.formatHex(PLANTED, 4, 20).getBytes(StandardCharsets.US_ASCII),
                Base64.getEncoder().withoutPadding().encode(Arrays.copyOfRange(PLANTED, 6, 24)),
                "Marker".getBytes(StandardCharsets.US_ASCII),
                "Beacon".getBytes(StandardCharsets.US_ASCII));
        for (byte[] haystack : haystacks) {
            String where = hex.formatHex(haystack).toLowerCase(Locale.ROOT);
            for (byte[] needle : needles) {
                int at = where.indexOf(hex.formatHex(needle));
                assertFalse(
                        at >= 0 && at % 2 == 0, "a secret appears in " + new String(haystack, StandardCharsets.UTF_8));
            }
        }
    }
}
