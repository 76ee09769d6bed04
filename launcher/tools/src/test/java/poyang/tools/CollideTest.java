package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.connectors.ConnectorErrors;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.psi.CollisionProtocol;
import poyang.psi.IdentifierRule;
import poyang.psi.KeySet;

/// `collide` as a person runs it: with its two real processes where starting, watching and ending them matters, else
/// with the same parties on two threads of this one, which meet at the same socket.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class CollideTest {
    private static final Path SAMPLES = Path.of("src/test/resources/reference-tables");

    @TempDir
    Path folder;

    private String protocol = "dh-sm2";
    private @Nullable Path work;
    private CollideRun.Sums sums = CollideRun.Sums.NONE;

    private CollideRun.Outcome run(Path left, Path right, String key, IdentifierRule rule) {
        return run(plan(left, right, List.of(key), List.of(rule), CollideRun.Listed.INNER));
    }

    private CollideRun.Outcome run(CollideRun.Plan plan) {
        return new CollideRun(plan, _ -> {}, this::onThreads).run();
    }

    private static CollideRun.Outcome inProcesses(CollideRun.Plan plan) {
        return new CollideRun(plan, _ -> {}).run();
    }

    private PartyProcesses.Said onThreads(
            PartyProcesses.Party one, PartyProcesses.Party other, Consumer<String> progress) {
        Path socket = folder.resolve("meet");
        long start = System.nanoTime();
        CompletableFuture<Map<String, String>> first = CompletableFuture.supplyAsync(() -> said(one, socket));
        Map<String, String> second = said(other, socket);
        Map<String, String> both = first.join();
        assertEquals(both.get("transcript"), second.get("transcript"));
        try {
            Files.delete(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PartyProcesses.Said(both, second, (System.nanoTime() - start) / 1e9);
    }

    private static Map<String, String> said(PartyProcesses.Party party, Path socket) {
        List<String> arguments = new ArrayList<>(
                List.of(party.role(), party.file().toAbsolutePath().toString(), socket.toString()));
        arguments.addAll(party.arguments());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            new CollideParty(new PrintStream(out, true, StandardCharsets.UTF_8)).run(arguments.toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("progress="))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1)));
    }

    private CollideRun.Plan plan(
            Path left, Path right, List<String> keys, List<IdentifierRule> rules, CollideRun.Listed listed) {
        return new CollideRun.Plan(
                left,
                keys,
                right,
                keys,
                rules,
                CollisionProtocol.named(protocol)
                        .or(() -> CollisionProtocol.sumNamed(protocol))
                        .orElse(CollisionProtocol.UNBALANCED),
                listed,
                folder.resolve("matches.csv"),
                new CollideRun.Disk(work, 400, 2),
                sums);
    }

    private List<String> matches() throws IOException {
        return Files.readAllLines(folder.resolve("matches.csv"));
    }

    @Test
    void findsTheExpectedIntersectionsOfTheSamples() throws IOException {
        for (String sample : List.of("sample-2party-id-1000", "sample-uscc-500")) {
            Path at = SAMPLES.resolve(sample);
            IdentifierRule rule = sample.contains("uscc") ? IdentifierRule.USCC : IdentifierRule.ID;
            CollideRun.Plan plan = plan(
                    at.resolve("medical_insurance.csv"),
                    at.resolve("tax.csv"),
                    List.of("key"),
                    List.of(rule),
                    CollideRun.Listed.INNER);
            CollideRun.Outcome outcome = rule == IdentifierRule.USCC ? run(plan) : inProcesses(plan);
            List<String> expected = Files.readAllLines(at.resolve("expected-intersection.txt"));
            assertEquals("key", matches().getFirst());
            assertEquals(expected, matches().subList(1, matches().size()));
            assertEquals(expected.size(), outcome.matches());
            assertTrue(outcome.bytesExchanged() > 0 && outcome.seconds() > outcome.protocolSeconds());
        }
    }

    @Test
    void writesTheHeaderWhenNothingMatchesOrATableIsEmpty() throws IOException {
        Path none = file("none.csv", "id,v\n");
        Path some = file("some.csv", "id,v\nb,1\na,1\na,2\n");
        assertEquals(0, run(none, some, "id", IdentifierRule.TEXT).matches());
        assertEquals(List.of("id"), matches());
        CollideRun.Outcome outcome =
                run(some, file("other.csv", "v,id\n1, a \n2,\"c,d\"\n"), "id", IdentifierRule.TEXT);
        assertEquals(List.of("id", "a"), matches());
        assertEquals(3, outcome.leftRows());
    }

    /// The same tables and the same identifiers as in a job (`LocalJobTest`), in ascending order.
    @Test
    void repeatedKeysOfTwoColumnsAreListedOnce() throws IOException {
        Path left = file("left.csv", """
                id,tel
                b,13800000002
                a,13800000001
                a,13800000001
                a,13800000009
                b,12
                c,13800000003
                """);
        Path right = file("right.csv", """
                id,tel
                a,13800000001
                a,13800000001
                b,13800000002
                c,13800000002
                b,13800000002
                """);
        protocol = "dh-25519";
        CollideRun.Outcome outcome = run(plan(
                left,
                right,
                List.of("id", "tel"),
                List.of(IdentifierRule.TEXT, IdentifierRule.PHONE),
                CollideRun.Listed.INNER));
        assertEquals(List.of("id,tel", "a,13800000001", "b,13800000002"), matches());
        assertEquals(2, outcome.matches());
    }

    /// Both VOLE protocols from file to file, in memory and on disk.
    @Test
    void obliviousEvaluationGivesTheSameFile() throws IOException {
        DepartmentTables tables = new DepartmentTables(
                new DepartmentTables.Plan(2, 3_000, 0.1, DepartmentTables.Kind.ID, 0, 1, List.of()));
        for (int party = 0; party < 2; party++) {
            StringBuilder text = new StringBuilder(DepartmentTables.HEADER).append('\n');
            tables.rows(party, row -> text.append(row.line()).append('\n'));
            file(party + ".csv", text.toString());
        }
        List<List<String>> results = new ArrayList<>();
        for (String name : List.of("dh-25519", "vole", "vole-malicious")) {
            protocol = name;
            work = name.equals("vole-malicious") ? folder.resolve("work") : null;
            CollideRun.Plan plan = plan(
                    folder.resolve("0.csv"),
                    folder.resolve("1.csv"),
                    List.of("key"),
                    List.of(IdentifierRule.ID),
                    CollideRun.Listed.INNER);
            CollideRun.Outcome _ = work == null ? run(plan) : inProcesses(plan);
            // from disk in the order of the file, from memory in ascending order
            results.add(matches().stream().sorted().toList());
        }
        assertTrue(results.getFirst().size() > 250);
        assertEquals(results.get(0), results.get(1));
        assertEquals(results.get(0), results.get(2));
    }

    /// Keys in several rows, dirty keys, empty and negative values; too few matches; what is no number.
    @Test
    void sumsUpWhatMatchesAndTellsNoKey() throws IOException {
        protocol = "dh-25519-sum";
        Path left = file("left.csv", "id\na\nb\nb\nd\n");
        Path right = file("right.csv", "amount,id,n\n5,a,1\n-7, b ,1\n,b,1\n100,c,1\n9,,1\n");
        sums = new CollideRun.Sums(List.of("amount", "n"), 2);
        assertEquals(2, run(left, right, "id", IdentifierRule.TEXT).matches());
        assertEquals(List.of("matches,sum of amount,sum of n", "2,-2,3"), matches());
        sums = new CollideRun.Sums(List.of("n"), 3);
        run(left, right, "id", IdentifierRule.TEXT);
        assertEquals(List.of("matches,sum of n", "2,"), matches());
        sums = new CollideRun.Sums(List.of("n"), 1);
        Path odd = file("odd.csv", "id,n\na,1.5\n");
        assertEquals(
                ToolErrors.BAD_OPTION.number(), refused(left, odd, "id").code().number());
    }

    /// Two columns of different kinds that must both match, under each kind of result but the usual one, which
    /// {@link #repeatedKeysOfTwoColumnsAreListedOnce} shows.
    @Test
    void listsByTwoKeysWhatWasAskedFor() throws IOException {
        protocol = "dh-25519";
        Path left = file(
                "left.csv",
                "name,phone\nLi,13800138000\nLi,13800138001\nWang,13800138000\n\"a,b\",13900139000\nLi,12\n");
        Path right = file("right.csv", "phone,x,name\n１３８００１３８０００,1, Li \n13900139000,2,\"a,b\"\n13800138001,3,Wang\n");
        List<String> keys = List.of("name", "phone");
        List<IdentifierRule> rules = List.of(IdentifierRule.TEXT, IdentifierRule.PHONE);
        Map<CollideRun.Listed, List<String>> expected = Map.of(
                CollideRun.Listed.DIFFERENCE,
                List.of("name,phone", "Li,13800138001", "Wang,13800138000"),
                CollideRun.Listed.LEFT,
                List.of(
                        "name,phone,matched",
                        "Li,13800138000,1",
                        "Li,13800138001,0",
                        "\"a,b\",13900139000,1",
                        "Wang,13800138000,0"));
        for (Map.Entry<CollideRun.Listed, List<String>> each : expected.entrySet()) {
            CollideRun.Outcome outcome = run(plan(left, right, keys, rules, each.getKey()));
            assertEquals(2, outcome.matches());
            assertEquals(each.getValue(), matches());
        }
    }

    /// Sets on disk give what sets in memory give, in the order of the left file, and leave nothing behind.
    @Test
    void setsOnDiskGiveTheSameRows() throws IOException {
        protocol = "vole";
        Path left = file("left.csv", "k,v\nb,1\na,2\nb,3\n,4\n\"x,y\",5\nc,6\n");
        Path right = file("right.csv", "k\nc\nb\n\"x,y\"\nd\n");
        work = folder.resolve("work");
        Map<CollideRun.Listed, List<String>> expected = Map.of(
                CollideRun.Listed.DIFFERENCE,
                List.of("k", "a"),
                CollideRun.Listed.LEFT,
                List.of("k,matched", "b,1", "a,0", "\"x,y\",1", "c,1"));
        for (Map.Entry<CollideRun.Listed, List<String>> each : expected.entrySet()) {
            CollideRun.Outcome outcome =
                    run(plan(left, right, List.of("k"), List.of(IdentifierRule.TEXT), each.getKey()));
            assertEquals(3, outcome.matches());
            assertEquals(6, outcome.leftRows());
            assertEquals(each.getValue(), matches());
            try (Stream<Path> files = Files.list(folder.resolve("work"))) {
                assertEquals(List.of(), files.toList());
            }
        }
    }

    @Test
    void saysWhatIsWrongAndLeavesNothingBehind() throws IOException {
        Set<Path> before = meetingFolders();
        Path good = file("good.csv", "id,v\na,1\n");
        Path chinese = folder.resolve("gbk.csv");
        Files.write(chinese, "id,姓名\n1,张伟\n".getBytes(Charset.forName("GB18030")));
        PoyangException missing = refused(folder.resolve("no.csv"), good, "id");
        assertEquals(ConnectorErrors.SOURCE_MISSING.number(), missing.code().number());
        assertTrue(missing.wrong().startsWith("left: "));
        PoyangException column = refused(good, file("right.csv", "key,v\na,1\n"), "id");
        assertEquals(ConnectorErrors.UNKNOWN_COLUMN.number(), column.code().number());
        assertTrue(column.wrong().startsWith("right: ") && column.right().contains("key"));
        assertEquals(ConnectorErrors.NOT_UTF8, unread(chinese));
        assertEquals(ConnectorErrors.SOURCE_MALFORMED, unread(file("ragged.csv", "id,v\na,1,2\n")));
        assertEquals(ConnectorErrors.SOURCE_MALFORMED, unread(file("empty.csv", "")));
        assertFalse(Files.exists(folder.resolve("matches.csv")));
        assertEquals(before, meetingFolders());
    }

    /// Why a party does not read a file.
    private static ErrorCode unread(Path file) {
        KeySet keys = new KeySet(IdentifierRule.TEXT);
        return assertThrows(
                        PoyangException.class,
                        () -> CollideParty.read(file, List.of("id"), List.of(IdentifierRule.TEXT), keys::readKey))
                .code();
    }

    private static Set<Path> meetingFolders() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(p -> p.getFileName().toString().startsWith("poyang-collide"))
                    .collect(Collectors.toSet());
        }
    }

    private PoyangException refused(Path left, Path right, String key) {
        return assertThrows(
                PoyangException.class,
                () -> inProcesses(
                        plan(left, right, List.of(key), List.of(IdentifierRule.TEXT), CollideRun.Listed.INNER)));
    }

    @Test
    void aPartyThatIsKilledEndsTheOther() throws Exception {
        DepartmentTables tables = new DepartmentTables(
                new DepartmentTables.Plan(2, 60_000, 0.1, DepartmentTables.Kind.ID, 0, 1, List.of()));
        for (int party = 0; party < 2; party++) {
            StringBuilder text = new StringBuilder(DepartmentTables.HEADER).append('\n');
            tables.rows(party, row -> text.append(row.line()).append('\n'));
            file(party + ".csv", text.toString());
        }
        Path left = folder.resolve("0.csv");
        Path right = folder.resolve("1.csv");
        CollideRun.Plan plan = plan(left, right, List.of("key"), List.of(IdentifierRule.ID), CollideRun.Listed.INNER);
        PoyangException lost =
                assertThrows(PoyangException.class, () -> new CollideRun(plan, progress -> killRightParty()).run());
        assertTrue(lost.wrong().startsWith("right: "), lost.wrong());
        assertFalse(Files.exists(folder.resolve("matches.csv")));
        assertTrue(rightParties().isEmpty());
    }

    private static void killRightParty() {
        rightParties().forEach(ProcessHandle::destroyForcibly);
    }

    private static List<ProcessHandle> rightParties() {
        return ProcessHandle.current()
                .children()
                .filter(p -> commandOf(p).contains("\0right\0"))
                .toList();
    }

    /// As the system has it: a handle leaves the arguments of a long command line out.
    private static String commandOf(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void theCommandLineExplainsWrongUse() throws IOException {
        Path good = file("good.csv", "id\na\n");
        String out = folder.resolve("m.csv").toString();
        assertEquals(2, Main.run("collide", "--left", good.toString(), "--right", good.toString(), "--out", out));
        assertEquals(
                2,
                Main.run(
                        "collide",
                        "--left",
                        good.toString(),
                        "--right",
                        good.toString(),
                        "--key",
                        "id",
                        "--out",
                        out,
                        "--kind",
                        "passport"));
        for (List<String> wrong : List.of(
                List.of("--protocol", "silver"),
                List.of("--list", "outer"),
                List.of("--reveal", "names"),
                List.of("--reveal", "size", "--list", "left"),
                List.of("--protocol", "dh-sm2-size"),
                List.of("--work", "w"),
                List.of("--kind", "text,id"),
                List.of("--left-key", "id,x"))) {
            List<String> line = new ArrayList<>(List.of(
                    "collide", "--left", good.toString(), "--right", good.toString(), "--key", "id", "--out", out));
            line.addAll(wrong);
            assertEquals(2, Main.run(line.toArray(String[]::new)), wrong.toString());
        }
        assertEquals(2, Main.run("collide"));
        assertEquals(
                0,
                Main.run(
                        "collide",
                        "--left",
                        good.toString(),
                        "--right",
                        good.toString(),
                        "--key",
                        "id",
                        "--out",
                        out,
                        "--protocol",
                        "auto",
                        "--json"));
        assertEquals(List.of("id", "a"), Files.readAllLines(Path.of(out)));
        assertEquals(
                0,
                Main.run(
                        "collide",
                        "--left",
                        good.toString(),
                        "--right",
                        good.toString(),
                        "--key",
                        "id",
                        "--out",
                        out,
                        "--reveal",
                        "size"));
        assertEquals(List.of("matches", "1"), Files.readAllLines(Path.of(out)));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /// The right file is masked once for its content: afterwards it is not even read, and only the small side costs. A
    /// file that changed is prepared again.
    @Test
    void aLargeFileIsPreparedOnceForManySmallOnes() throws IOException {
        protocol = "unbalanced";
        work = folder.resolve("prepared");
        StringBuilder rows = new StringBuilder("id,v\n");
        for (int i = 0; i < 3_000; i++) {
            rows.append("key ").append(i).append(",1\n");
        }
        Path large = file("large.csv", rows.toString());
        Path small = file("small.csv", "id,v\nkey 17,1\nabsent,1\nkey 2999,1\n");
        CollideRun.Outcome first = run(small, large, "id", IdentifierRule.TEXT);
        assertEquals(List.of("id", "key 17", "key 2999"), matches());
        assertEquals(3_000, first.rightRows());
        assertTrue(first.bytesExchanged() > 8 * 3_000, "the table crosses once");
        CollideRun.Outcome second = run(file("other.csv", "id,v\nkey 5,1\nnone,1\n"), large, "id", IdentifierRule.TEXT);
        assertEquals(List.of("id", "key 5"), matches());
        assertEquals(3_000, second.rightRows());
        assertTrue(second.bytesExchanged() < 1_000, second.bytesExchanged() + " bytes");
        rows.append("key 3000,1\n");
        CollideRun.Outcome changed = run(
                file("last.csv", "id,v\nkey 3000,1\n"), file("large.csv", rows.toString()), "id", IdentifierRule.TEXT);
        assertEquals(List.of("id", "key 3000"), matches());
        assertEquals(3_001, changed.rightRows());
    }
}
