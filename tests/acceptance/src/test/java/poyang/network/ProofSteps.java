package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import poyang.sdk.ChainForms;
import poyang.sdk.ProvenValue;
import poyang.sdk.ReceiptVerifier;
import poyang.wire.schema.Job;
import poyang.wire.schema.StoredProof;
import poyang.wire.schema.UsePolicy;

/// Taxation commits to a table, a column and a list and proves a fact about each; all nodes verify, and another
/// department verifies what the chain keeps without the chain.
final class ProofSteps {
    static final String OWNER = "taxation/owner";
    static final String ASKER = "housing/analyst";
    static final String CONDITIONS = "income<5000,since<=2026-11-28-12m";
    static final String PURPOSE = "case 17";
    private static final Pattern JOB = Pattern.compile("\"job\"\\s*:\\s*\"([0-9a-f]{32})\"");
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

    private static Use column() {
        return new Use("column", "income:number", List.of("--limits", "4000,8000"), List.of());
    }

    private static Use list() {
        return new Use("list", "id:text", List.of("--purpose", PURPOSE), List.of());
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

    /// Commits, and makes the keys of the statement's form.
    private void keys(Use use) {
        List<String> more = new ArrayList<>(table());
        more.addAll(List.of("--kind", use.kind(), "--columns", use.columns(), "--out", file("commitment.txt")));
        zkp(List.of("commit"), more);
        zkp(List.of("setup", "--key", file("key.json")), of(use));
    }

    private List<String> table() {
        return List.of("--csv", file("table.csv"), "--secret", file("secret"));
    }

    private List<String> of(Use use) {
        return with(use.statement(), "--commitment", file("commitment.txt"), "--zkey", file("zkey"));
    }

    private void prove(Use use) {
        keys(use);
        List<String> more = new ArrayList<>(of(use));
        more.addAll(table());
        more.addAll(use.picked());
        zkp(List.of("state", "--proof", file("proof.json"), "--public", file("public.json")), more);
    }

    /// By command: one proof made beside the table, and the three uses as jobs that the executors do.
    void theThreeUsesAreVerifiedByAllNodesAndOffline(Commands commands) throws Exception {
        register("taxation/facts", "housing/asked");
        Use column = column();
        Use list = list();
        Use records = qualification();
        prove(records);
        verified(records, commands);
        install("records");
        for (Use use : List.of(column, list)) {
            keys(use);
            publish(use, "taxation/" + use.kind(), commands);
            install(use.kind());
        }
        String qualified = submitted(commands, "records", """
                "conditions": ["income<5000", "since<=2026-11-28-12m"], "purpose": "case 17",""");
        String untrue = submitted(commands, "records", """
                "conditions": ["income<1", "since<=2026-11-28-12m"], "purpose": "case 17",""");
        String described = submitted(commands, "column", "\"limits\": [\"4000\", \"8000\"],");
        String listed = submitted(commands, "list", """
                "purpose": "case 17", "personsDataset": "housing/asked", "personColumn": "person",""");
        for (String id : List.of(qualified, untrue, described, listed)) {
            for (String owner : List.of(OWNER, "housing/owner")) {
                assertEquals(0, commands.as(owner, List.of("job", "consent", id)));
            }
        }
        ended(
                commands,
                qualified,
                records,
                List.of("statement,a record of the committed table has income<5000 and since"));
        ended(commands, described, column, List.of("sum,16200", "average rounded down,5400", "class 2,1"));
        ended(commands, listed, list, List.of("310101198512125558,1,", "999,0,"));
        assertEquals(1, commands.as(ASKER, List.of("job", "show", untrue, "--wait")));
        Job failed = job(untrue);
        assertEquals("STATEMENT_FALSE", failed.getFailure().getCode());
        assertEquals(List.of(), failed.getProofsList());
    }

    /// Taxation's table, and those whom housing asks about.
    private void register(String facts, String asked) throws IOException {
        ScoringSteps.add(
                network,
                facts,
                "纳税人收入",
                Files.readString(folder.resolve("table.csv")),
                UsePolicy.getDefaultInstance(),
                "");
        ScoringSteps.add(
                network, asked, "申请人", "person\n310101198512125558\n999\n", UsePolicy.getDefaultInstance(), "");
    }

    /// Gives taxation's executor what it proves with.
    private void install(String name) throws IOException {
        Path keys = network.provingKeys("taxation");
        Path zkey = Files.copy(folder.resolve("zkey"), keys.resolve(name + ".1.zkey"));
        Files.setPosixFilePermissions(zkey, PosixFilePermissions.fromString("rw-r--r--"));
        Files.copy(folder.resolve("secret"), keys.resolve(name + ".1.secret"));
    }

    private String submitted(Commands commands, String name, String asked) throws Exception {
        Path plan = Files.writeString(folder.resolve("plan.json"), """
                {"proof": {"dataset": "taxation/facts", "key": "taxation/%s", "version": 1, %s
                  "asker": "housing", "protocol": "zk-proof"}}
                """.formatted(name, asked));
        List<String> submit =
                List.of("job", "submit", plan.toString(), "--json", "--title", "请求证明", "--purpose", "核验资格");
        Matcher said = JOB.matcher(output(() -> assertEquals(0, commands.as(ASKER, submit))));
        assertTrue(said.find(), "the job has an id");
        return said.group(1);
    }

    private Job job(String id) throws InvalidProtocolBufferException {
        ProvenValue value = network.account(ASKER).state("poyang.v1.Jobs", "job/" + id, 0);
        return Job.parseFrom(value.value().orElseThrow().toArray());
    }

    /// The result's lines, the receipts, and the chain's proofs without the chain.
    private void ended(Commands commands, String id, Use use, List<String> lines) throws Exception {
        assertEquals(0, commands.as(ASKER, List.of("job", "show", id, "--wait")), use.kind());
        Path result = folder.resolve(use.kind() + ".csv");
        assertEquals(0, commands.as(ASKER, List.of("job", "result", id, "--out", result.toString())));
        String text = Files.readString(result);
        lines.forEach(line -> assertTrue(text.contains("\n" + line), text));
        Path receipts = folder.resolve("receipts-" + use.kind());
        assertEquals(0, commands.as(ASKER, List.of("job", "receipts", id, "--out", receipts.toString())));
        for (String each : List.of("taxation", "housing")) {
            assertInstanceOf(
                    ReceiptVerifier.Verdict.Proven.class,
                    ReceiptVerifier.verify(
                            ChainForms.readReceipt(receipts.resolve("receipt-" + each + ".json")), network.genesis()));
        }
        List<String> proofs = job(id).getProofsList();
        assertEquals(use.kind().equals("list") ? 2 : 1, proofs.size());
        for (String proof : proofs) {
            gotAndChecked(use, proof, commands);
        }
    }

    /// For the form of a job: taxation's data set, what its owner publishes under the names `column-web` and
    /// `list-web`,
    /// and the key of a qualification, which it publishes by a page under a name of its own.
    void prepareJobs(String qualification, Commands commands) throws Exception {
        register("taxation/facts-web", "housing/asked-web");
        install(qualification);
        ProofSteps others = new ProofSteps(network, folder.resolve("others"));
        for (Use use : List.of(column(), list())) {
            others.keys(use);
            others.publish(use, "taxation/" + use.kind() + "-web", commands);
            others.install(use.kind() + "-web");
        }
    }

    private void publish(Use use, String id, Commands commands) throws Exception {
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
    }

    private void verified(Use use, Commands commands) throws Exception {
        String id = "taxation/" + use.kind();
        publish(use, id, commands);
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
        gotAndChecked(use, said.group(1), commands);
    }

    /// What the chain keeps, got by a third department and verified without the chain.
    private void gotAndChecked(Use use, String proof, Commands commands) throws Exception {
        List<String> files = List.of(
                "--verification-key", file("got-key"), "--proof", file("got-proof"), "--public", file("got-public"));
        List<String> get = new ArrayList<>(List.of("proof", "get", proof, "--commitment", file("got-commitment")));
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
