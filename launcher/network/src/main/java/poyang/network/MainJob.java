package poyang.network;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poyang.crypto.SealedBox;
import poyang.crypto.Sm3;
import poyang.crypto.VerificationKey;
import poyang.crypto.storage.SealedFile;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.ResultDownload;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.ConsentRequest;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.ExactCounts;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.ReceiptFile;
import poyang.wire.schema.SealedCounts;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SourceDefinition;
import poyang.wire.schema.SourceDiscovery;
import poyang.wire.schema.SubmitJob;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;
import poyang.wire.schema.UsePolicy;

/// The main job as its people do it, each with their own key: owners register sources, an analyst asks
/// who is in both of two departments, the owners consent, the analyst opens the result.
final class MainJob {
    static final String LEFT = "medical-insurance";
    static final String RIGHT = "taxation";

    private static final String EXECUTOR = "poyang.v1.Executor";
    private static final String KEY_COLUMN = "key";
    private static final int SALT_BYTES = 16;
    private static final long POLL_MILLIS = 250;
    private static final Set<JobState> OPEN = Set.of(JobState.AWAITING_CONSENT, JobState.READY, JobState.RUNNING);

    private final LocalNetwork network;
    private final RandomSource random;
    private final Consumer<String> say;

    MainJob(LocalNetwork network, RandomSource random, Consumer<String> say) {
        this.network = network;
        this.random = random;
        this.say = say;
    }

    /// What came of a job.
    ///
    /// @param csv the opened result
    /// @param receipts by organisation, the files that anyone can verify
    record Outcome(
            Job job,
            String csv,
            boolean committed,
            long bytesExchanged,
            double protocolSeconds,
            Map<String, Path> receipts) {
        long matches() {
            return csv.lines().count() - 1;
        }
    }

    /// Adds a source to a department's executor and registers it as a data set; gives its rows.
    ///
    /// @param secrets settings that are sealed to the executor before they leave
    long register(String department, String title, SourceDefinition source, Map<String, String> secrets) {
        ChainAccount owner = network.account(department + "/owner");
        VerificationKey executorKey =
                network.province().person(department + "/executor").key().publicKey();
        SourceDefinition.Builder whole = source.toBuilder();
        secrets.forEach((name, value) -> whole.putSealedSettings(
                name,
                ChainForms.byteString(Bytes.wrap(SealedBox.seal(
                        executorKey,
                        "poyang.source-secret.v1".getBytes(StandardCharsets.UTF_8),
                        value.getBytes(StandardCharsets.UTF_8),
                        random)))));
        SourceDiscovery found = executors().addSource(department, owner.query(EXECUTOR, "AddSource", whole.build()));
        Dataset.Builder dataset = Dataset.newBuilder()
                .setId(department + "/" + source.getName())
                .setOrganisation(department)
                .setTitle(title)
                .setConnector(source.getConnector())
                .setRoundedRows(found.getRoundedRows())
                .setPolicy(UsePolicy.newBuilder().setMinimumRows(1).setMaximumRunsPerPair(20));
        found.getColumnsList().forEach(column -> dataset.addColumns(policy(column.getName(), column.getType())));
        call(owner, "Datasets", "Register", dataset.build());
        say.accept(String.format(
                Locale.ROOT,
                "  %-18s %-11s %,8d rows, %d columns",
                department,
                source.getConnector(),
                found.getRows(),
                found.getColumnsCount()));
        return found.getRows();
    }

    /// The citizen's number may be matched and looked up; what else there is, but the name, may be shown to who
    /// looks up a record of a view, and computed on under encryption.
    private static ColumnPolicy policy(String name, String type) {
        boolean key = name.equals(KEY_COLUMN);
        return ColumnPolicy.newBuilder()
                .setName(name)
                .setType(type)
                .setSensitivity(key ? Sensitivity.SENSITIVE_PERSONAL : Sensitivity.PERSONAL)
                .setCollisionKey(key)
                .setLookupKey(key)
                .setLookupValue(!key && !name.equals("name"))
                .setEncryptedInput(!key && !name.equals("name"))
                .setIdentifierKind(key ? IdentifierKind.ID : IdentifierKind.IDENTIFIER_KIND_UNSPECIFIED)
                .build();
    }

    /// Submits the collision of two data sets by citizen number; gives the job's id.
    String submit(String leftDataset, String rightDataset) {
        return submit(LEFT + "/analyst", leftDataset, rightDataset, KEY_COLUMN);
    }

    /// The same by any account and column.
    ///
    /// @throws PoyangException the contract's refusal
    String submit(String account, String leftDataset, String rightDataset, String column) {
        return submit(account, leftDataset, rightDataset, column, 0);
    }

    /// The same with attempts that follow by themselves when one is lost.
    String submit(String account, String leftDataset, String rightDataset, String column, int furtherAttempts) {
        CollisionPlan plan = CollisionPlan.newBuilder()
                .setLeftDataset(leftDataset)
                .setLeftColumn(column)
                .setRightDataset(rightDataset)
                .setRightColumn(column)
                .setIdentifierKind(IdentifierKind.ID)
                .setProtocol("dh-sm2")
                .build();
        SubmitJob request = SubmitJob.newBuilder()
                .setTitle("参保人员与纳税人员名单碰撞")
                .setPurpose("核对参保登记与纳税登记是否一致")
                .setPlan(Plan.newBuilder().setCollision(plan).build().toByteString())
                .setReceiver(LEFT + "/analyst")
                .setMinutesToLive(120)
                .setFurtherAttempts(furtherAttempts)
                .build();
        TransactionReceipt receipt = call(network.account(account), "Jobs", "Submit", request);
        try {
            return JobKey.parseFrom(receipt.getResult()).getId();
        } catch (InvalidProtocolBufferException e) {
            throw failed("the chain's answer is malformed", e);
        }
    }

