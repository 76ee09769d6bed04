package poyang.connectors.files;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.connectors.ConnectorErrors;
import poyang.kernel.PoyangException;

/// One pass over a CSV file as RFC 4180 describes it, strictly: a header of distinct names, every
/// row as wide as the header, bytes of the declared encoding. A byte order mark is skipped.
final class CsvTable implements AutoCloseable {
    private static final int LONGEST_HEADER_CHARS = 1 << 20;
    static final int LONGEST_RECORD = 1 << 24;

    private final Path path;
    private final String encoding;
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> records;
    private final List<String> header;
    private final char separator;
    private long row = 1;

    CsvTable(Path path, String encoding, String delimiter) {
        this.path = path;
        this.encoding = encoding;
        try {
            if (!Files.isRegularFile(path)) {
                throw new PoyangException(
                        ConnectorErrors.SOURCE_MISSING,
                        "there is no file " + path,
                        "give the path of a CSV file that exists and may be read");
            }
            Reader text = open(path, charset(encoding));
            separator = delimiter.equals("auto") ? guessSeparator(text) : separator(delimiter);
            reader = CsvReader.builder()
                    .fieldSeparator(separator)
                    .allowExtraFields(false)
                    .allowMissingFields(false)
                    .skipEmptyLines(false)
                    .maxBufferSize(LONGEST_RECORD)
                    .ofCsvRecord(text);
            records = reader.iterator();
            header = header();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    List<String> columns() {
        return header;
    }

    /// What stands between the fields of a row.
    char separator() {
        return separator;
    }

    /// Is an encoding of this name UTF-8?
    static boolean isUtf8(String encoding) {
        return charset(encoding).equals(StandardCharsets.UTF_8);
    }

    /// The next row, or empty at the end.
    Optional<CsvRecord> next() {
        try {
            while (records.hasNext()) {
                row++;
                CsvRecord csvRecord = records.next();
                boolean blankLine =
                        csvRecord.getFieldCount() == 1 && csvRecord.getField(0).isEmpty();
                if (!blankLine || header.size() == 1) {
                    return Optional.of(checked(csvRecord));
                }
            }
            return Optional.empty();
        } catch (CsvParseException | UncheckedIOException e) {
            throw failure(e);
        }
    }

    private CsvRecord checked(CsvRecord csvRecord) {
        if (csvRecord.getFieldCount() != header.size()) {
            throw otherWidth(path, csvRecord.getStartingLineNumber(), csvRecord.getFieldCount(), header.size());
        }
        return csvRecord;
    }

    static PoyangException otherWidth(Path path, long line, int fields, int width) {
        return new PoyangException(
                ConnectorErrors.SOURCE_MALFORMED,
                path + ", line " + line + " has " + fields + " fields, the header has " + width,
                "every row needs as many fields as the header; quote fields that hold the separator");
    }

    private List<String> header() {
        CsvRecord first;
        try {
            if (!records.hasNext()) {
                throw new PoyangException(
                        ConnectorErrors.SOURCE_MALFORMED,
                        path + " is empty",
                        "a CSV file begins with a header row of column names");
            }
            first = records.next();
        } catch (CsvParseException | UncheckedIOException e) {
            throw failure(e);
        }
        List<String> names = first.getFields().stream().map(String::strip).toList();
        if (names.stream().anyMatch(String::isEmpty)
                || names.stream().distinct().count() != names.size()) {
            throw new PoyangException(
                    ConnectorErrors.SOURCE_MALFORMED,
                    path + " has the header " + names,
                    "the header needs a name of its own for every column");
        }
        return names;
    }

    private static Reader open(Path path, Charset charset) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        if (charset.equals(StandardCharsets.UTF_8)) {
            in.mark(3);
            boolean byteOrderMark = in.read() == 0xef && in.read() == 0xbb && in.read() == 0xbf;
            if (!byteOrderMark) {
                in.reset();
            }
        }
        return new BufferedReader(
                new InputStreamReader(
                        in,
                        charset.newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT)),
                1 << 16);
    }

    private static Charset charset(String encoding) {
        return switch (encoding.toUpperCase(Locale.ROOT)) {
            case "UTF-8", "UTF8" -> StandardCharsets.UTF_8;
            case "GB18030", "GBK", "GB2312" -> Charset.forName("GB18030");
            default ->
                throw new PoyangException(
                        ConnectorErrors.MISSING_SETTING,
                        "\"" + encoding + "\" is no known encoding",
                        "UTF-8 or GB18030 is needed");
        };
    }

    private static char separator(String delimiter) {
        return switch (delimiter) {
            case "," -> ',';
            case ";" -> ';';
            case "|" -> '|';
            case "tab", "\t" -> '\t';
            default ->
                throw new PoyangException(
                        ConnectorErrors.MISSING_SETTING,
                        "\"" + delimiter + "\" is no known delimiter",
                        "auto, a comma, a semicolon, a vertical bar or tab is needed");
        };
    }

    /// The candidate that the header line holds most often outside quotes; a comma when it holds none.
    private static char guessSeparator(Reader text) throws IOException {
        text.mark(LONGEST_HEADER_CHARS);
        int[] counts = new int[4];
        String candidates = ",;\t|";
        boolean quoted = false;
        for (int i = 0; i < LONGEST_HEADER_CHARS - 1; i++) {
            int c = text.read();
            if (c < 0 || (!quoted && (c == '\n' || c == '\r'))) {
                break;
            }
            quoted ^= c == '"';
            int which = candidates.indexOf(c);
            if (which >= 0 && !quoted) {
                counts[which]++;
            }
        }
        text.reset();
        int best = 0;
        for (int i = 1; i < counts.length; i++) {
            if (counts[i] > counts[best]) {
                best = i;
            }
        }
        return candidates.charAt(best);
    }

    private PoyangException failure(Exception e) {
        return failure(path, encoding, row, e);
    }

    /// @param row the last line that was read
    static PoyangException failure(Path path, String encoding, long row, Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CharacterCodingException) {
                return new PoyangException(
                        ConnectorErrors.NOT_UTF8,
                        path + " is not " + encoding + " text (after line " + row + ")",
                        "save it as UTF-8, or set the source's encoding to GB18030",
                        e);
            }
        }
        if (e instanceof IOException || e instanceof UncheckedIOException) {
            return new PoyangException(
                    ConnectorErrors.SOURCE_LOST,
                    path + " could not be read further (after line " + row + ")",
                    "check that the file is still there and may be read",
                    e);
        }
        return malformed(path, row, String.valueOf(e.getMessage()));
    }

    static PoyangException malformed(Path path, long row, String why) {
        return new PoyangException(
                ConnectorErrors.SOURCE_MALFORMED,
                path + " is not a well-formed CSV file after line " + row + ": " + why,
                "rows separated by line ends, fields quoted as in RFC 4180, as many fields as the header has");
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
