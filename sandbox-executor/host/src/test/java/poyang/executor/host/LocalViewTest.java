package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poyang.executor.jail.Confinement.Limits;
import poyang.executor.jail.Jail;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.ViewMessage;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.pir.KeywordClient;
import poyang.pir.KeywordForm;
import poyang.pir.OrderedClient;
import poyang.pir.OrderedForm;
import poyang.pir.PirErrors;
import poyang.pir.RecordFields;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewReads;

/// A view's table in a real jailed child, made of a real file.
class LocalViewTest extends LocalScene {
    private static final Limits VIEW = new Limits(256, 600, 2, 256, 120);
    private static final View VIEW_ON_CHAIN = View.newBuilder()
            .setIdentifierKind(IdentifierKind.ID)
            .addColumns("status")
            .addColumns("office")
            .setRecordsPerKey(2)
            .build();
    private static final List<String> COLUMNS = List.of("number", "status", "office");
    private static final String PERSON = "360102199003070014";

    @Override
    ExecutorSetup setup(Jail jail) {
        return new ExecutorSetup(jail, scratch, classPath(), classPath(), READER, VIEW, VIEW, 60);
    }

    private ViewChild.Kept kept(String name) {
        Path place = folder.resolve(name);
        boolean there = Files.exists(place);
        if (!there) {
            var _ = setup.jail().newScratch(folder, name);
        }
        return new ViewChild.Kept(place, Bytes.wrap(new byte[32]), there);
    }

    private ViewChild start(String name, Source source, View view) {
        ViewChild.Kept kept = kept("kept-" + name);
        return ViewChild.start(setup, name, source, COLUMNS, kept, kept.make(setup, view));
    }

    private Source source(String... lines) throws IOException {
        return csv("people.csv", String.join("\n", lines) + "\n");
    }

    private Source people() throws IOException {
        return source(
                "number,status,office",
                PERSON + ",active,南昌",
                "３６０１０２１９９００３０７００１４,closed,",
                "not a number,active,九江",
                ",active,赣州");
    }

    private List<KeywordClient.Outcome> lookup(ViewChild child, ViewMessage.Standing table, String... keys) {
        KeywordClient client = new KeywordClient(KeywordForm.decode(table.form().toArray()));
        List<byte[]> keywords = new ArrayList<>();
        for (String key : keys) {
            keywords.add(key.getBytes(StandardCharsets.UTF_8));
        }
        try (KeywordClient.Lookup lookup = client.lookup(keywords, random.fork(String.join("-", keys)))) {
            Bytes evaluated = child.evaluate(table.table(), keys.length, Bytes.wrap(lookup.blinded()));
            Bytes queries = Bytes.wrap(lookup.queries(evaluated.toArray()));
            return lookup.outcomes(
                    child.answer(table.table(), keys.length, queries).toArray());
        }
    }

    /// And a child that dies ends the calls that wait.
    @Test
    void aTableIsMadeOfTheRowsAndAnswers() throws Exception {
        TreeSet<String> phases = new TreeSet<>();
        try (ViewChild child = start("v1", people(), VIEW_ON_CHAIN)) {
            ViewMessage.Standing table = child.await((phase, _, _) -> phases.add(phase));
            assertEquals(2, table.roundedRecords());
            assertTrue(table.keywordsAtOnce() >= 1);
            assertTrue(phases.containsAll(List.of("reading", "values", "entries", "preparation")), phases.toString());
            List<KeywordClient.Outcome> found = lookup(child, table, PERSON, "360102199003070030");
            assertEquals(
                    List.of(
                            new KeywordClient.Outcome.Found(List.of(
                                    Bytes.wrap(RecordFields.encode(List.of(Optional.of("active"), Optional.of("南昌")))),
                                    Bytes.wrap(RecordFields.encode(List.of(Optional.of("closed"), Optional.of("")))))),
                            new KeywordClient.Outcome.Absent()),
                    found);
            noRowLiesInTheClear();
            PoyangException refused =
                    assertThrows(PoyangException.class, () -> child.evaluate(0, 2, Bytes.wrap(new byte[33])));
            assertEquals(PirErrors.BAD_FRAME, refused.code());
            assertEquals(
                    PirErrors.BAD_FRAME,
                    assertThrows(PoyangException.class, () -> child.answer(0, 1, Bytes.wrap(new byte[7])))
                            .code());
            assertEquals(found.getFirst(), lookup(child, table, PERSON).getFirst());
            end(child);
            Void _ = child.ended().get(60, TimeUnit.SECONDS);
            PoyangException lost =
                    assertThrows(PoyangException.class, () -> child.evaluate(0, 1, Bytes.wrap(new byte[33])));
            assertEquals(ExecutorErrors.CHILD_LOST, lost.code());
        }
    }

    private static void end(ViewChild child) {
        child.close();
    }

