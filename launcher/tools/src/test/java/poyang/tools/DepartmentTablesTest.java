package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import poyang.tools.DepartmentTables.Kind;
import poyang.tools.DepartmentTables.Plan;

/// The samples under `reference-tables` were made by the reference generator `gen_ids.py`.
final class DepartmentTablesTest {
    private static final List<String> NAMES = List.of("medical_insurance", "tax", "housing_fund", "social_security");

    @Test
    void equalsTheReferenceForTwoPartiesByteForByte() throws IOException {
        Plan plan = new Plan(2, 1000, 0.3, Kind.ID, 0.1, 20261, List.of());
        check("sample-2party-id-1000", plan);
        assertEquals(
                reference("sample-2party-id-1000/expected-intersection.txt"),
                String.join("\n", new TreeSet<>(new DepartmentTables(plan).expectedKeys(0, 1))) + "\n");
    }

    @Test
    void equalsTheReferenceForFourParties() throws IOException {
        Plan plan = new Plan(4, 1000, 0.3, Kind.ID, 0.1, 20262, List.of());
        check("sample-4party-id-1000", plan);
        DepartmentTables tables = new DepartmentTables(plan);
        assertEquals(tables.expectedMatches(0, 1), tables.expectedKeys(0, 1).size());
        assertEquals(tables.expectedMatches(0, 2), tables.expectedKeys(0, 2).size());
    }

    @Test
    void equalsTheReferenceForCreditCodes() throws IOException {
        List<String> areas = reference("china-areas.csv")
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(',')))
                .sorted()
                .toList();
        check("sample-uscc-500", new Plan(2, 500, 0.5, Kind.USCC, 0.05, 20263, areas));
    }

    private static void check(String sample, Plan plan) throws IOException {
        DepartmentTables tables = new DepartmentTables(plan);
        for (int party = 0; party < plan.parties(); party++) {
            StringBuilder made = new StringBuilder(DepartmentTables.HEADER).append('\n');
            tables.rows(party, row -> made.append(row.line()).append('\n'));
            assertEquals(reference(sample + "/" + NAMES.get(party) + ".csv"), made.toString(), NAMES.get(party));
        }
    }

    private static String reference(String name) throws IOException {
        return Files.readString(Path.of("src/test/resources/reference-tables", name), StandardCharsets.UTF_8);
    }
}
