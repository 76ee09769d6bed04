package poyang.dashboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import poyang.crypto.SealedBox;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.ConnectorForm;
import poyang.wire.schema.ConnectorList;
import poyang.wire.schema.ConnectorSetting;
import poyang.wire.schema.DiscoveredColumn;
import poyang.wire.schema.ExactCounts;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobProgress;
import poyang.wire.schema.JobQuery;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.JoinResult;
import poyang.wire.schema.Plan;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SealedCounts;
import poyang.wire.schema.SealedResult;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.SourceDefinition;
import poyang.wire.schema.SourceDiscovery;
import poyang.wire.schema.SourceList;

/// Executors for tests of the console: they answer the forms, and end a ready job with a made-up result
/// that is really sealed to its receiver.
final class VillageExecutors implements ExecutorGateway {
    private static final String CSV = "identifier\n360102199003078515\n360111198511242029\n36040119770304151X\n";
    private final VillageChain chain;
    private final Map<String, Sm2PrivateKey> people;
    private final RandomSource random;
    private final Map<String, ByteString> results = new LinkedHashMap<>();
    private final Map<String, SourceList.Builder> sources = new LinkedHashMap<>();

    VillageExecutors(VillageChain chain, Map<String, Sm2PrivateKey> people, RandomSource random) {
        this.chain = chain;
        this.people = people;
        this.random = random;
        chain.whenReady(this::run);
    }

    @Override
    public synchronized Bytes call(String organisation, Method method, SignedQuery query) {
        QueryPayload payload = chain.open(query);
        Message answer = switch (method) {
            case CONNECTORS -> connectors();
            case FORM, EVALUATE, ANSWER, STATUS -> throw VillageChain.refused("this executor answers no look-ups");
            case TEST_SOURCE -> discover(ChainIndex.parse(SourceDefinition.parser(), payload.getArguments()));
            case ADD_SOURCE -> {
                SourceDefinition made = ChainIndex.parse(SourceDefinition.parser(), payload.getArguments());
                sources.computeIfAbsent(organisation, _ -> SourceList.newBuilder())
                        .addSources(made);
                yield discover(made);
            }
            case LIST_SOURCES ->
                sources.getOrDefault(organisation, SourceList.newBuilder()).build();
            case RESULT -> {
                JobQuery wanted = ChainIndex.parse(JobQuery.parser(), payload.getArguments());
                ByteString found = results.get(wanted.getJob());
                if (found == null) {
                    throw VillageChain.refused("there is no result");
                }
                int from = (int) wanted.getOffset();
                yield SealedResult.newBuilder()
                        .setJob(wanted.getJob())
                        .setAttempt(1)
                        .setOffset(from)
                        .setTotalBytes(found.size())
                        .setSealed(found.substring(from, Math.min(found.size(), from + 200)))
                        .build();
            }
        };
        return Bytes.wrap(answer.toByteArray());
    }

    private static ConnectorList connectors() {
        return ConnectorList.newBuilder()
                .addConnectors(ConnectorForm.newBuilder()
                        .setKind("csv")
                        .addSettings(setting("path", "PATH", "文件路径", "File path", true))
                        .addSettings(setting("charset", "TEXT", "字符编码", "Character set", false)))
                .addConnectors(ConnectorForm.newBuilder()
                        .setKind("postgresql")
                        .addSettings(setting("host", "TEXT", "主机", "Host", true))
                        .addSettings(setting("port", "NUMBER", "端口", "Port", true))
                        .addSettings(setting("table", "TEXT", "表", "Table", true))
                        .addSettings(setting("password", "SECRET", "密码", "Password", true)))
                .build();
    }

    private static ConnectorSetting setting(String name, String kind, String label, String english, boolean required) {
        return ConnectorSetting.newBuilder()
                .setName(name)
                .setKind(kind)
                .setRequired(required)
                .setLabel(label)
                .setLabelEnglish(english)
                .setDefaultValue(name.equals("charset") ? "UTF-8" : "")
                .build();
    }

    private static SourceDiscovery discover(SourceDefinition definition) {
        if (definition.getSettingsMap().getOrDefault("path", "").contains("missing")) {
            throw VillageChain.refused("there is no file missing.csv");
        }
        return SourceDiscovery.newBuilder()
                .addColumns(column("id_number", "VARCHAR", 12, 20_871))
                .addColumns(column("name", "VARCHAR", 0, 19_022))
                .addColumns(column("phone", "VARCHAR", 310, 20_105))
                .addColumns(column("district", "VARCHAR", 0, 11))
                .addColumns(column("amount", "DECIMAL(12,2)", 4, 8_411))
                .setRows(21_027)
                .setRoundedRows(22_000)
                .build();
    }

    private static DiscoveredColumn column(String name, String type, long nulls, long distinct) {
        return DiscoveredColumn.newBuilder()
                .setName(name)
                .setType(type)
                .setNulls(nulls)
                .setDistinct(distinct)
                .build();
    }

