package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ReceiptVerifier;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobList;
import poyang.wire.schema.JobPage;
import poyang.wire.schema.JobState;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ScoringFeature;
import poyang.wire.schema.ScoringPlan;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SourceDefinition;
import poyang.wire.schema.SourceDiscovery;
import poyang.wire.schema.SubmitJob;
import poyang.wire.schema.UsePolicy;

/// Medical insurance has its claims scored by taxation's model, and what must hold of it.
final class ScoringSteps {
    static final String FEATURES = "medical-insurance/claims";
    static final String MODEL = "taxation/risk-model";
    static final int ROWS = 40;
    private static final List<String> DEPARTMENTS = List.of("medical-insurance", "taxation");

    private final LocalNetwork network;
    private final MainJob main;

    ScoringSteps(LocalNetwork network, MainJob main) {
        this.network = network;
        this.main = main;
    }

    /// Both owners register their tables.
    void register() throws IOException {
        StringBuilder claims = new StringBuilder("claim,cost,visits\n");
        for (int row = 0; row < ROWS; row++) {
            claims.append("c-").append(row).append(',').append(cost(row)).append(',');
            claims.append(visits(row)).append('\n');
        }
        add(network, FEATURES, "门诊费用", claims.toString(), UsePolicy.getDefaultInstance(), "claim");
        UsePolicy bounded = UsePolicy.newBuilder()
                .setMaximumPeerRows(500)
                .setMaximumRunsPerPair(20)
                .build();
        add(network, MODEL, "费用风险模型", "term,weight\n1,2.5\ncost,-0.001\ncost*visits,0.0002\n", bounded, "");
    }

    private static BigDecimal cost(int row) {
        return BigDecimal.valueOf(row * 123_456L % 1_000_000, 2);
    }

    private static int visits(int row) {
        return row % 7;
    }

    /// The score of a row of the claims in the clear.
    static String expected(int row) {
        return new BigDecimal("2.5")
                .subtract(new BigDecimal("0.001").multiply(cost(row)))
                .add(new BigDecimal("0.0002").multiply(cost(row)).multiply(BigDecimal.valueOf(visits(row))))
                .setScale(8)
                .toPlainString();
    }

    /// An owner adds a table as a source and registers it, with all columns but the key open to computations.
    static void add(LocalNetwork network, String id, String title, String content, UsePolicy policy, String key)
            throws IOException {
        String department = id.substring(0, id.indexOf('/'));
        String name = id.substring(id.indexOf('/') + 1);
        Path file = Files.writeString(network.sources(department).resolve(name + ".csv"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        ChainAccount owner = network.account(department + "/owner");
        SourceDefinition source = SourceDefinition.newBuilder()
                .setName(name)
                .setConnector("csv")
                .putSettings("path", name + ".csv")
                .build();
        SourceDiscovery found =
                network.executors().addSource(department, owner.query("poyang.v1.Executor", "AddSource", source));
        Dataset.Builder dataset = Dataset.newBuilder()
                .setId(id)
                .setOrganisation(department)
                .setTitle(title)
                .setConnector("csv")
                .setRoundedRows(found.getRoundedRows())
                .setPolicy(policy);
        found.getColumnsList()
                .forEach(column -> dataset.addColumns(ColumnPolicy.newBuilder()
                        .setName(column.getName())
                        .setType(column.getType())
                        .setSensitivity(Sensitivity.PERSONAL)
                        .setEncryptedInput(!column.getName().equals(key))));
        owner.call("poyang.v1.Datasets", "Register", dataset.build());
    }

    private Job run(long largestCost) throws Exception {
        ScoringPlan plan = ScoringPlan.newBuilder()
                .setFeaturesDataset(FEATURES)
                .setKeyColumn("claim")
                .addFeatures(feature("cost", 2, largestCost))
                .addFeatures(feature("visits", 0, 100))
                .setModelDataset(MODEL)
                .setTermColumn("term")
                .setCoefficientColumn("weight")
                .setDegree(2)
                .setCoefficientDecimals(4)
                .setCoefficientBound(1_000_000)
                .setProtocol("scoring-bfv")
                .build();
        SubmitJob request = SubmitJob.newBuilder()
                .setTitle("费用风险评分")
                .setPurpose("评估费用风险")
                .setPlan(Plan.newBuilder().setScoring(plan).build().toByteString())
                .setReceiver("medical-insurance/analyst")
                .setMinutesToLive(60)
                .build();
        String id = JobKey.parseFrom(network.account("medical-insurance/analyst")
                        .call("poyang.v1.Jobs", "Submit", request)
                        .getResult())
                .getId();
        main.consent(id);
        return main.awaitEnd(id, 1);
    }

    private static ScoringFeature feature(String column, int decimals, long bound) {
        return ScoringFeature.newBuilder()
                .setColumn(column)
                .setDecimals(decimals)
                .setBound(bound)
                .build();
    }

    /// From a plan in a file to the exact scores and the receipts of both, by command.
    void scoresComeFromAPlanByCommand(Path folder, AggregationSteps.Commands commands) throws Exception {
        Path plan = Files.writeString(Files.createDirectories(folder).resolve("plan.json"), """
                {"scoring": {"featuresDataset": "medical-insurance/claims", "keyColumn": "claim",
                 "features": [{"column": "cost", "decimals": 2, "bound": "10000000"},
                   {"column": "visits", "decimals": 0, "bound": "100"}],
                 "modelDataset": "taxation/risk-model", "termColumn": "term", "coefficientColumn": "weight",
                 "degree": 2, "coefficientDecimals": 4, "coefficientBound": "1000000", "protocol": "scoring-bfv"}}
                """);
        String analyst = "medical-insurance/analyst";
        assertEquals(
                0,
                commands.as(
                        analyst, List.of("job", "submit", plan.toString(), "--title", "费用评分", "--purpose", "评估费用风险")));
        JobList open = JobList.parseFrom(network.account(analyst)
                .read(
                        "poyang.v1.Jobs",
                        "List",
                        JobPage.newBuilder().setOpen(true).build()));
        assertEquals(1, open.getJobsCount());
        String id = open.getJobs(0).getId();
        for (String each : DEPARTMENTS) {
            assertEquals(0, commands.as(each + "/owner", List.of("job", "consent", id)));
        }
        assertEquals(0, commands.as(analyst, List.of("job", "show", id, "--wait")));
        Path result = folder.resolve("scores.csv");
        assertEquals(0, commands.as(analyst, List.of("job", "result", id, "--out", result.toString())));
        List<String> lines = new ArrayList<>();
        lines.add("claim,score");
        for (int row = 0; row < ROWS; row++) {
            lines.add("c-" + row + "," + expected(row));
        }
        assertEquals(lines, Files.readAllLines(result));
        Path receipts = folder.resolve("receipts");
        assertEquals(0, commands.as(analyst, List.of("job", "receipts", id, "--out", receipts.toString())));
        for (String each : DEPARTMENTS) {
            assertInstanceOf(
                    ReceiptVerifier.Verdict.Proven.class,
                    ReceiptVerifier.verify(
                            ChainForms.readReceipt(receipts.resolve("receipt-" + each + ".json")), network.genesis()));
        }
    }

    /// A cost above what the plan declares ends the attempt by its own code, and no score comes.
    void aNumberOutOfBoundsEndsTheAttempt() throws Exception {
        Job failed = run(1000);
        assertEquals(JobState.FAILED, failed.getState());
        assertEquals("INPUT_REFUSED", failed.getFailure().getCode());
        assertEquals("medical-insurance", failed.getFailure().getOrganisation());
    }
}
