package poyang.executor.job;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.connectors.SourceSettings;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// What the host asks of a reader, sent over the reader's standard input: settings hold secrets, and
/// neither a command line nor an environment keeps one.
public final class ReaderRequest {
    private static final String DOMAIN = "poyang.reader-request.v1";
    private static final int LONGEST = 1 << 20;

    private final Mode mode;
    private final String connector;
    private final SourceSettings settings;
    private final List<String> columns;

    public ReaderRequest(Mode mode, String connector, SourceSettings settings, List<String> columns) {
        this.mode = mode;
        this.connector = connector;
        this.settings = settings;
        this.columns = List.copyOf(columns);
    }

    /// What a reader does.
    public enum Mode {
        /// Lists the connectors' forms.
        FORMS,
        /// Discovers the source: names, counts, no row.
        DISCOVER,
        /// Streams the columns through a {@link RowPipe}.
        READ
    }

    public Mode mode() {
        return mode;
    }

    public String connector() {
        return connector;
    }

    public SourceSettings settings() {
        return settings;
    }

    public List<String> columns() {
        return columns;
    }

    public void writeTo(OutputStream out) throws IOException {
        byte[] encoded = new CanonicalWriter(DOMAIN)
                .text(mode.name())
                .text(connector)
                .list(
                        List.copyOf(settings.values().entrySet()),
                        (writer, entry) -> writer.text(entry.getKey()).text(entry.getValue()))
                .list(columns, CanonicalWriter::text)
                .toArray();
        DataOutputStream framed = new DataOutputStream(out);
        framed.writeInt(encoded.length);
        framed.write(encoded);
        framed.flush();
    }

    public static ReaderRequest readFrom(InputStream in) throws IOException {
        DataInputStream framed = new DataInputStream(in);
        byte[] encoded = new byte[Math.clamp(framed.readInt(), 0, LONGEST)];
        framed.readFully(encoded);
        CanonicalReader reader = new CanonicalReader(DOMAIN, encoded);
        Mode mode = mode(reader.text(LONGEST));
        String connector = reader.text(LONGEST);
        Map<String, String> settings = new TreeMap<>();
        long count = reader.u32();
        for (long i = 0; i < count; i++) {
            settings.put(reader.text(LONGEST), reader.text(LONGEST));
        }
        List<String> columns = new ArrayList<>();
        long width = reader.u32();
        for (long i = 0; i < width; i++) {
            columns.add(reader.text(LONGEST));
        }
        reader.end();
        return new ReaderRequest(mode, connector, new SourceSettings(settings), columns);
    }

    private static Mode mode(String name) {
        for (Mode mode : Mode.values()) {
            if (mode.name().equals(name)) {
                return mode;
            }
        }
        throw new PoyangException(
                KernelErrors.BAD_ENCODING,
                "a reader is asked for the unknown service \"" + name + "\"",
                "host and reader of one release are needed");
    }

    @Override
    public String toString() {
        return "ReaderRequest[" + mode + " " + connector + " " + columns + "]";
    }
}