    @Override
    public void progress(String organisation, SignedQuery query, Consumer<JobProgress> sink)
            throws InterruptedException {
        JobQuery wanted = ChainIndex.parse(JobQuery.parser(), chain.open(query).getArguments());
        for (String phase : List.of("reading", "committing", "masking", "exchanging", "matching", "sealing", "done")) {
            for (int done = 0; done <= 4; done++) {
                sink.accept(JobProgress.newBuilder()
                        .setJob(wanted.getJob())
                        .setAttempt(1)
                        .setPhase(phase)
                        .setDone(done * 5000L)
                        .setTotal(20_000)
                        .setBytesSent(done * 100_000L)
                        .setBytesReceived(done * 90_000L)
                        .setTotalBytes(800_000)
                        .setSecondsLeft(75 - 15L * done)
                        .build());
                Thread.sleep(40);
            }
        }
    }

    private void run(Job ready) {
        try {
            Thread.sleep(700);
            Job job = ready;
            for (int i = 0; i < 2; i++) {
                CommitRequest commit = CommitRequest.newBuilder()
                        .setJob(job.getId())
                        .setAttempt(1)
                        .setInputRoot(ByteString.copyFrom(random.bytes(32)))
                        .setSeedCommitment(ByteString.copyFrom(random.bytes(32)))
                        .setRoundedRows(22_000)
                        .setSandbox("bubblewrap")
                        .build();
                String organisation = job.getParties(i).getOrganisation();
                Job.Builder after = job.toBuilder();
                after.getPartiesBuilder(i)
                        .getCommitmentBuilder()
                        .setInputRoot(commit.getInputRoot())
                        .setSeedCommitment(commit.getSeedCommitment())
                        .setRoundedRows(22_000)
                        .setSandbox("bubblewrap");
                job = i == 0 ? after.build() : chain.step(after.build(), JobState.RUNNING, organisation + "/executor");
                chain.executorCall(organisation + "/executor", "Jobs", "Commit", commit, job);
            }
            Thread.sleep(2500);
            complete(job);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void complete(Job running) {
        Sm2PrivateKey receiver = java.util.Objects.requireNonNull(people.get(running.getReceiver()));
        byte[] salt = random.bytes(16);
        byte[] csv = listed(running).getBytes(StandardCharsets.UTF_8);
        byte[] plain = Bytes.wrap(salt).concat(Bytes.wrap(csv)).toArray();
        String context = "poyang.result.v1:" + running.getId() + ":1";
        results.put(running.getId(), sealed(receiver, context, plain));
        Job job = running;
        byte[] transcript = random.bytes(32);
        for (int i = 0; i < 2; i++) {
            String organisation = job.getParties(i).getOrganisation();
            boolean receives = running.getReceiver().startsWith(organisation + "/");
            JobReceipt.Builder receipt = JobReceipt.newBuilder()
                    .setJob(job.getId())
                    .setAttempt(1)
                    .setOrganisation(organisation)
                    .setPlanHash(job.getPlanHash())
                    .setProtocolId(1)
                    .setProtocolVersion(1)
                    .setProtocolName("dh-sm2")
                    .setInputRoot(job.getParties(i).getCommitment().getInputRoot())
                    .setPeerInputRoot(job.getParties(1 - i).getCommitment().getInputRoot())
                    .setSeedCommitment(job.getParties(i).getCommitment().getSeedCommitment())
                    .setTranscriptDigest(ByteString.copyFrom(transcript))
                    .setRounds(3)
                    .setRoundedBytes(1_700_000)
                    .setProtocolMillis(28_700)
                    .setSandbox("bubblewrap");
            if (receives) {
                receipt.setOutputCommitment(ByteString.copyFrom(Sm3.digest(plain)));
                receipt.addSealedCounts(SealedCounts.newBuilder()
                        .setAccount(running.getReceiver())
                        .setSealed(ByteString.copyFrom(SealedBox.seal(
                                receiver.publicKey(),
                                ("poyang.counts.v1:" + running.getId() + ":1").getBytes(StandardCharsets.UTF_8),
                                ExactCounts.newBuilder()
                                        .setRowsRead(21_027)
                                        .setMatches(3)
                                        .build()
                                        .toByteArray(),
                                random))));
            }
            if (i == 1) {
                job = chain.step(job, JobState.COMPLETED, organisation + "/executor");
            }
            chain.executorCall(organisation + "/executor", "Receipts", "Submit", receipt.build(), job);
        }
    }

    /// The matches, or all own identifiers with whether they matched, as the plan asks.
    private static String listed(Job job) {
        CollisionPlan plan = ChainIndex.parse(Plan.parser(), job.getPlan()).getCollision();
        if (plan.getJoin() != JoinResult.LEFT) {
            return CSV;
        }
        StringBuilder all = new StringBuilder("id_number,matched\r\n");
        CSV.lines().skip(1).forEach(line -> all.append(line).append(",1\r\n"));
        return all.append("360102199001011239,0\r\n360102199001011247,0\r\n").toString();
    }

    private ByteString sealed(Sm2PrivateKey receiver, String context, byte[] plain) {
        ByteString.Output out = ByteString.newOutput();
        try (SealingStream stream =
                SealedFile.seal(out, List.of(receiver.publicKey()), context.getBytes(StandardCharsets.UTF_8), random)) {
            stream.write(plain);
            stream.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteString();
    }
}