    /// What the child keeps of the rows is sealed.
    private void noRowLiesInTheClear() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("people.csv"))
                    .toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertFalse(content.contains(PERSON), file.toString());
            }
        }
    }

    private static KeywordClient.Outcome found(String status, String office) {
        return new KeywordClient.Outcome.Found(
                List.of(Bytes.wrap(RecordFields.encode(List.of(Optional.of(status), Optional.of(office))))));
    }

    /// Rows are changed, deleted and inserted while the table answers; what was kept serves a child that comes
    /// after, and damage to it is noticed.
    @Test
    void aTableFollowsItsSourceAndSurvivesItsChild() throws Exception {
        View view = VIEW_ON_CHAIN.toBuilder().setRecordBytes(64).build();
        String other = "360102199003070030";
        String third = "360102199003070057";
        Source source =
                source("number,status,office", PERSON + ",active,南昌", other + ",active,九江", "360102199003070049,a,b");
        try (ViewChild child = start("v4", source, view)) {
            ViewMessage.Standing first = child.await((_, _, _) -> {});
            assertEquals(Optional.empty(), child.change(source, COLUMNS, (_, _, _) -> {}));
            var _ = source("number,status,office", third + ",new,赣州", PERSON + ",closed,南昌", "360102199003070049,a,b");
            List<String> phases = new ArrayList<>();
            ViewMessage.Standing next = child.change(source, COLUMNS, (phase, _, _) -> phases.add(phase))
                    .orElseThrow();
            assertTrue(phases.contains("changing") && !phases.contains("values"), phases.toString());
            assertEquals(
                    List.of(found("closed", "南昌"), new KeywordClient.Outcome.Absent(), found("new", "赣州")),
                    lookup(child, next, PERSON, other, third));
            assertEquals(List.of(found("active", "九江")), lookup(child, first, other));
            child.retire(first.table());
            assertEquals(
                    ExecutorErrors.CHILD_LOST,
                    assertThrows(PoyangException.class, () -> lookup(child, first, other))
                            .code());
            var _ = source("number,status,office", PERSON + ",one,", PERSON + ",two,", PERSON + ",three,");
            PoyangException tooMany =
                    assertThrows(PoyangException.class, () -> child.change(source, COLUMNS, (_, _, _) -> {}));
            assertEquals(PirErrors.RECORD_REFUSED.number(), tooMany.code().number());
            assertEquals(List.of(found("new", "赣州")), lookup(child, next, third));
            noRowLiesInTheClear();
        }
        try (ViewChild child = start("v4", source, view)) {
            ViewMessage.Standing again = child.await((_, _, _) -> {});
            assertEquals(List.of(found("closed", "南昌"), found("new", "赣州")), lookup(child, again, PERSON, third));
        }
        Path rows = folder.resolve("kept-v4").resolve(ViewChild.KEPT_ROWS);
        byte[] damaged = Files.readAllBytes(rows);
        damaged[damaged.length - 20] ^= 1;
        Files.write(rows, damaged);
        try (ViewChild child = start("v4", source, view)) {
            assertThrows(PoyangException.class, () -> child.await((_, _, _) -> {}));
        }
    }

    /// A view by ranges: nodes of the tree first, then entries.
    @Test
    void aRangeIsReadInItsOrder() throws Exception {
        View view = VIEW_ON_CHAIN.toBuilder()
                .setIdentifierKind(IdentifierKind.TEXT)
                .setRecordsPerKey(1)
                .setReads(ViewReads.VIEW_READS_BY_RANGE)
                .build();
        Source source = source("number,status,office", "c-3,late,", "a-1,early,x", "b-2,middle,y", "b-10,middle,z");
        try (ViewChild child = start("v5", source, view)) {
            ViewMessage.Standing table = child.await((_, _, _) -> {});
            OrderedClient client =
                    new OrderedClient(OrderedForm.decode(table.form().toArray()));
            try (OrderedClient.Reading reading = client.prefix("b-".getBytes(StandardCharsets.UTF_8), 3, random)) {
                for (int step = 0; step < table.steps(); step++) {
                    reading.take(
                            child.evaluate(0, 3, Bytes.wrap(reading.next())).toArray());
                }
                assertTrue(reading.last());
                OrderedClient.Outcome.Found found = assertInstanceOf(
                        OrderedClient.Outcome.Found.class,
                        reading.outcome(
                                child.answer(0, 3, Bytes.wrap(reading.next())).toArray()));
                assertEquals(
                        List.of("b-10", "b-2"),
                        found.entries().stream()
                                .map(entry -> new String(entry.key().toArray(), StandardCharsets.UTF_8))
                                .toList());
                assertFalse(found.more());
            }
        }
    }

    @Test
    void whatDoesNotFitIsSaidWithoutARow() throws Exception {
        try (ViewChild child = start(
                "v2", people(), VIEW_ON_CHAIN.toBuilder().setRecordsPerKey(1).build())) {
            PoyangException why = assertThrows(PoyangException.class, () -> child.await((_, _, _) -> {}));
            assertEquals(PirErrors.RECORD_REFUSED.number(), why.code().number());
            assertFalse(why.wrong().contains(PERSON));
            assertEquals(FailureCode.SOURCE_LOST, FailureCode.of(why));
        }
    }
}