    /// Both owners read what would be revealed to whom, and agree.
    void consent(String job) {
        for (JobParty party : job(job).getPartiesList()) {
            call(
                    network.account(party.getOrganisation() + "/owner"),
                    "Jobs",
                    "Consent",
                    ConsentRequest.newBuilder()
                            .setJob(job)
                            .setGiven(true)
                            .setReason("目的明确，仅向接收方披露共有标识")
                            .build());
        }
    }

    /// A new attempt of a job that failed.
    void retry(String job) {
        call(
                network.account(LEFT + "/analyst"),
                "Jobs",
                "Retry",
                JobKey.newBuilder().setId(job).build());
    }

    /// The job as it is now, proven.
    Job job(String id) {
        Bytes value = network.account(LEFT + "/analyst")
                .state("poyang.v1.Jobs", "job/" + id, 0)
                .value()
                .orElseThrow(() -> failed("the chain has no job " + id, null));
        try {
            return Job.parseFrom(value.toArray());
        } catch (InvalidProtocolBufferException e) {
            throw failed("the chain's answer is malformed", e);
        }
    }

    /// Waits until the job's attempt has ended, one way or the other.
    Job awaitEnd(String id, int attempt) throws InterruptedException {
        Job job = job(id);
        while (OPEN.contains(job.getState()) || job.getAttempt() < attempt) {
            Thread.sleep(POLL_MILLIS);
            job = job(id);
        }
        return job;
    }

    /// Waits until the job is in a state, or has ended otherwise.
    Job await(String id, JobState wanted) throws InterruptedException {
        Job job = job(id);
        while (job.getState() != wanted && OPEN.contains(job.getState())) {
            Thread.sleep(POLL_MILLIS);
            job = job(id);
        }
        return job;
    }

    /// Opens the result with the analyst's key and collects the receipts, with proofs, as files.
    Outcome collect(Job job, Path folder) throws IOException {
        if (job.getState() != JobState.COMPLETED) {
            throw new PoyangException(
                    NetworkErrors.JOB_FAILED,
                    "the job ended in state " + job.getState() + " ("
                            + job.getFailure().getCode() + ": "
                            + job.getFailure().getDetail() + ")",
                    "see the logs in " + network.folder().resolve("logs"));
        }
        ChainAccount analyst = network.account(job.getReceiver());
        Path sealed = folder.resolve("result-" + job.getId() + "." + job.getAttempt() + ".sealed");
        ResultDownload.fetch(executors(), LEFT, analyst, job.getId(), job.getAttempt(), sealed);
        byte[] plain;
        try (InputStream in = SealedFile.open(
                Files.newInputStream(sealed),
                network.province().person(job.getReceiver()).key(),
                context("poyang.result.v1:", job))) {
            plain = in.readAllBytes();
        }
        Map<String, Path> files = new LinkedHashMap<>();
        List<JobReceipt> receipts = new ArrayList<>();
        for (JobParty party : job.getPartiesList()) {
            ReceiptFile file = analyst.receiptFile(ChainForms.bytes(party.getReceiptTransaction()));
            ProvenReceipt proven = file.getProven();
            Path to = folder.resolve("receipt-" + party.getOrganisation() + ".json");
            Files.writeString(to, ChainForms.json(file));
            files.put(party.getOrganisation(), to);
            receipts.add(JobReceipt.parseFrom(
                    TransactionPayload.parseFrom(proven.getTransaction().getPayload())
                            .getArguments()));
        }
        ExactCounts counts = counts(receipts.getFirst(), job);
        return new Outcome(
                job,
                new String(plain, SALT_BYTES, plain.length - SALT_BYTES, StandardCharsets.UTF_8),
                ChainForms.bytes(receipts.getFirst().getOutputCommitment()).equals(Sm3.hash(plain)),
                counts.getBytesSent() + counts.getBytesReceived(),
                receipts.getFirst().getProtocolMillis() / 1e3,
                new TreeMap<>(files));
    }

    /// The exact counts, which only the receiver and the departments can open.
    private ExactCounts counts(JobReceipt receipt, Job job) throws InvalidProtocolBufferException {
        SealedCounts mine = receipt.getSealedCountsList().stream()
                .filter(counts -> counts.getAccount().equals(job.getReceiver()))
                .findFirst()
                .orElseThrow(() -> failed("the receipt has no counts for the receiver", null));
        return ExactCounts.parseFrom(SealedBox.open(
                network.province().person(job.getReceiver()).key(),
                context("poyang.counts.v1:", job),
                mine.getSealed().toByteArray()));
    }

    private static byte[] context(String prefix, Job job) {
        return (prefix + job.getId() + ":" + job.getAttempt()).getBytes(StandardCharsets.UTF_8);
    }

    private ExecutorClient executors() {
        return network.executors();
    }

    private static TransactionReceipt call(ChainAccount account, String contract, String method, Message arguments) {
        return account.call("poyang.v1." + contract, method, arguments);
    }

    private static PoyangException failed(String wrong, @Nullable Exception cause) {
        return new PoyangException(NetworkErrors.JOB_FAILED, wrong, "one release on all sides is needed", cause);
    }
}
