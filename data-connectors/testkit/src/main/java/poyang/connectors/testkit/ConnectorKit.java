package poyang.connectors.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import poyang.connectors.BatchStream;
import poyang.connectors.Connector;
import poyang.connectors.ConnectorErrors;
import poyang.connectors.Discovery;
import poyang.connectors.Setting;
import poyang.connectors.SourceSettings;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// What every connector must do. A subclass makes sources out of rows.
public abstract class ConnectorKit {

    /// A table to be made into a source.
    ///
    /// @param columns names
    /// @param rows values in the order of `columns`; null only where {@link #storesNull} is true
    public record Table(List<String> columns, List<List<@Nullable String>> rows) {}

    protected abstract Connector connector();

    /// Makes a source that holds exactly this table.
    protected abstract SourceSettings sourceOf(Table table) throws Exception;

    /// Settings that are right in form and lead to nothing.
    protected abstract SourceSettings missingSource();

    /// Whether the source tells null from empty text.
    protected abstract boolean storesNull();

    @Test
    void namesEachSettingOnce() {
        List<String> names = connector().settings().stream().map(Setting::name).toList();
        assertEquals(names.size(), names.stream().distinct().count());
        assertTrue(connector().settings().stream()
                .noneMatch(s -> s.label().isBlank() || s.labelEnglish().isBlank()));
    }

    @Test
    void discoversColumnsRowsAndStatistics() throws Exception {
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rows.add(List.of("key-" + i, "group-" + i % 5));
        }
        Discovery found = connector().discover(sourceOf(new Table(List.of("id", "part"), rows)));
        assertEquals(100, found.rows());
        assertEquals(
                List.of("id", "part"),
                found.columns().stream().map(Discovery.Column::name).toList());
        assertEquals(0, found.columns().getFirst().nulls());
        long distinct = found.columns().getFirst().distinct();
        assertTrue(distinct >= 92 && distinct <= 108, "distinct: " + distinct);
        assertEquals(5, found.columns().get(1).distinct());
    }

    @Test
    void readsTheColumnsAskedForInTheirOrder() throws Exception {
        Table table = new Table(List.of("a", "b", "c"), List.of(List.of("1", "2", "3"), List.of("4", "5", "6")));
        assertEquals(List.of(List.of("3", "1"), List.of("6", "4")), read(sourceOf(table), List.of("c", "a")));
    }

    @Test
    void keepsTextAsItIs() throws Exception {
        List<@Nullable String> odd =
                List.of("１２３", " lead", "trail\t", "\u3000wide", "a,b", "say \"x\"", "两\n行", "𠮷", "x");
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (String text : odd) {
            rows.add(List.of(String.valueOf(text), "."));
        }
        List<List<@Nullable String>> got = read(sourceOf(new Table(List.of("k", "z"), rows)), List.of("k"));
        assertEquals(odd, got.stream().map(List::getFirst).toList());
    }

    @Test
    void tellsNullFromEmptyWhereTheSourceDoes() throws Exception {
        if (storesNull()) {
            List<List<@Nullable String>> rows = new ArrayList<>();
            rows.add(Arrays.asList(null, "x"));
            rows.add(List.of("", "y"));
            SourceSettings source = sourceOf(new Table(List.of("k", "v"), rows));
            assertEquals(rows, read(source, List.of("k", "v")));
            assertEquals(1, connector().discover(source).columns().getFirst().nulls());
        } else {
            SourceSettings source = sourceOf(new Table(List.of("k", "v"), List.of(List.of("", "y"))));
            assertEquals(List.of(List.of("")), read(source, List.of("k")));
        }
    }

    @Test
    void readsAnEmptyTable() throws Exception {
        SourceSettings source = sourceOf(new Table(List.of("id", "v"), List.of()));
        assertEquals(List.of(), read(source, List.of("id")));
        assertEquals(0, connector().discover(source).rows());
    }

    @Test
    void readsMoreThanOneBatchAndMayBeClosedEarly() throws Exception {
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            rows.add(List.of(Integer.toString(i), "v"));
        }
        SourceSettings source = sourceOf(new Table(List.of("id", "v"), rows));
        List<List<@Nullable String>> got = read(source, List.of("id", "v"));
        assertEquals(20_000, got.size());
        assertEquals(20_000, got.stream().map(List::getFirst).distinct().count());
        try (BufferAllocator allocator = new RootAllocator();
                BatchStream stream = connector().read(source, List.of("id"), allocator)) {
            assertTrue(stream.next());
        }
    }

    @Test
    void survivesColumnNamesThatLookLikeCode() throws Exception {
        String name = "a\"; drop table x; --";
        Table table = new Table(List.of(name, "b"), List.of(List.of("1", "2")));
        assertEquals(List.of(List.of("1")), read(sourceOf(table), List.of(name)));
    }

    @Test
    void namesTheColumnsWhenOneIsUnknown() throws Exception {
        SourceSettings source = sourceOf(new Table(List.of("id", "v"), List.of(List.of("1", "2"))));
        PoyangException refused =
                refusal(ConnectorErrors.UNKNOWN_COLUMN, () -> read(source, List.of("citizen_number")));
        assertTrue(refused.wrong().contains("citizen_number"), refused.wrong());
        assertTrue(refused.right().contains("id"), refused.right());
    }

    @Test
    void saysWhichSettingIsMissing() {
        SourceSettings none = new SourceSettings(Map.of());
        refusal(ConnectorErrors.MISSING_SETTING, () -> connector().discover(none));
        refusal(ConnectorErrors.MISSING_SETTING, () -> read(none, List.of("id")));
    }

    @Test
    void saysWhenThereIsNoSuchSource() {
        PoyangException refused =
                assertThrows(PoyangException.class, () -> connector().discover(missingSource()));
        assertTrue(
                refused.code().equals(ConnectorErrors.SOURCE_MISSING)
                        || refused.code().equals(ConnectorErrors.CONNECTION_FAILED),
                refused.toString());
    }

    @Test
    void neverPrintsASettingsValue() {
        assertTrue(!new SourceSettings(Map.of("password", "hunter2")).toString().contains("hunter2"));
    }

    /// Reads everything.
    protected final List<List<@Nullable String>> read(SourceSettings source, List<String> columns) {
        List<List<@Nullable String>> rows = new ArrayList<>();
        try (BufferAllocator allocator = new RootAllocator();
                BatchStream stream = connector().read(source, columns, allocator)) {
            while (stream.next()) {
                for (int i = 0; i < stream.root().getRowCount(); i++) {
                    List<@Nullable String> row = new ArrayList<>();
                    for (String column : columns) {
                        VarCharVector vector = (VarCharVector) stream.root().getVector(column);
                        row.add(vector.isNull(i) ? null : new String(vector.get(i), StandardCharsets.UTF_8));
                    }
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    /// Expects `action` to be refused with `code`.
    protected static PoyangException refusal(ErrorCode code, Runnable action) {
        PoyangException refused = assertThrows(PoyangException.class, action::run);
        assertEquals(code, refused.code(), refused.toString());
        return refused;
    }
}
