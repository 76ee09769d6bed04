package poyang.tests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/compliance.md` claims only what a test shows: each row has a known status, each claim names a
/// test, and each named test exists.
final class ComplianceTest {
    private static final int ROWS_MIN = 60;
    private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");
    private static final Pattern METHOD = Pattern.compile("@(?:Test|ParameterizedTest)\\b[^;]*?\\bvoid (\\w+)\\(");

    @Test
    void everyClaimNamesATestThatExists() throws IOException {
        List<String> page = Files.readAllLines(Modules.home().resolve("docs/compliance.md"));
        Set<String> tests = tests();
        assertTrue(page.stream().filter(ComplianceTest::isRow).count() >= ROWS_MIN, "rows were lost");
        assertEquals(List.of(), faults(page, tests));
    }

    @Test
    void aWrongClaimIsFound() {
        List<String> page = List.of(
                "| Clause | Status | What | Shown by |",
                "|---|---|---|---|",
                "| 1 | met | right | `ATest#holds` |",
                "| 2 | met | claims without a test | |",
                "| 3 | partly | names no test that exists | `ATest#gone` |",
                "| 4 | nearly | has no known status | `ATest#holds` |",
                "| 5 | not yet | shows what does not stand | `ATest#holds` |",
                "| 6 | not yet | right | |",
                "| 1 | not yet | there twice | |",
                "| 7 | met | cut short |");
        assertEquals(
                List.of(
                        "2 is met, but names no test",
                        "3 names ATest#gone, which is no test",
                        "4 has the status nearly",
                        "5 is not yet met, but names a test",
                        "1 is there twice",
                        "7 has 3 columns instead of 4"),
                faults(page, Set.of("ATest#holds")));
    }

    private static boolean isRow(String line) {
        return line.startsWith("| ") && !line.startsWith("| Clause ");
    }

    private static List<String> faults(List<String> page, Set<String> tests) {
        List<String> faults = new ArrayList<>();
        Set<String> clauses = new TreeSet<>();
        for (String line : page.stream().filter(ComplianceTest::isRow).toList()) {
            String[] columns = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
            String clause = columns[0].strip();
            if (columns.length != 4) {
                faults.add(clause + " has " + columns.length + " columns instead of 4");
                continue;
            }
            if (!clauses.add(clause)) {
                faults.add(clause + " is there twice");
            }
            List<String> named = NAMED.matcher(columns[3])
                    .results()
                    .map(found -> found.group(1) + "#" + found.group(2))
                    .toList();
            String status = columns[1].strip();
            if (!Set.of("met", "partly", "not yet").contains(status)) {
                faults.add(clause + " has the status " + status);
            } else if (status.equals("not yet") && !named.isEmpty()) {
                faults.add(clause + " is not yet met, but names a test");
            } else if (!status.equals("not yet") && named.isEmpty()) {
                faults.add(clause + " is " + status + ", but names no test");
            }
            for (String test : named) {
                if (!tests.contains(test)) {
                    faults.add(clause + " names " + test + ", which is no test");
                }
            }
        }
        return faults;
    }

    private static Set<String> tests() throws IOException {
        Set<String> found = new TreeSet<>();
        for (String module : Modules.all()) {
            Path source = Modules.home().resolve(module).resolve("src/test/java");
            if (Files.isDirectory(source)) {
                try (Stream<Path> files = Files.walk(source)) {
                    for (Path file : files.filter(f -> f.toString().endsWith("Test.java"))
                            .toList()) {
                        String name = file.getFileName().toString().replace(".java", "");
                        METHOD.matcher(Files.readString(file))
                                .results()
                                .forEach(method -> found.add(name + "#" + method.group(1)));
                    }
                }
            }
        }
        return found;
    }
}
