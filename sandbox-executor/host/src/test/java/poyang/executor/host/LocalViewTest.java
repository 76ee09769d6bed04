package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import poyang.connectors.SourceSettings;
import poyang.crypto.SeededRandom;
import poyang.executor.jail.Confinement.Limits;
import poyang.executor.jail.Jail;
import poyang.executor.jail.Scratch;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.ViewMessage;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.pir.KeywordClient;
import poyang.pir.KeywordForm;
import poyang.pir.PirErrors;
import poyang.pir.RecordFields;

/// A view's table in a real jailed child, made of a real file.
class LocalViewTest {
    private static final Limits READER = new Limits(96, 900, 1, 256, 60);
    private static final Limits VIEW = new Limits(256, 600, 2, 256, 120);
    private static final ViewMessage.Make MAKE = new ViewMessage.Make("id", 2, 0, 2);
    private static final List<String> COLUMNS = List.of("number", "status", "office");
    private static final String PERSON = "360102199003070014";

    private final SeededRandom random = new SeededRandom(new byte[32], "local-view-test");
    private Path folder;
    private ExecutorSetup setup;

    @BeforeEach
    void folders() throws IOException {
        folder = Files.createTempDirectory("poyang-local-view");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Path runtime = Files.createDirectory(folder.resolve("runtime"));
        Path scratch = Files.createDirectory(folder.resolve("s"));
        List<Path> classPath = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
        setup = new ExecutorSetup(Jail.bubblewrap(runtime), scratch, classPath, classPath, READER, VIEW, VIEW);
    }

    @AfterEach
    void wipe() {
        Scratch.wipe(folder);
    }

    private Source source(String... lines) throws IOException {
        Path file = Files.write(folder.resolve("people.csv"), List.of(lines));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return new Source("csv", new SourceSettings(Map.of("path", file.toString())));
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
            Bytes evaluated = child.evaluate(keys.length, Bytes.wrap(lookup.blinded()));
            Bytes queries = Bytes.wrap(lookup.queries(evaluated.toArray()));
            return lookup.outcomes(child.answer(keys.length, queries).toArray());
        }
    }

    @Test
    void aTableIsMadeOfTheRowsAndAnswers() throws Exception {
        TreeSet<String> phases = new TreeSet<>();
        try (ViewChild child = ViewChild.start(setup, "v1", people(), COLUMNS, MAKE)) {
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
                    assertThrows(PoyangException.class, () -> child.evaluate(2, Bytes.wrap(new byte[33])));
            assertEquals(PirErrors.BAD_FRAME, refused.code());
            assertEquals(
                    PirErrors.BAD_FRAME,
                    assertThrows(PoyangException.class, () -> child.answer(1, Bytes.wrap(new byte[7])))
                            .code());
            assertEquals(found.getFirst(), lookup(child, table, PERSON).getFirst());
        }
    }

    /// What the child keeps of the rows while it makes the table is sealed, and gone when it stands.
    private void noRowLiesInTheClear() throws IOException {
        try (Stream<Path> files = Files.walk(setup.scratchParent())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertFalse(content.contains(PERSON), file.toString());
                assertFalse(file.endsWith("rows.sealed"), file.toString());
            }
        }
    }

    @Test
    void whatDoesNotFitIsSaidWithoutARow() throws Exception {
        try (ViewChild child = ViewChild.start(setup, "v2", people(), COLUMNS, new ViewMessage.Make("id", 2, 0, 1))) {
            PoyangException why = assertThrows(PoyangException.class, () -> child.await((_, _, _) -> {}));
            assertEquals(PirErrors.RECORD_REFUSED.number(), why.code().number());
            assertFalse(why.wrong().contains(PERSON));
            assertEquals(FailureCode.SOURCE_LOST, FailureCode.of(why));
        }
    }

    @Test
    void aChildThatDiesEndsTheCallsThatWait() throws Exception {
        ViewChild child = ViewChild.start(setup, "v3", people(), COLUMNS, MAKE);
        child.await((_, _, _) -> {});
        child.close();
        Void _ = child.ended().get(10, TimeUnit.SECONDS);
        PoyangException lost = assertThrows(PoyangException.class, () -> child.evaluate(1, Bytes.wrap(new byte[33])));
        assertEquals(ExecutorErrors.CHILD_LOST, lost.code());
    }
}
