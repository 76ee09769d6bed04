package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import poyang.sdk.ProvenValue;
import poyang.wire.schema.StoredProof;

/// Taxation commits to a table, a column and a list and proves a fact about each; all nodes verify, and another
/// department verifies what the chain keeps without the chain.
final class ProofSteps {
    static final String OWNER = "taxation/owner";
    static final String ASKER = "housing/analyst";
    static final String CONDITIONS = "income<5000,since<=2026-11-28-12m";
    static final String PURPOSE = "case 17";
    private static final Pattern PROOF = Pattern.compile("\"proof\"\\s*:\\s*\"([0-9a-f]{64})\"");

    private final LocalNetwork network;
    private final Path folder;

    /// Runs a command as an account; gives its exit code.
    interface Commands {
        int as(String account, List<String> command) throws Exception;
    }

    /// One use: what is committed to, what is stated, and how the prover picks the case.
    private record Use(String kind, String columns, List<String> statement, List<String> picked) {}

    ProofSteps(LocalNetwork network, Path folder) throws IOException {
        this.network = network;
        this.folder = Files.createDirectories(folder);
        Files.writeString(folder.resolve("table.csv"), """
                id,income,since
                110101199001011237,4200,2024-02-29
                310101198512125558,9000,2023-01-01
                440103197003033339,3000,2026-06-01
                """);
    }

    /// Leaves `commitment.txt`, `key.json`, `proof.json` and `public.json` of a qualification in the folder.
    void proveAQualification() {
        prove(qualification());
    }

    private static Use qualification() {
        return new Use(
                "records",
                "income:number,since:date",
                List.of("--require", CONDITIONS, "--purpose", PURPOSE),
                List.of("--row", "1"));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void zkp(List<String> command, List<String> more) {
        List<String> words = new ArrayList<>(List.of("zkp"));
        words.addAll(command);
        words.addAll(more);
        assertEquals(
                0, poyang.tools.Main.run(poyang.tools.Main.commands(), words.toArray(String[]::new)), words::toString);
    }

    private void prove(Use use) {
        List<String> table = List.of("--csv", file("table.csv"), "--secret", file("secret"));
        zkp(
                List.of("commit", "--kind", use.kind(), "--columns", use.columns(), "--out", file("commitment.txt")),
                table);
        List<String> of = new ArrayList<>(List.of("--commitment", file("commitment.txt"), "--zkey", file("zkey")));
        of.addAll(use.statement());
        zkp(List.of("setup", "--key", file("key.json")), of);
        of.addAll(table);
        of.addAll(use.picked());
        zkp(List.of("state", "--proof", file("proof.json"), "--public", file("public.json")), of);
    }

    /// By command, from the table to the check of what the chain keeps.
    void theThreeUsesAreVerifiedByAllNodesAndOffline(Commands commands) throws Exception {
        List<Use> uses = List.of(
                qualification(),
                new Use("column", "income:number", List.of("--limits", "4000,8000"), List.of()),
                new Use(
                        "list",
                        "id:text",
                        List.of("--purpose", PURPOSE),
                        List.of("--person", "310101198512125558", "--blind", file("blind"))));
        for (Use use : uses) {
            prove(use);
            verified(use, commands);
        }
    }

    private void verified(Use use, Commands commands) throws Exception {
        String id = "taxation/" + use.kind();
        List<String> publish = new ArrayList<>(List.of(
                "proof",
                "publish",
                id,
                "--verification-key",
                file("key.json"),
                "--commitment",
                file("commitment.txt")));
        publish.addAll(use.statement());
        assertEquals(0, commands.as(OWNER, publish));
        List<String> submit = List.of(
                "proof", "submit", id, "--json", "--proof", file("proof.json"), "--public", file("public.json"));
        Matcher said = PROOF.matcher(output(() -> assertEquals(0, commands.as(ASKER, submit))));
        assertTrue(said.find(), "the chain keeps the proof");
        ProvenValue kept = network.account(ASKER).state("poyang.v1.ZeroKnowledge", "proof/" + said.group(1), 0);
        assertEquals(
                id, StoredProof.parseFrom(kept.value().orElseThrow().toArray()).getKey());
        String values = Files.readString(folder.resolve("public.json"));
        Files.writeString(
                folder.resolve("public.json"),
                values.replaceFirst("\"[0-9]", values.matches("(?s)[^\"]*\"1.*") ? "\"2" : "\"1"));
        assertEquals(1, commands.as(ASKER, submit), "another commitment");
        List<String> files = List.of(
                "--verification-key", file("got-key"), "--proof", file("got-proof"), "--public", file("got-public"));
        List<String> get =
                new ArrayList<>(List.of("proof", "get", said.group(1), "--commitment", file("got-commitment")));
        get.addAll(files);
        assertEquals(0, commands.as("medical-insurance/analyst", get));
        zkp(
                List.of("check", "--commitment", file("got-commitment"), "--key", file("got-key")),
                with(use.statement(), "--proof", file("got-proof"), "--public", file("got-public")));
    }

    private static List<String> with(List<String> first, String... more) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(more));
        return all;
    }

    /// Something that prints.
    private interface Step {
        void run() throws Exception;
    }

    private static String output(Step step) throws Exception {
        PrintStream out = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            step.run();
        } finally {
            System.setOut(out);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}
