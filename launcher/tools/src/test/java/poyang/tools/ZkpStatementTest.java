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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.RandomSource;
import poyang.zkp.uses.Commitment;
import poyang.zkp.uses.SignedRecord;

/// `zkp commit`, `setup`, `state` and `check` as people use them: commit to a table, prove a fact, verify it offline.
final class ZkpStatementTest {
    private static final String PASSWORD = "a password of signers 7";

    @TempDir
    private Path folder;

    private String said = "";

    @BeforeEach
    void aTable() throws IOException {
        Files.writeString(folder.resolve("table.csv"), """
                id,income,since
                110101199001011237,4200,2024-02-29
                310101198512125558,9000,2023-01-01
                440103197003033339,3000,2026-06-01
                """);
    }

    /// Runs `zkp`; arguments that begin with @ are files of the test's folder.
    private int run(String command, String... options) {
        List<String> arguments = new ArrayList<>(List.of("zkp", command));
        for (String option : options) {
            arguments.add(
                    option.startsWith("@") ? folder.resolve(option.substring(1)).toString() : option);
        }
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        PrintStream captured = new PrintStream(both, true, StandardCharsets.UTF_8);
        try {
            System.setOut(captured);
            System.setErr(captured);
            return Main.run(arguments.toArray(String[]::new));
        } finally {
            System.setOut(out);
            System.setErr(err);
            said = both.toString(StandardCharsets.UTF_8);
        }
    }

    private void done(String command, String... options) {
        assertEquals(0, run(command, options), () -> said);
    }

    private void commit(String kind, String columns) {
        done(
                "commit",
                "--kind",
                kind,
                "--columns",
                columns,
                "--curve",
                "bn254",
                "--csv",
                "@table.csv",
                "--secret",
                "@secret",
                "--out",
                "@commitment");
    }

