package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import poyang.sdk.AuditFinding;
import poyang.sdk.AuditFollower;
import poyang.sdk.AuditRecord;
import poyang.sdk.AuditSources;
import poyang.sdk.ChainAccount;
import poyang.sdk.VerifiedBlock;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.CommitView;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.LookupReceipt;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.VerifyRequest;

/// What a supervisor makes of a province's whole past: all blocks beside all records of all processes.
final class AuditSteps {
    private static final long WAIT_MILLIS = 60_000;

    private final LocalNetwork network;
    private final ChainAccount supervisor;
    private final List<Told> told = new ArrayList<>();
    private final Map<String, TreeMap<Long, Long>> anchors = new TreeMap<>();
    private final Map<String, List<AuditRecord>> records = new ConcurrentHashMap<>();
    private final List<AuditFinding> findings = new CopyOnWriteArrayList<>();

    AuditSteps(LocalNetwork network) {
        this.network = network;
        supervisor = network.account("supervision/supervisor");
    }

    /// A transaction that must not take effect unrecorded.
    ///
    /// @param type of its record
    /// @param subject of its record
    private record Told(String sender, String type, String subject, long height) {}

    /// Everything an executor committed to, said or proved stood in a record that was anchored in an earlier block,
    /// everything it handed over stands in an anchored one, and so does each consent that the console passed on.
    ///
    /// @return the types of records that were found so
    Set<String> consentsAndReleasesStoodInAnchoredRecords() throws InterruptedException {
        blocks();
        follow();
        assertEquals(
                List.of(), findings.stream().filter(each -> each.kind().alarm()).toList());
        Set<String> seen = new TreeSet<>();
        Map<String, Integer> times = new TreeMap<>();
        for (Told each : told) {
            String log = each.sender() + "/executor";
            int time = times.merge(each.toString().replaceAll("height=.*", ""), 1, Integer::sum);
            AuditRecord record = of(log, each.type(), each.subject()).stream()
                    .skip(time - 1)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(each + " was never recorded"));
            long anchored = anchoredAt(log, record.sequence());
            boolean before = each.type().equals("lookup-answer") || anchored < each.height();
            assertTrue(before, each + " was anchored in block " + anchored);
            boolean _ = seen.add(each.type());
        }
        records.forEach((log, all) -> all.stream()
                .filter(record -> record.type().equals("result"))
                .forEach(record -> {
                    long _ = anchoredAt(log, record.sequence());
                    boolean _ = seen.add("result");
                }));
        String console = "supervision/console/console";
        for (AuditRecord record : records.getOrDefault(console, List.of())) {
            if (record.type().equals("submit") && record.subject().equals("poyang.v1.Jobs/Consent")) {
                long _ = anchoredAt(console, record.sequence());
                boolean _ = seen.add("consent");
            }
        }
        return seen;
    }

    private List<AuditRecord> of(String log, String type, String subject) {
        return records.getOrDefault(log, List.of()).stream()
                .filter(record -> record.type().equals(type) && record.subject().equals(subject))
                .toList();
    }

    private long anchoredAt(String log, long sequence) {
        Map.Entry<Long, Long> anchor =
                anchors.getOrDefault(log, new TreeMap<>()).ceilingEntry(sequence);
        assertTrue(anchor != null, "record " + sequence + " of " + log + " is not anchored");
        return anchor == null ? Long.MAX_VALUE : anchor.getValue();
    }

    private void blocks() throws InterruptedException {
        long last = supervisor.height();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                supervisor.follow(1, block -> {
                    read(block);
                    if (block.height() >= last) {
                        Thread.currentThread().interrupt();
                    }
                });
            } catch (InterruptedException e) {
                // all was read
            }
        });
        reader.join();
    }

    private void read(VerifiedBlock block) {
        for (int i = 0; i < block.transactions().size(); i++) {
            if (block.receipts().get(i).getCode() == 0) {
                try {
                    read(
                            TransactionPayload.parseFrom(
                                    block.transactions().get(i).getPayload()),
                            block.height());
                } catch (InvalidProtocolBufferException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private void read(TransactionPayload payload, long height) throws InvalidProtocolBufferException {
        String sender = payload.getSender();
        switch (payload.getContract() + "/" + payload.getMethod()) {
            case "poyang.v1.Audit/Anchor" -> {
                AuditAnchor anchor = AuditAnchor.parseFrom(payload.getArguments());
                Long _ = anchors.computeIfAbsent(sender + "/" + anchor.getProcess(), _ -> new TreeMap<>())
                        .putIfAbsent(anchor.getSequence(), height);
            }
            case "poyang.v1.Jobs/Commit" ->
                told.add(new Told(
                        sender,
                        "commit",
                        CommitRequest.parseFrom(payload.getArguments()).getJob(),
                        height));
            case "poyang.v1.Receipts/Submit" ->
                told.add(new Told(
                        sender,
                        "receipt",
                        JobReceipt.parseFrom(payload.getArguments()).getJob(),
                        height));
            case "poyang.v1.Views/Commit" -> {
                CommitView view = CommitView.parseFrom(payload.getArguments());
                if (view.getFailure().isEmpty()) {
                    told.add(new Told(sender, "view-commit", view.getView(), height));
                }
            }
            case "poyang.v1.Views/Serve" ->
                told.add(new Told(
                        sender,
                        "lookup-answer",
                        LookupReceipt.parseFrom(payload.getArguments()).getLookup(),
                        height));
            case "poyang.v1.ZeroKnowledge/Verify" -> {
                if (sender.endsWith("/executor")) {
                    told.add(new Told(
                            sender,
                            "proof",
                            VerifyRequest.parseFrom(payload.getArguments()).getKey(),
                            height));
                }
            }
            default -> {
                // says nothing of a department's data
            }
        }
    }

    /// All records of all logs, as the processes show them, up to the last anchor that the blocks have.
    private void follow() throws InterruptedException {
        AuditFollower.begin(supervisor);
        try (AuditSources sources = network.audits()) {
            AuditFollower follower = new AuditFollower(supervisor, sources, Map.of(), new AuditFollower.Sink() {
                @Override
                public void record(String log, AuditRecord record) {
                    records.computeIfAbsent(log, _ -> new CopyOnWriteArrayList<>())
                            .add(record);
                }

                @Override
                public void anchored(String log, long sequence, long height) {
                    // the blocks say it
                }

                @Override
                public void found(AuditFinding finding) {
                    findings.add(finding);
                }
            });
            Thread following = Thread.ofVirtual().start(() -> {
                try {
                    follower.run(0);
                } catch (InterruptedException e) {
                    // all was heard
                }
            });
            long deadline = System.nanoTime() + WAIT_MILLIS * 1_000_000;
            while (!sources.logs().stream().allMatch(this::whole)) {
                assertTrue(System.nanoTime() < deadline, "a log is not shown up to its last anchor: " + findings);
                Thread.sleep(50);
            }
            following.interrupt();
            following.join();
        }
    }

    private boolean whole(String log) {
        return records.getOrDefault(log, List.of()).size()
                >= anchors.getOrDefault(log, new TreeMap<>(Map.of(0L, 0L))).lastKey();
    }
}
