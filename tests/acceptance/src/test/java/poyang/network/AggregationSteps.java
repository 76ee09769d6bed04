package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ReceiptVerifier;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.JobList;
import poyang.wire.schema.JobPage;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SourceDefinition;
import poyang.wire.schema.UsePolicy;

/// Medical insurance's and taxation's payments are added up by housing, which brings no data set and gets the totals.
final class AggregationSteps {
    static final List<String> REPORTERS = List.of("medical-insurance", "taxation");
    private static final List<String> TABLES =
            List.of("area,paid\n东湖区,100.50\n西湖区,-20\n东湖区,0.25\n湾里区,9\n", "area,paid\n西湖区,1000\n东湖区,\n西湖区,0.01\n");

    private final LocalNetwork network;

    /// Runs a command as an account; gives its exit code.
    interface Commands {
        int as(String account, List<String> command) throws Exception;
    }

    AggregationSteps(LocalNetwork network) {
        this.network = network;
    }

    /// The owners of both register their tables.
    void register() throws IOException {
        for (int i = 0; i < REPORTERS.size(); i++) {
            register(REPORTERS.get(i), TABLES.get(i));
        }
    }

    private void register(String department, String content) throws IOException {
        Path file = Files.writeString(network.sources(department).resolve("payments.csv"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        ChainAccount owner = network.account(department + "/owner");
        SourceDefinition source = SourceDefinition.newBuilder()
                .setName("payments")
                .setConnector("csv")
                .putSettings("path", "payments.csv")
                .build();
        long rows = network.executors()
                .addSource(department, owner.query("poyang.v1.Executor", "AddSource", source))
                .getRoundedRows();
        Dataset.Builder dataset = Dataset.newBuilder()
                .setId(department + "/payments")
                .setOrganisation(department)
                .setTitle("缴费")
                .setConnector("csv")
                .setRoundedRows(rows)
                .setPolicy(UsePolicy.newBuilder().setMinimumReporters(2));
        for (String column : List.of("area", "paid")) {
            dataset.addColumns(ColumnPolicy.newBuilder()
                    .setName(column)
                    .setType("VARCHAR")
                    .setSensitivity(Sensitivity.PERSONAL)
                    .setEncryptedInput(true));
        }
        owner.call("poyang.v1.Datasets", "Register", dataset.build());
    }

    /// From a plan in a file to the opened result and the receipts of all three, by command.
    void totalsComeFromAPlanByCommand(Path folder, Commands commands) throws Exception {
        Path plan = Files.writeString(Files.createDirectories(folder).resolve("plan.json"), """
                {"aggregation": {"reporters": [
                   {"dataset": "medical-insurance/payments", "valueColumn": "paid", "categoryColumn": "area"},
                   {"dataset": "taxation/payments", "valueColumn": "paid", "categoryColumn": "area"}],
                 "collector": "housing", "statistics": ["COUNT", "SUM", "MEAN"],
                 "categories": ["东湖区", "西湖区"], "decimals": 2, "bound": "10000000", "protocol": "bfv-sum"}}
                """);
        List<String> submit = List.of("job", "submit", plan.toString(), "--title", "缴费合计", "--purpose", "统计");
        assertNotEquals(0, commands.as("medical-insurance/analyst", submit), "of two reporters none may receive");
        assertEquals(0, commands.as("housing/analyst", submit));
        String id = open();
        assertNotEquals(0, commands.as("taxation/analyst", List.of("job", "consent", id)), "an owner consents");
        for (String each : List.of("medical-insurance", "taxation", "housing")) {
            assertEquals(0, commands.as(each + "/owner", List.of("job", "consent", id)));
        }
        assertEquals(0, commands.as("housing/analyst", List.of("job", "show", id, "--wait")));
        Path result = folder.resolve("totals.csv");
        assertEquals(0, commands.as("housing/analyst", List.of("job", "result", id, "--out", result.toString())));
        assertEquals(
                List.of("category,count,sum,mean", "东湖区,2,100.75,50.37500000", "西湖区,3,980.01,326.67000000"),
                Files.readAllLines(result));
        assertNotEquals(
                0,
                commands.as("taxation/analyst", List.of("job", "result", id, "--out", result + "-2")),
                "the receiver alone gets it");
        Path receipts = folder.resolve("receipts");
        assertEquals(0, commands.as("taxation/analyst", List.of("job", "receipts", id, "--out", receipts.toString())));
        for (String each : List.of("medical-insurance", "taxation", "housing")) {
            Path receipt = receipts.resolve("receipt-" + each + ".json");
            assertInstanceOf(
                    ReceiptVerifier.Verdict.Proven.class,
                    ReceiptVerifier.verify(ChainForms.readReceipt(receipt), network.genesis()));
        }
    }

    /// The one job that waits for housing.
    private String open() throws IOException {
        JobList open = JobList.parseFrom(network.account("housing/analyst")
                .read(
                        "poyang.v1.Jobs",
                        "List",
                        JobPage.newBuilder().setOpen(true).build()));
        assertEquals(1, open.getJobsCount());
        return open.getJobs(0).getId();
    }
}