    private static String[] with(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private void setUp(String... statement) {
        done("setup", with(statement, "--commitment", "@commitment", "--zkey", "@zkey", "--key", "@key"));
    }

    private int state(String... statement) {
        return run(
                "state",
                with(
                        statement,
                        "--commitment",
                        "@commitment",
                        "--csv",
                        "@table.csv",
                        "--secret",
                        "@secret",
                        "--zkey",
                        "@zkey",
                        "--proof",
                        "@proof",
                        "--public",
                        "@public"));
    }

    private int check(String... statement) {
        return run(
                "check",
                with(
                        statement,
                        "--commitment",
                        "@commitment",
                        "--key",
                        "@key",
                        "--proof",
                        "@proof",
                        "--public",
                        "@public"));
    }

    @Test
    void aQualificationIsProvenAndCheckedWithoutTheRecord() throws IOException {
        commit("records", "income:number,since:date");
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("secret"))));
        String[] right = {"--require", "income<5000,since<=2026-11-28-12m", "--purpose", "case 17"};
        setUp(right);
        assertEquals(2, state(with(right, "--row", "2")), "too much income");
        assertEquals(2, state(with(right, "--row", "3")), "insured too late");
        assertEquals(2, state(with(right, "--row", "4")), "no such record");
        assertEquals(0, state(with(right, "--row", "1")), said);
        assertEquals(0, check(right), said);
        assertTrue(said.startsWith("VALID: a record of the committed table has income<5000 and since<="), said);
        assertEquals(1, check("--require", "income<4000,since<=2026-11-28-12m", "--purpose", "case 17"));
        assertEquals(1, check("--require", "income<5000,since<=2026-11-28-12m", "--purpose", "case 18"));
        assertEquals(1, check("--require", "income<5000", "--purpose", "case 17"));
        assertEquals(2, check("--require", "wealth<5000", "--purpose", "case 17"));
        String shown = Files.readString(folder.resolve("proof")) + " " + Files.readString(folder.resolve("public"));
        // A number of a proof has some seventy digits, any four of them by chance.
        assertFalse(List.of(shown.split("[^0-9]+")).contains("4200"), "the income is not shown");
        assertFalse(shown.contains("2024-02-29"), "nor the day");
        Files.writeString(folder.resolve("commitment"), Files.readString(folder.resolve("commitment")) + "x");
        assertEquals(2, check(right));
    }

    @Test
    void figuresOfAColumnCarryTheirProof() throws IOException {
        commit("column", "income:number");
        setUp("--limits", "4000,8000");
        assertEquals(0, state("--limits", "4000,8000"), said);
        assertEquals(0, check("--limits", "4000,8000"), said);
        assertEquals(
                "VALID: column income has 3 values, their sum is 16200, their average 5400; 1 below 4000; "
                        + "1 below 8000; 1 from 8000 on.\n",
                said);
        assertEquals(1, check("--limits", "4000,9000"));
        theCommitmentIsSigned();
        assertEquals(2, check("--limits", "4000,8000", "--purpose", "none"));
    }

    @Test
    void whoIsInAListAndWhoIsNotIsShownByOneKey() {
        commit("list", "id:text");
        setUp("--purpose", "case 17");
        for (String person : List.of("310101198512125558", "310101198512125559")) {
            String[] right = {"--purpose", "case 17", "--person", person, "--blind", "@blind" + person};
            assertEquals(0, state(right), said);
            assertEquals(0, check(right), said);
            assertTrue(said.contains(person.endsWith("8") ? " is in the list" : " is not in the list"), said);
            assertEquals(1, check("--purpose", "case 17", "--person", "another", "--blind", "@blind" + person));
        }
        assertEquals(2, state("--purpose", "case 17"));
    }

    /// Proving a signature takes minutes of a core, so what is proven here is left to the circuit's own test.
    @Test
    void aRecordIsSignedForItsHolderAndOnlyTrueStatementsAreProven() throws IOException {
        RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "issuer");
        PrivateKeyFile.write(folder.resolve("issuer"), Sm2PrivateKey.generate(random), PASSWORD.toCharArray(), random);
        Path password = folder.resolve("password");
        Files.writeString(password, PASSWORD);
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        for (String row : List.of("1", "2")) {
            done(
                    "issue",
                    "--csv",
                    "@table.csv",
                    "--columns",
                    "income:number,since:date",
                    "--row",
                    row,
                    "--curve",
                    "bn254",
                    "--key",
                    "@issuer",
                    "--password-file",
                    "@password",
                    "--record",
                    "@record" + row,
                    "--out",
                    "@commitment");
        }
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("record1"))));
        SignedRecord record = SignedRecord.read(Files.readString(folder.resolve("record1")));
        assertTrue(record.isOf(Commitment.read(Files.readString(folder.resolve("commitment")))));
        String[] right = {"--require", "income<5000,since<=2026-11-28-12m", "--purpose", "case 17"};
        assertEquals(2, state(with(right, "--record", "@record2")), "too much income");
        assertTrue(said.contains("do not satisfy"), said);
        assertEquals(2, state(right), "no record");
        assertEquals(2, state("--require", "wealth<5000", "--record", "@record1"));
    }

    private void theCommitmentIsSigned() throws IOException {
        RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "signers");
        Instant now = Instant.now();
        Validity validity = new Validity(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
        for (String province : List.of("one", "other")) {
            Authority root = Certificates.root(province, Sm2PrivateKey.generate(random), validity, random);
            Authority city = root.issuer("city", Sm2PrivateKey.generate(random), validity, random);
            Sm2PrivateKey key = Sm2PrivateKey.generate(random);
            Files.writeString(folder.resolve("root-" + province), Certificates.toPem(List.of(root.certificate())));
            Files.writeString(
                    folder.resolve("signer-" + province),
                    Certificates.toPem(
                            List.of(city.leaf("taxation", key.publicKey(), validity, random), city.certificate())));
            PrivateKeyFile.write(folder.resolve("key-" + province), key, PASSWORD.toCharArray(), random);
        }
        Path password = folder.resolve("password");
        Files.writeString(password, PASSWORD);
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        done(
                "sign",
                "--commitment",
                "@commitment",
                "--key",
                "@key-one",
                "--password-file",
                "@password",
                "--out",
                "@signature");
        assertEquals(0, signed("one", "one"), said);
        assertEquals(1, signed("other", "other"), "another's signature");
        assertEquals(1, signed("one", "other"), "another root");
        assertEquals(2, check("--limits", "4000,8000", "--signature", "@signature"));
        String right = Files.readString(folder.resolve("signature"));
        Files.writeString(folder.resolve("signature"), (right.charAt(0) == '0' ? '1' : '0') + right.substring(1));
        assertEquals(1, signed("one", "one"), "a digit changed");
    }

    private int signed(String signer, String root) {
        return check(
                "--limits",
                "4000,8000",
                "--signature",
                "@signature",
                "--signer",
                "@signer-" + signer,
                "--root",
                "@root-" + root);
    }
}
