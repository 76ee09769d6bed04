package poyang.sdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.StoredAnchor;

/// The chained log, and configuration files.
final class AuditLogTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-23T10:00:00Z"));

    @TempDir
    Path folder;

    private final RandomSource random = ProcessRandom.open("test");

    private StorageKey storage() {
        return StorageKey.openOrCreate(folder.resolve("storage.key"), "audit test".toCharArray(), random);
    }

    private AuditSeal seal() {
        try (StorageKey storage = storage()) {
            return AuditSeal.openOrCreate(folder.resolve("audit.key"), storage, random);
        }
    }

    private AuditLog.Head verify(Path file) {
        try (AuditSeal seal = seal()) {
            return AuditLog.verify(file, Optional.of(seal));
        }
    }

    private AuditLog.Head verify(Path file, AuditLog.Head anchored) {
        try (AuditSeal seal = seal()) {
            return AuditLog.verify(file, Optional.of(seal), anchored);
        }
    }

    private static void assertDamaged(Path file, AuditSeal seal, AuditLog.Head anchored) {
        PoyangException found =
                assertThrows(PoyangException.class, () -> AuditLog.verify(file, Optional.of(seal), anchored));
        assertEquals(SdkErrors.AUDIT_LOG_DAMAGED, found.code());
    }

    private String inClear(Path file) {
        StringBuilder lines = new StringBuilder();
        try (AuditSeal seal = seal()) {
            AuditLog.Head _ = AuditLog.read(
                    file, Optional.of(seal), line -> lines.append(line).append('\n'));
        }
        return lines.toString();
    }

    private Path written() {
        Path file = folder.resolve("audit.log");
        try (AuditLog log = AuditLog.open(file, seal(), CLOCK)) {
            log.record("taxation/owner", "add-source", "taxpayers", "kind=parquet\tpath=a\\b\nc");
            log.record("taxation/analyst", "result", "job 1", "", "refused PY-9109");
        }
        return file;
    }

    @Test
    void itGoesOnWhereItEndedAndTakesOffAHalfLine() throws IOException {
        Path file = written();
        Files.writeString(file, "3\t2026-11-23T10:00:00Z\tcut", StandardOpenOption.APPEND);
        Bytes head;
        try (AuditLog log = AuditLog.open(file, seal(), CLOCK)) {
            assertEquals(2, log.sequence());
            log.record("系统", "anchor", "", "");
            head = log.head();
        }
        assertEquals(new AuditLog.Head(3, head), verify(file));
        try (AuditLog log = AuditLog.open(file, seal(), CLOCK)) {
            assertEquals(new AuditLog.Head(3, head), log.anchor());
        }
    }

    /// A power loss leaves zeros where octets were never written, whatever came behind them; anything else that
    /// does not fit is named, the last record included, and stays in the file.
    @Test
    void itEndsBeforeAnAppendThatWasTornAndNotBeforeADamage() throws IOException {
        Path file = written();
        byte[] right = Files.readAllBytes(file);
        for (String behind : List.of("", "AAAA\n", "AAAA\n*AAAA\n*AA")) {
            Files.write(file, right);
            Files.write(file, new byte[100], StandardOpenOption.APPEND);
            Files.writeString(file, behind, StandardOpenOption.APPEND);
            Files.write(file, new byte[] {-1, 7, -128}, StandardOpenOption.APPEND);
            try (AuditLog log = AuditLog.open(file, seal(), CLOCK)) {
                assertEquals(2, log.sequence());
            }
            assertArrayEquals(right, Files.readAllBytes(file));
        }
        try (StorageKey storage = storage()) {
            for (int at = 0; at < right.length - 1; at += 5) {
                byte[] wrong = right.clone();
                wrong[at] ^= (byte) (1 << at % 7);
                Files.write(file, wrong);
                AuditSeal seal = AuditSeal.openOrCreate(folder.resolve("audit.key"), storage, random);
                PoyangException named = assertThrows(PoyangException.class, () -> AuditLog.open(file, seal, CLOCK));
                assertEquals(SdkErrors.AUDIT_LOG_DAMAGED, named.code(), "octet " + at);
                assertArrayEquals(wrong, Files.readAllBytes(file));
            }
        }
    }

    @Test
    void aRecordHasOneCanonicalForm() throws IOException {
        try (InputStream golden = AuditLogTest.class.getResourceAsStream("/vectors/audit-log.txt")) {
            assertNotNull(golden);
            assertEquals(new String(golden.readAllBytes(), StandardCharsets.UTF_8), inClear(written()));
        }
    }

    @Test
    void everyChangedByteIsFound() throws IOException {
        Path file = written();
        byte[] right = Files.readAllBytes(file);
        try (AuditSeal seal = seal()) {
            for (int i = 0; i < right.length - 1; i++) {
                byte[] wrong = right.clone();
                wrong[i] ^= 1;
                Files.write(file, wrong);
                PoyangException found = assertThrows(
                        PoyangException.class, () -> AuditLog.verify(file, Optional.of(seal)), "byte " + i);
                assertEquals(SdkErrors.AUDIT_LOG_DAMAGED, found.code(), "byte " + i);
            }
        }
    }

    @Test
    void everyChangedByteOfALogInClearIsFound() throws IOException {
        Path clear = folder.resolve("clear.log");
        byte[] right = inClear(written()).getBytes(StandardCharsets.UTF_8);
        Files.write(clear, right);
        assertEquals(2, AuditLog.verify(clear, Optional.empty()).sequence());
        for (int i = 0; i < right.length - 1; i++) {
            byte[] wrong = right.clone();
            wrong[i] ^= 1;
            Files.write(clear, wrong);
            PoyangException found =
                    assertThrows(PoyangException.class, () -> AuditLog.verify(clear, Optional.empty()), "byte " + i);
            assertEquals(SdkErrors.AUDIT_LOG_DAMAGED, found.code(), "byte " + i);
        }
    }

    /// Names, calls and results of the records stand in no file, nor does a record open in another one's place.
    @Test
    void noFileHoldsWhatARecordSays() throws IOException {
        Path file = folder.resolve("audit.log");
        try (AuditLog log = AuditLog.open(file, seal(), CLOCK)) {
            for (int i = 0; i < 3; i++) {
                log.record("planted-marker/owner", "planted-marker", "planted-marker", "planted-marker");
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path each : files.toList()) {
                assertFalse(
                        new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1).contains("planted"),
                        each.toString());
            }
        }
        List<String> lines = Files.readAllLines(file);
        Files.write(file, List.of(lines.get(0), lines.get(2), lines.get(1)));
        assertEquals(
                SdkErrors.AUDIT_LOG_DAMAGED,
                assertThrows(PoyangException.class, () -> verify(file)).code());
    }

    /// A log that an earlier release left in clear is sealed when it is opened, and goes on.
    @Test
    void aLogInClearIsSealedAndGoesOn() throws IOException {
        Path file = written();
        AuditLog.Head before = verify(file);
        Files.writeString(file, inClear(file) + "3\tcut short");
        assertFalse(AuditSeal.sealed(file));
        try (AuditLog log = AuditLog.open(file, seal(), CLOCK)) {
            assertEquals(before, log.anchor());
            log.record("taxation/owner", "stop", "", "");
        }
        assertTrue(AuditSeal.sealed(file));
        assertEquals(3, verify(file, before).sequence());
        assertFalse(Files.readString(file).contains("taxation"));
    }

    @Test
    void aLogIsTheOneThatWasAnchoredOrNot() throws IOException {
        Path file = written();
        AuditLog.Head whole = verify(file);
        assertEquals(whole, verify(file, whole));
        AuditSeal seal = seal();
        byte[] right = Files.readAllBytes(file);
        for (int length = 0; length < right.length; length++) {
            Files.write(file, Arrays.copyOf(right, length));
            assertDamaged(file, seal, whole);
        }
        right[right.length - 1] ^= 1;
        Files.write(file, right);
        assertDamaged(file, seal, whole);
        Files.delete(file);
        try (AuditLog anew = AuditLog.open(file, seal(), CLOCK)) {
            for (int i = 0; i < 5; i++) {
                anew.record("nobody", "nothing", "", "");
            }
        }
        assertDamaged(file, seal, whole);
        seal.close();
    }

    @Test
    void recordsOfManyThreadsStandInOneChain() throws InterruptedException {
        Path file = folder.resolve("many.log");
        AuditLog.Head end;
        try (AuditLog log = AuditLog.open(file, seal(), CLOCK)) {
            List<Thread> writers = IntStream.range(0, 8)
                    .mapToObj(writer -> Thread.ofPlatform().start(() -> {
                        for (int i = 0; i < 50; i++) {
                            log.record("writer " + writer, "write", Integer.toString(i), "");
                        }
                    }))
                    .toList();
            for (Thread writer : writers) {
                writer.join();
            }
            end = log.anchor();
        }
        assertEquals(400, end.sequence());
        assertEquals(end, verify(file, end));
    }

    @Test
    void aSilentLogIsMissedAfterTwoMinutesUnlessItSaidSo() {
        MissingAnchors watch = new MissingAnchors(1_000_000);
        StoredAnchor alive = anchored("a/executor", 1_000_000, false);
        List<String> expected = List.of("validators/one/node");
        long late = 1_000_000 + MissingAnchors.ALARM_MILLIS;
        assertEquals(Set.of(), watch.look(List.of(alive), expected, late).raised());
        assertEquals(
                Set.of("a/executor/executor", "validators/one/node"),
                watch.look(List.of(alive), expected, late + 1).raised());
        assertEquals(Set.of(), watch.look(List.of(alive), expected, late + 2).raised(), "each alarm once");
        assertEquals(Set.of("a/executor/executor", "validators/one/node"), watch.missing());
        Alarms.Change<String> back = watch.look(
                List.of(anchored("a/executor", late, true), anchored("b/executor", 5, true)),
                expected,
                late + MissingAnchors.ALARM_MILLIS * 9);
        assertEquals(Set.of("a/executor/executor"), back.over());
        assertEquals(Set.of("validators/one/node"), watch.missing());
    }

    private static StoredAnchor anchored(String account, long millis, boolean stopping) {
        return StoredAnchor.newBuilder()
                .setAccount(account)
                .setMillis(millis)
                .setAnchor(AuditAnchor.newBuilder().setProcess("executor").setStopping(stopping))
                .build();
    }

    @Test
    void aLogThatCannotBeWrittenSaysSoForEver() {
        AuditLog log = AuditLog.open(folder.resolve("closed.log"), seal(), CLOCK);
        log.close();
        for (int i = 0; i < 2; i++) {
            PoyangException lost = assertThrows(PoyangException.class, () -> log.record("a", "b", "c", "d"));
            assertEquals(SdkErrors.AUDIT_LOG_LOST, lost.code());
        }
        assertEquals(0, log.sequence());
    }

    @Test
    void settingsRefuseUnknownKeysMissingOnesAndOpenPasswords() throws IOException {
        Path file = folder.resolve("node.properties");
        Files.writeString(file, "name = 验证节点\nport=70000\npassword.file=secret\nlisten=127.0.0.1:0\nextra=1\n");
        ProcessSettings settings = ProcessSettings.read(file);
        assertEquals("验证节点", settings.text("name"));
        assertEquals(0, settings.listen("listen").getPort());
        assertEquals("", settings.text("peers", ""));
        assertEquals(folder.resolve("secret"), settings.path("password.file"));
        Files.writeString(folder.resolve("secret"), "p\n");
        for (PoyangException thrown : List.of(
                assertThrows(PoyangException.class, () -> settings.text("missing")),
                assertThrows(PoyangException.class, () -> settings.number("port", 0, 65_535, 1)),
                assertThrows(PoyangException.class, settings::password),
                assertThrows(PoyangException.class, settings::end))) {
            assertEquals(SdkErrors.BAD_SETTINGS, thrown.code());
        }
        Files.setPosixFilePermissions(folder.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
        assertEquals("p", new String(settings.password()));
    }

    @Test
    void addressesAreReadAsTheyAreWritten() {
        String text = "validator-1=127.0.0.1:9101,validator-2=[::1]:9102";
        assertEquals(
                text,
                String.join(
                        ",",
                        NodeAddress.list(text).stream()
                                .map(NodeAddress::toString)
                                .toList()));
        assertEquals(0, NodeAddress.list(" ").size());
        for (String bad : List.of("a", "a=b", "a=b:c", "A=b:1", "a=b:0", "a=b:65536", "a=b:1,")) {
            assertEquals(
                    SdkErrors.BAD_ADDRESS,
                    assertThrows(PoyangException.class, () -> NodeAddress.list(bad))
                            .code(),
                    bad);
        }
    }
}
