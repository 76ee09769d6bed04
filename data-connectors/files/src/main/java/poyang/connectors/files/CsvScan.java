package poyang.connectors.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import poyang.kernel.PoyangException;

/// One pass over a CSV file of UTF-8, row by row as {@link CsvTable} reads it, with no object for a row or a
/// field: fields are places in a buffer until the next row.
final class CsvScan implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 17;

    private final Path path;
    private final byte separator;
    private final int width;
    private final InputStream in;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int limit;
    private boolean ended;
    /// Where the row that is read next begins.
    private int next;

    /// Of the row at hand, one more than the header has.
    private final int[] starts;

    private final int[] ends;
    private final boolean[] doubled;
    private int fields;
    private long line = 1;
    private int linesInside;

    /// Stands before the header.
    ///
    /// @param width fields that each row must have
    CsvScan(Path path, char separator, int width) {
        this.path = path;
        this.separator = (byte) separator;
        this.width = width;
        starts = new int[width + 1];
        ends = new int[width + 1];
        doubled = new boolean[width + 1];
        try {
            in = Files.newInputStream(path);
            while (limit < 3 && !ended) {
                fill();
            }
            if (limit >= 3 && buffer[0] == (byte) 0xef && buffer[1] == (byte) 0xbb && buffer[2] == (byte) 0xbf) {
                next = 3;
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Goes to the next row; false at the end.
    boolean next() {
        try {
            while (true) {
                int row = next;
                if (row == limit && ended) {
                    return false;
                }
                if (row == limit || !parse(row)) {
                    fill();
                    continue;
                }
                long first = line;
                line += 1 + linesInside;
                if (fields == 1 && width > 1 && ends[0] == row) {
                    continue;
                }
                if (fields != width) {
                    throw CsvTable.otherWidth(path, first, fields, width);
                }
                undouble();
                return true;
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Holds the fields of the row at hand.
    byte[] buffer() {
        return buffer;
    }

    int start(int field) {
        return starts[field];
    }

    int length(int field) {
        return ends[field] - starts[field];
    }

    /// Moves the row that is begun to the front and reads more behind it.
    private void fill() throws IOException {
        System.arraycopy(buffer, next, buffer, 0, limit - next);
        limit -= next;
        next = 0;
        if (limit == buffer.length) {
            if (limit >= CsvTable.LONGEST_RECORD) {
                throw malformed("a row is longer than " + CsvTable.LONGEST_RECORD + " bytes");
            }
            buffer = Arrays.copyOf(buffer, 2 * limit);
        }
        int got = in.read(buffer, limit, buffer.length - limit);
        ended = got < 0;
        limit += Math.max(0, got);
    }

    /// Finds the fields of the row at `row`; false when the buffer ends within it.
    private boolean parse(int row) throws CharacterCodingException {
        int at = row;
        fields = 0;
        linesInside = 0;
        while (true) {
            boolean quoted = at < limit && buffer[at] == '"';
            boolean two = false;
            int start = quoted ? at + 1 : at;
            at = quoted ? quoteEnd(start) : plainEnd(start);
            while (quoted && at >= 0 && at + 1 < limit && buffer[at + 1] == '"') {
                two = true;
                at = quoteEnd(at + 2);
            }
            if (at < 0 || (at + (quoted ? 1 : 0) >= limit && !ended)) {
                return false;
            }
            note(start, at, two);
            at = Math.min(limit, quoted ? at + 1 : at);
            if (at == limit) {
                next = at;
                return true;
            }
            byte c = buffer[at++];
            if (c == separator) {
                continue;
            }
            if (c == '\r') {
                if (at == limit && !ended) {
                    return false;
                }
                at += at < limit && buffer[at] == '\n' ? 1 : 0;
            } else if (c != '\n') {
                throw malformed("a quoted field goes on behind its end");
            }
            next = at;
            return true;
        }
    }

    private void note(int start, int end, boolean two) {
        int slot = Math.min(fields, width);
        starts[slot] = start;
        ends[slot] = end;
        doubled[slot] = two;
        fields++;
    }

    /// Where the field that begins here without a quote ends, or -1 when more bytes are needed to say.
    private int plainEnd(int from) throws CharacterCodingException {
        int at = from;
        while (at < limit) {
            byte c = buffer[at];
            if (c < 0) {
                int bytes = character(at);
                if (bytes == 0) {
                    return -1;
                }
                at += bytes;
            } else if (c == separator || c == '\n' || c == '\r') {
                return at;
            } else {
                at++;
            }
        }
        return at;
    }

    /// The next quote or the end of the file, or -1 when more bytes are needed.
    private int quoteEnd(int from) throws CharacterCodingException {
        int at = from;
        while (at < limit) {
            byte c = buffer[at];
            if (c == '"') {
                return at;
            }
            if (c < 0) {
                int bytes = character(at);
                if (bytes == 0) {
                    return -1;
                }
                at += bytes;
            } else {
                linesInside += c == '\n' || (c == '\r' && (at + 1 == limit || buffer[at + 1] != '\n')) ? 1 : 0;
                at++;
            }
        }
        return ended ? limit : -1;
    }

    /// The length of the UTF-8 sequence that begins here, 0 when the buffer ends within it.
    private int character(int at) throws CharacterCodingException {
        int lead = buffer[at] & 0xff;
        int bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        if (lead < 0xc2 || lead > 0xf4) {
            throw new MalformedInputException(1);
        }
        for (int i = 1; i < bytes; i++) {
            if (at + i >= limit) {
                if (ended) {
                    throw new MalformedInputException(i);
                }
                return 0;
            }
            int follow = buffer[at + i] & 0xff;
            // the first byte that follows rules out longer forms than needed, surrogates and more than 10ffff
            int least = i > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            int most = i > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (follow < least || follow > most) {
                throw new MalformedInputException(i);
            }
        }
        return bytes;
    }

    /// One quote for each two inside quoted fields.
    private void undouble() {
        for (int field = 0; field < width; field++) {
            if (doubled[field]) {
                int to = starts[field];
                for (int from = starts[field]; from < ends[field]; from++) {
                    buffer[to++] = buffer[from];
                    from += buffer[from] == '"' ? 1 : 0;
                }
                ends[field] = to;
            }
        }
    }

    private PoyangException malformed(String why) {
        return CsvTable.malformed(path, line, why);
    }

    private PoyangException failure(IOException e) {
        return CsvTable.failure(path, "UTF-8", line, e);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
