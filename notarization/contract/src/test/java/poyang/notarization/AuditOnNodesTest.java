package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditAnchors;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;
import poyang.sdk.ChainAccount;
import poyang.sdk.MissingAnchors;
import poyang.sdk.ProvenValue;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.StoredAnchor;

/// Real validators: their logs are anchored, tampering shows, and a silent log raises an alarm on them.
final class AuditOnNodesTest {
    private static final String SILENT = "a/executor/executor";

    @TempDir
    Path folder;

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            Thread.sleep(100);
        }
    }

    private static Optional<AuditLog.Head> anchored(ChainAccount reader, String log) {
        ProvenValue last = reader.state(AuditAnchors.CONTRACT, "last/" + log, 0);
        return last.value()
                .map(value ->
                        Rules.parse(StoredAnchor.parser(), value.toArray()).getAnchor())
                .map(anchor -> new AuditLog.Head(
                        anchor.getSequence(), Bytes.wrap(anchor.getHead().toByteArray())));
    }

    @Test
    void validatorsAnchorTheirLogsAndHearWhoFallsSilent() throws Exception {
        Path log = folder.resolve("validator-2/audit.log");
        try (Validators nodes = new Validators(folder)) {
            ChainAccount supervisor = nodes.account("supervision/supervisor");
            for (int i = 1; i <= Validators.COUNT; i++) {
                String own = "validators/validator-" + i + "/node";
                await(own + " is anchored", () -> anchored(supervisor, own).isPresent());
            }
            AuditLog.Head head =
                    anchored(supervisor, "validators/validator-2/node").orElseThrow();
            try (AuditSeal seal = seal("validator-2")) {
                assertTrue(AuditLog.verify(log, Optional.of(seal), head).sequence() >= head.sequence());
                changesAndCutsAreFound(Files.readAllBytes(log), seal, head);
            }

            Path own = Files.createDirectory(folder.resolve("executor"));
            AuditLog executor = AuditLog.open(own.resolve("audit.log"), seal("executor"), nodes.clock);
            executor.record("a/executor", "start", "", "");
            AuditAnchors anchors = AuditAnchors.of(executor, "executor", nodes.account("a/executor"), e -> {});
            anchors.now();
            assertEquals(Optional.of(executor.anchor()), anchored(supervisor, SILENT));
            nodes.later(MissingAnchors.ALARM_MILLIS + 5_000);
            await(
                    "all validators miss it",
                    () -> nodes.api.stream()
                            .allMatch(node -> supervisor
                                    .status(node)
                                    .getMissingAnchorsList()
                                    .contains(SILENT)));
            assertTrue(said("validator-2").contains("alarm\t" + SILENT), "the alarm is in the validator's own log");
            executor.record("a/executor", "again", "", "");
            anchors.now();
            await(
                    "no validator misses it",
                    () -> nodes.api.stream()
                            .noneMatch(node -> supervisor
                                    .status(node)
                                    .getMissingAnchorsList()
                                    .contains(SILENT)));
            nodes.later(MissingAnchors.ALARM_MILLIS / 2);
            executor.record("a/executor", "stop", "", "");
            anchors.farewell();
            nodes.later(MissingAnchors.ALARM_MILLIS + 5_000);
            await(
                    "validators are late after a leap of the clock",
                    () -> nodes.api.stream()
                            .anyMatch(node -> supervisor.status(node).getMissingAnchorsCount() > 0));
            assertTrue(nodes.api.stream()
                    .noneMatch(node ->
                            supervisor.status(node).getMissingAnchorsList().contains(SILENT)));
            assertTrue(nodes.api.stream()
                    .anyMatch(node ->
                            said(node.name()).contains("supervision/supervisor\tread\tstate/poyang.v1.Audit/last/")));
        }
        assertTrue(said("validator-2").contains("\tstop\t"), "a validator records that it stops");
    }

    private AuditSeal seal(String process) {
        RandomSource random = ProcessRandom.open("test");
        try (StorageKey storage = StorageKey.openOrCreate(
                folder.resolve(process + ".storage.key"), Validators.STORAGE_PASSWORD.toCharArray(), random)) {
            return AuditSeal.openOrCreate(folder.resolve(process).resolve("audit.key"), storage, random);
        }
    }

    private String said(String validator) {
        StringBuilder lines = new StringBuilder();
        try (AuditSeal seal = seal(validator)) {
            AuditLog.Head _ = AuditLog.read(
                    folder.resolve(validator).resolve("audit.log"),
                    Optional.of(seal),
                    line -> lines.append(line).append('\n'));
        }
        return lines.toString();
    }

    private void changesAndCutsAreFound(byte[] whole, AuditSeal seal, AuditLog.Head head) throws Exception {
        Path copy = folder.resolve("copy.log");
        int lineEnd = 0;
        for (int i = 0; i < head.sequence(); i++) {
            while (whole[lineEnd++] != '\n') {
                // the next line
            }
        }
        byte[] covered = Arrays.copyOf(whole, lineEnd);
        for (int i = 0; i < covered.length; i++) {
            byte[] wrong = covered.clone();
            wrong[i] ^= 1;
            damaged(Files.write(copy, wrong), seal, head);
        }
        damaged(Files.write(copy, Arrays.copyOf(covered, covered.length / 2)), seal, head);
        damaged(Files.write(copy, new byte[0]), seal, head);
        Files.delete(copy);
        try (AuditLog rewritten = AuditLog.open(copy, seal("validator-2"), () -> Instant.EPOCH)) {
            for (int i = 0; i < head.sequence(); i++) {
                rewritten.record("nobody", "nothing", "", "");
            }
        }
        damaged(copy, seal, head);
    }

    private static void damaged(Path log, AuditSeal seal, AuditLog.Head head) {
        assertEquals(
                SdkErrors.AUDIT_LOG_DAMAGED,
                assertThrows(PoyangException.class, () -> AuditLog.verify(log, Optional.of(seal), head))
                        .code());
    }

    @Test
    void aValidatorThatCannotWriteItsLogDoesNotStart() throws Exception {
        Path home = Files.createDirectory(folder.resolve("validator-1"));
        Files.createSymbolicLink(home.resolve("audit.log"), Path.of("/dev/full"));
        PoyangException refused = assertThrows(PoyangException.class, () -> new Validators(folder).close());
        assertEquals(SdkErrors.AUDIT_LOG_LOST, refused.code());
    }
}
