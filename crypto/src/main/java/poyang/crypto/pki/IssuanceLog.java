package poyang.crypto.pki;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What an authority did, one line an event, only ever appended to:
///
/// `number ⇥ time ⇥ event ⇥ operator ⇥ field=value … ⇥ hash ⇥ signature`
///
/// - the hash is SM3 over the previous line's hash and this line up to the tab before its own hash
/// - the signature is the operator's over `poyang-ca-log-1` and the hash
///
/// A line is written with one write and synced before anything else happens, so an event has happened
/// when its line ends with a line feed. What a crash left after the last line feed has not happened; it
/// is cut off by the next append.
final class IssuanceLog {
    private static final byte[] CONTEXT = "poyang-ca-log-1".getBytes(StandardCharsets.US_ASCII);
    private static final Bytes START = Bytes.wrap(new byte[Sm3.DIGEST_BYTES]);

    private final Path file;
    private final List<Line> lines = new ArrayList<>();
    private Bytes head = START;
    private long length;

    private IssuanceLog(Path file) {
        this.file = file;
    }

    /// One event.
    ///
    /// @param fields in the order of their names
    record Line(
            long number,
            Instant at,
            String event,
            String operator,
            Map<String, String> fields,
            Bytes hash,
            Signature signature) {

        /// @throws PoyangException `LOG_BROKEN` when it is not there
        String field(String name) {
            String value = fields.get(name);
            if (value == null) {
                throw broken(number, "the field " + name + " is missing");
            }
            return value;
        }

        /// Whether this line was signed with `key`.
        boolean signedBy(Sm2PublicKey key) {
            return key.verify(message(hash), signature);
        }
    }

    private static byte[] message(Bytes hash) {
        byte[] message = Arrays.copyOf(CONTEXT, CONTEXT.length + hash.length());
        hash.copyInto(message, CONTEXT.length);
        return message;
    }

    /// @throws PoyangException `LOG_BROKEN`, `FILE_FAILED`
    static IssuanceLog read(Path file) {
        IssuanceLog log = new IssuanceLog(file);
        byte[] all;
        try {
            all = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (IOException e) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "the authority's log " + file + " cannot be read",
                    "check that it exists and that this user may read it",
                    e);
        }
        int start = 0;
        for (int at = 0; at < all.length; at++) {
            if (all[at] == '\n') {
                log.add(new String(all, start, at - start, StandardCharsets.UTF_8));
                start = at + 1;
            }
        }
        log.length = start;
        return log;
    }

    private void add(String text) {
        long number = lines.size() + 1L;
        int signatureAt = text.lastIndexOf('\t');
        int hashAt = signatureAt < 0 ? -1 : text.lastIndexOf('\t', signatureAt - 1);
        if (hashAt < 0) {
            throw broken(number, "it is no log line");
        }
        String content = text.substring(0, hashAt);
        Bytes hash = hash(content);
        if (!hash.hex().equals(text.substring(hashAt + 1, signatureAt))) {
            throw broken(number, "its hash does not follow from the line before and its content");
        }
        try {
            String[] parts = content.split("\t", -1);
            Map<String, String> fields = new TreeMap<>();
            for (String field : Arrays.asList(parts).subList(4, parts.length)) {
                String[] pair = field.split("=", 2);
                fields.put(pair[0], unescape(pair[1]));
            }
            Signature signature = Signature.decode(
                    Bytes.fromHex(text.substring(signatureAt + 1)).toArray());
            Line line = new Line(
                    Long.parseLong(parts[0]), Instant.parse(parts[1]), parts[2], parts[3], fields, hash, signature);
            if (line.number() != number || !content.equals(content(line))) {
                throw broken(number, "it is not written as log lines are");
            }
            lines.add(line);
            head = hash;
        } catch (DateTimeException | IndexOutOfBoundsException | NumberFormatException | PoyangException e) {
            throw broken(number, "it is no log line");
        }
    }

    private Bytes hash(String content) {
        return Sm3.hash(head.toArray(), content.getBytes(StandardCharsets.UTF_8));
    }

    private static String content(Line line) {
        StringBuilder text = new StringBuilder()
                .append(line.number())
                .append('\t')
                .append(line.at())
                .append('\t')
                .append(line.event())
                .append('\t')
                .append(line.operator());
        line.fields()
                .forEach((name, value) ->
                        text.append('\t').append(name).append('=').append(escape(value)));
        return text.toString();
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static String unescape(String value) {
        StringBuilder out = new StringBuilder();
        boolean escaped = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (escaped) {
                out.append(
                        switch (c) {
                            case 't' -> '\t';
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            default -> c;
                        });
                escaped = false;
            } else if (c == '\\') {
                escaped = true;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /// The line that would follow; nothing is written.
    Line draft(Instant at, String event, Map<String, String> fields, ActingOperator by) {
        Line unsigned = new Line(
                lines.size() + 1L,
                at,
                event,
                by.name(),
                new TreeMap<>(fields),
                START,
                new Signature(Bytes.wrap(new byte[64]), 0));
        Bytes hash = hash(content(unsigned));
        return new Line(unsigned.number(), at, event, by.name(), unsigned.fields(), hash, by.sign(message(hash)));
    }

    /// Writes and syncs a draft of this log as it stands.
    ///
    /// @throws PoyangException `FILE_FAILED`; the event has then not happened
    void append(Line line) {
        byte[] text = (content(line) + "\t" + line.hash().hex() + "\t"
                        + line.signature().encoded().hex() + "\n")
                .getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.position(length);
            ByteBuffer whole = ByteBuffer.wrap(text);
            while (whole.hasRemaining()) {
                channel.write(whole);
            }
            channel.force(true);
        } catch (IOException e) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "the authority's log " + file + " cannot be written, and nothing was done",
                    "check folder and space",
                    e);
        }
        lines.add(line);
        head = line.hash();
        length += text.length;
    }

    /// Whether the file is as long as when it was read or appended to.
    boolean isCurrent() {
        try {
            return Files.exists(file) ? Files.size(file) == length : length == 0;
        } catch (IOException e) {
            return false;
        }
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }

    /// The last line's hash: who keeps it elsewhere will notice lines that go missing at the end.
    Bytes head() {
        return head;
    }

    static PoyangException broken(long number, String why) {
        return new PoyangException(
                CryptoErrors.LOG_BROKEN,
                "line " + number + " of the authority's log is not as it was written: " + why,
                "restore the log from a copy; nothing is issued on a log that was changed");
    }
}
