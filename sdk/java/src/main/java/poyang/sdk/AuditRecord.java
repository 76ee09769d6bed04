package poyang.sdk;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.wire.schema.FedRecord;

/// One record of an audit log, with its place in the log's chain.
///
/// @param sequence from 1
/// @param time ISO-8601, as it was written
/// @param initiator who, an account
/// @param type what was done
/// @param subject what it was about; with `detail` the description
/// @param result {@link AuditLog#DONE}, or why it was not done
/// @param value chain value after this record, as it is claimed: {@link #follows} checks it
public record AuditRecord(
        long sequence,
        String time,
        String initiator,
        String type,
        String subject,
        String detail,
        String result,
        Bytes value) {
    private static final int FIELDS = 8;

    /// Chain value before the first record.
    public static final Bytes BEFORE_ALL = Bytes.wrap(new byte[Sm3.DIGEST_BYTES]);

    /// A record after one with the chain value `previous`, with the value that it must have.
    static AuditRecord after(Bytes previous, long sequence, String time, List<String> fields) {
        return new AuditRecord(
                sequence,
                time,
                fields.get(0),
                fields.get(1),
                fields.get(2),
                fields.get(3),
                fields.get(4),
                chained(previous, sequence, time, fields));
    }

    /// Does the chain value hold after this one?
    public boolean follows(Bytes previous) {
        return chained(previous, sequence, time, List.of(initiator, type, subject, detail, result))
                .equals(value);
    }

    private static Bytes chained(Bytes previous, long sequence, String time, List<String> fields) {
        CanonicalWriter out = new CanonicalWriter("poyang.audit-record.v2")
                .bytes(previous)
                .u64(sequence)
                .text(time);
        fields.forEach(out::text);
        return Sm3.hash(out.toArray());
    }

    /// The record in a line of a log; empty for what is none, whatever its chain value.
    static Optional<AuditRecord> parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS || !fields[FIELDS - 1].matches("[0-9a-f]{64}")) {
            return Optional.empty();
        }
        List<String> said = Stream.of(fields)
                .skip(2)
                .limit(FIELDS - 3)
                .map(AuditRecord::unescape)
                .toList();
        try {
            AuditRecord read = new AuditRecord(
                    Long.parseLong(fields[0]),
                    fields[1],
                    said.get(0),
                    said.get(1),
                    said.get(2),
                    said.get(3),
                    said.get(4),
                    Bytes.fromHex(fields[FIELDS - 1]));
            return Long.toString(read.sequence).equals(fields[0]) ? Optional.of(read) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// As it stands in a log.
    String line() {
        StringBuilder line = new StringBuilder().append(sequence).append('\t').append(time);
        Stream.of(initiator, type, subject, detail, result)
                .forEach(field -> line.append('\t').append(escape(field)));
        return line.append('\t').append(value.hex()).toString();
    }

    FedRecord message() {
        return FedRecord.newBuilder()
                .setSequence(sequence)
                .setTime(time)
                .setInitiator(initiator)
                .setType(type)
                .setSubject(subject)
                .setDetail(detail)
                .setResult(result)
                .setValue(ChainForms.byteString(value))
                .build();
    }

    /// As a process showed it.
    public static AuditRecord of(FedRecord fed) {
        return new AuditRecord(
                fed.getSequence(),
                fed.getTime(),
                fed.getInitiator(),
                fed.getType(),
                fed.getSubject(),
                fed.getDetail(),
                fed.getResult(),
                ChainForms.bytes(fed.getValue()));
    }

    private static String escape(String field) {
        return field.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static String unescape(String field) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 1 < field.length()) {
                i++;
                c = switch (field.charAt(i)) {
                    case 't' -> '\t';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    default -> field.charAt(i);
                };
            }
            out.append(c);
        }
        return out.toString();
    }
}
