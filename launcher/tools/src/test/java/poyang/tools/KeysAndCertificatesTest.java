package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.CertificateWriter;
import poyang.crypto.pki.Grant;
import poyang.crypto.pki.Level;
import poyang.crypto.pki.Subject;
import poyang.crypto.pki.Usage;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;
import poyang.tools.CommandFolder.Answer;

/// `docs/keys-and-certificates.md`, line by line, from an empty folder to a province with two cities; then,
/// in what came of it, what must be refused and in which words.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder, and `walk` the shell
final class KeysAndCertificatesTest {
    private static final Path PAGE = Path.of("../../docs/keys-and-certificates.md");
    private static final String ROOT = "province/authority.pem";
    private static final String REFUSED = "# refused";

    @TempDir
    static Path folder;

    private static CommandFolder shell;
    private static final List<String> faults = new ArrayList<>();
    private static int commands;

    /// Runs the page. A line's comment `# refused` says that it must end with another code than 0.
    @BeforeAll
    static void walk() throws IOException {
        shell = new CommandFolder(folder);
        StringBuilder said = new StringBuilder();
        StringBuilder shown = new StringBuilder();
        String fence = "";
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("```")) {
                if (fence.equals("text")) {
                    compare(shown.toString(), said.toString());
                }
                fence = fence.isEmpty() ? line.substring(3) : "";
                if (fence.equals("sh")) {
                    said.setLength(0);
                }
                shown.setLength(0);
            } else if (fence.equals("sh")) {
                said.append(command(line));
            } else if (fence.equals("text")) {
                shown.append(line).append('\n');
            }
        }
    }

    private static String command(String line) {
        boolean refused = line.endsWith(REFUSED);
        String bare =
                refused ? line.substring(0, line.length() - REFUSED.length()).strip() : line;
        Answer answer = shell.shell(bare);
        commands++;
        if (refused == (answer.code() == 0)) {
            faults.add(line + "\nended with " + answer.code() + " and said\n" + answer.text());
        }
        return answer.text();
    }

    /// The lines of a box in their order among what was said; `…` stands for anything within a line, and
    /// for any lines where it is alone.
    private static void compare(String shown, String said) {
        String pattern = Stream.of(shown.stripTrailing().split("\n", -1))
                .map(line -> line.equals("…")
                        ? "(?:.*\n)*?"
                        : Stream.of(line.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")) + " *\n")
                .collect(Collectors.joining());
        if (!Pattern.compile("(?m)^" + pattern).matcher(said).find()) {
            faults.add("the page shows\n" + shown + "but said was\n" + said);
        }
    }

    @AfterAll
    static void end() throws IOException {
        shell.close();
    }

    private static String refused(int code, Object... arguments) {
        Answer answer = shell.poyang(arguments);
        assertEquals(code, answer.code(), answer.text());
        return answer.text();
    }

    private static void says(String text, String... words) {
        for (String each : words) {
            assertTrue(text.contains(each), text);
        }
    }

    @Test
    void everyCommandOfThePageDoesWhatThePageSays() {
        assertEquals("", String.join("\n\n", faults));
        assertTrue(commands > 80, "commands: " + commands);
    }

    @Test
    void noPasswordIsSaidAndNoKeyFileIsOpenToOthers() throws IOException {
        String books = Files.readString(folder.resolve("nanchang-tax/log"));
        for (String who : List.of("zhang", "nanchang-tax", "wang")) {
            String password =
                    Files.readString(folder.resolve("secrets").resolve(who)).strip();
            assertFalse(books.contains(password));
        }
        for (String key : List.of("keys/wang.pem", "keys/wang.encryption.pem", "nanchang-tax/authority.key.pem")) {
            assertTrue(Files.readString(folder.resolve(key)).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY"));
            assertEquals(
                    "rw-------",
                    java.nio.file.attribute.PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folder.resolve(key))));
        }
        assertFalse(Files.exists(folder.resolve("province/authority.key.pem")));
    }

    @Test
    void saysWhatIsWrongWithADateOrAUse() {
        String later = Instant.now().plus(Duration.ofDays(400)).toString();
        says(
                refused(1, "ca", "verify", "files/node-2.pem", "--root", ROOT, "--use", "tls", "--at", later),
                "refused: the certificate of \"node-2.jiujiang\" expired on 2");
        says(
                refused(1, "ca", "verify", "files/node-2.pem", "--root", ROOT, "--at", "2020-01-01T00:00:00Z"),
                "refused: the certificate of \"node-2.jiujiang\" is valid only from 2");
        says(
                refused(1, "ca", "verify", "files/node-2.pem", "--root", ROOT, "--use", "encryption"),
                "\"node-2.jiujiang\" is not for encryption: it is for digital signature, TLS server, TLS client");
        says(
                refused(1, "ca", "verify", "files/node-2.pem", "--root", ROOT, "--use", "authority"),
                "is not for issuing");
        says(refused(2, "ca", "verify", "files/node-2.pem", "--root", ROOT, "--at", "tomorrow"), "BAD_OPTION");
        says(refused(2, "ca", "verify", "files/node-2.pem"), "verify without --root");
        says(refused(2, "ca", "inspect", "by-zhang"), "UNREADABLE");
    }

    /// What a department that has gone astray would write, the readers refuse.
    @Test
    void saysWhoMayNotHaveIssuedIt() throws IOException {
        RandomSource random = ProcessRandom.open("test");
        Instant now = Instant.now();
        Validity validity = new Validity(now.minusSeconds(60), now.plus(Duration.ofDays(30)));
        char[] password =
                Files.readString(folder.resolve("secrets/jiujiang-tax")).strip().toCharArray();
        List<X509Certificate> above = Certificates.fromPem(
                        Files.readString(folder.resolve("jiujiang-tax/authority.pem")))
                .subList(0, 2);
        try (Sm2PrivateKey department =
                        PrivateKeyFile.read(folder.resolve("jiujiang-tax/authority.key.pem"), password);
                Sm2PrivateKey lower = Sm2PrivateKey.generate(random);
                Sm2PrivateKey own = Sm2PrivateKey.generate(random)) {
            X509Certificate stranger =
                    CertificateWriter.issue(above.getFirst(), department, node("南昌市税务局", own, validity), random);
            says(
                    verify(
                            "stranger.pem",
                            Stream.concat(Stream.of(stranger), above.stream()).toList()),
                    "\"stranger\" names \"C=CN,O=南昌市税务局,CN=stranger\", which lies outside of what its authority"
                            + " may certify");
            Subject office = new Subject("CN", "九江市税务局", "", "九江县税务所");
            X509Certificate below = CertificateWriter.issue(
                    above.getFirst(),
                    department,
                    new Grant(office, lower.publicKey(), Level.DEPARTMENT, Usage.AUTHORITY, List.of(), "", validity),
                    random);
            X509Certificate deep = CertificateWriter.issue(below, lower, node("九江市税务局", own, validity), random);
            says(
                    verify(
                            "deep.pem",
                            Stream.concat(Stream.of(deep, below), above.stream())
                                    .toList()),
                    "\"九江市税务局签发机构\" may not issue certificates this far down: its path length is 0, and 1 authority"
                            + " stands below it");
            X509Certificate forged =
                    CertificateWriter.issue(above.getFirst(), lower, node("九江市税务局", own, validity), random);
            says(
                    verify(
                            "forged.pem",
                            Stream.concat(Stream.of(forged), above.stream()).toList()),
                    "was not signed by \"九江市税务局签发机构\"");
        }
    }

    private static Grant node(String organisation, Sm2PrivateKey key, Validity validity) {
        return new Grant(
                new Subject("CN", organisation, "", "stranger"),
                key.publicKey(),
                Level.NODE,
                Usage.PROCESS,
                List.of(),
                "",
                validity);
    }

    private static String verify(String name, List<X509Certificate> chain) throws IOException {
        Files.writeString(folder.resolve(name), Certificates.toPem(chain));
        return refused(1, "ca", "verify", name, "--root", ROOT, "--use", "tls");
    }

    @Test
    void aRequestThatDoesNotProveItsKeyIsRefused() throws IOException {
        byte[] der = java.util.Base64.getMimeDecoder()
                .decode(Files.readString(folder.resolve("files/chen.csr")).replaceAll("-----[^-]+-----", ""));
        der[der.length - 1] ^= 1;
        Files.writeString(
                folder.resolve("changed.csr"),
                "-----BEGIN CERTIFICATE REQUEST-----\n"
                        + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                        + "\n-----END CERTIFICATE REQUEST-----\n");
        says(
                refused(2, "ca", "request", "jiujiang-tax", "--level", "user", "--csr", "changed.csr", "@by-zhang"),
                "does not prove that its sender holds the key",
                "BAD_REQUEST");
        says(refused(1, "ca", "inspect", "changed.csr"), "refused: ");
        says(
                refused(2, "ca", "request", "province", "--level", "node", "--csr", "files/chen.csr", "@by-zhang"),
                "a province does not certify a node");
        says(
                refused(2, "ca", "request", "jiujiang-tax", "--level", "user", "--csr", "files/chen.csr", "@by-li"),
                "this key was certified before");
    }

    @Test
    void aRevokedAuthorityTakesAllBelowItAlong() {
        Answer revoked = shell.poyang(
                "ca", "revoke", "jiujiang", "files/jiujiang-tax.pem", "--reason", "authority-compromise", "@by-li");
        assertEquals(0, revoked.code(), revoked.text());
        Answer list = shell.poyang(
                "ca",
                "crl",
                "jiujiang",
                "@by-li",
                "--password-file",
                "secrets/jiujiang",
                "--out",
                "files/jiujiang.crl");
        assertEquals(0, list.code(), list.text());
        says(
                refused(1, "ca", "verify", "files/node-2.pem", "--root", ROOT, "--crl", "files/jiujiang.crl"),
                "the certificate of \"九江市税务局签发机构\" (serial ",
                "because its authority's key was exposed");
        says(
                refused(2, "ca", "revoke", "jiujiang", "files/jiujiang-tax.pem", "--reason", "superseded", "@by-li"),
                "was revoked before",
                "WRONG_STATE");
    }

    @Test
    void aListThatIsOverdueTellsNothing() {
        String late = Instant.now().plus(Duration.ofDays(8)).toString();
        says(
                refused(
                        1,
                        "ca",
                        "verify",
                        "files/node-1b.pem",
                        "--root",
                        ROOT,
                        "--crl",
                        "nanchang-tax/crl.pem",
                        "--at",
                        late),
                "whether the certificate of \"node-1.nanchang\" was revoked cannot be told: ");
    }

    @Test
    void oneShareOfTheRootIsTooFew() {
        assertEquals(
                0,
                shell.poyang("ca", "crl", "province", "@by-zhang", "@by-holders")
                        .code());
        says(
                refused(
                        2,
                        "ca",
                        "crl",
                        "province",
                        "@by-zhang",
                        "--share",
                        "shares/share-1.key-share",
                        "--share-password-file",
                        "secrets/share-1"),
                "TOO_FEW_SHARES");
    }

    @Test
    void anAuditFindsWhatWasChanged() throws IOException {
        Path copy = folder.resolve("copy");
        Files.createDirectories(copy.resolve("issued"));
        for (Path file : list(folder.resolve("jiujiang-tax"))) {
            Files.copy(file, copy.resolve(file.getFileName().toString()));
        }
        for (Path file : list(folder.resolve("jiujiang-tax/issued"))) {
            Files.copy(file, copy.resolve("issued").resolve(file.getFileName().toString()));
        }
        List<String> lines = Files.readAllLines(copy.resolve("log"));
        String whole = shell.poyang("ca", "audit", "copy").text();
        says(whole, "good: " + lines.size() + " lines");
        String head = whole.lines()
                .filter(line -> line.startsWith("log head"))
                .findFirst()
                .orElseThrow()
                .substring("log head".length())
                .strip();
        Files.write(copy.resolve("log"), lines.subList(0, lines.size() - 1));
        says(
                refused(1, "ca", "audit", "copy", "--head", head),
                "is that of no line",
                "holds what the log does not know");
        Files.write(copy.resolve("log"), lines);
        assertEquals(0, shell.poyang("ca", "audit", "copy", "--head", head).code());
        Files.writeString(copy.resolve("authority.pem"), "");
        says(refused(1, "ca", "audit", "copy"), "copy/authority.pem is missing");
        List<String> changed = new ArrayList<>(lines);
        changed.set(2, lines.get(2).replace("request=1", "request=2"));
        Files.write(copy.resolve("log"), changed);
        says(refused(1, "ca", "audit", "copy"), "line 3 of the authority's log is not as it was written", "LOG_BROKEN");
        says(refused(2, "ca", "audit", "copy", "--head", "zz"), "BAD_ENCODING");
    }

    private static List<Path> list(Path from) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void programsReadOneObject() {
        Answer list = shell.process("ca", "list", "jiujiang-tax", "--json");
        assertEquals(0, list.code(), list.text());
        assertEquals(1, list.text().lines().count());
        says(
                list.text(),
                "{\"authority\":\"C=CN, O=九江市税务局, CN=九江市税务局签发机构\",\"level\":\"department\",\"operators\":[\"li\",\"zhang\"],",
                "\"requests\":[{\"number\":1,\"state\":\"issued\",\"level\":\"node\",\"name\":\"node-2.jiujiang\"",
                "\"certificates\":[{\"serial\":\"");
        Answer verdict =
                shell.process("ca", "--json", "verify", "files/node-2.pem", "--root", ROOT, "--use", "encryption");
        assertEquals(1, verdict.code(), verdict.text());
        says(verdict.text(), "{\"found\":[{\"kind\":\"certificate\",", "\"refused\":\"the certificate of ");
        assertEquals(
                List.of("a", "b c", "d"),
                CommandFolder.words("a \"b c\"  d"),
                "the page's lines are split as bash does");
    }
}
