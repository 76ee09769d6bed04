package poyang.tools;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.SeededRandom;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;
import poyang.zkp.systems.ZkpErrors;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.CommittedColumn;
import poyang.zkp.uses.CommittedList;
import poyang.zkp.uses.CommittedRecords;

/// Where the committed rows lie, and the secret that their salts come from.
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ZkpSourceOptions {
    private static final Pattern SECRET = Pattern.compile("[0-9a-f]{64}\n");

    @Option(names = "--csv", paramLabel = "F", description = "the rows; they are never shown")
    private @Nullable Path csv;

    @Option(
            names = "--secret",
            paramLabel = "F",
            description = "the secret of the commitment; whoever has it can guess rows and try them")
    private @Nullable Path secret;

    private static Path given(@Nullable Path file, String option) {
        if (file == null) {
            throw new PoyangException(ZkpErrors.UNREADABLE, "there is no " + option, "name the file by " + option);
        }
        return file;
    }

    Path secret() {
        return given(secret, "--secret");
    }

    byte[] seed() {
        Path secret = secret();
        String text = Zkp.text(secret);
        if (!SECRET.matcher(text).matches()) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE,
                    secret + " holds no secret of a commitment",
                    "give the file that `zkp commit` wrote: " + 2 * SeededRandom.SEED_BYTES + " hexadecimal digits");
        }
        return HexFormat.of().parseHex(text.strip());
    }

    CommittedRecords records(Curve curve, List<Column> columns) {
        return CommittedRecords.of(curve, columns, rows(columns), seed());
    }

    CommittedColumn column(Curve curve, Column column) {
        return CommittedColumn.of(curve, column, cells(column), seed());
    }

    CommittedList list(Curve curve, Column column) {
        return CommittedList.of(curve, column, cells(column), seed());
    }

    private List<String> cells(Column column) {
        return rows(List.of(column)).stream().map(List::getFirst).toList();
    }

    private List<List<String>> rows(List<Column> columns) {
        return rows(given(csv, "--csv"), columns);
    }

    /// The named columns of a table's rows.
    static List<List<String>> rows(Path csv, List<Column> columns) {
        List<List<String>> rows = new ArrayList<>();
        try (CsvReader<NamedCsvRecord> reader = CsvReader.builder().ofNamedCsvRecord(csv)) {
            for (NamedCsvRecord row : reader) {
                rows.add(columns.stream()
                        .map(column -> row.getField(column.name()))
                        .toList());
            }
            return rows;
        } catch (IOException | UncheckedIOException | CsvParseException | NoSuchElementException e) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE,
                    csv + " cannot be read: " + e.getMessage(),
                    "give a table of comma-separated values with all named columns in its first line",
                    e);
        }
    }
}
