package poyang.executor.jobs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import poyang.kernel.Bytes;

/// Lines of a result: RFC 4180, UTF-8.
final class CsvLines {
    private CsvLines() {}

    static Bytes of(List<List<String>> lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        lines.forEach(line -> add(out, line));
        return Bytes.wrap(out.toByteArray());
    }

    static void add(ByteArrayOutputStream out, List<String> fields) {
        out.writeBytes((String.join(",", fields.stream().map(CsvLines::field).toList()) + "\r\n")
                .getBytes(StandardCharsets.UTF_8));
    }

    /// Quoted where it must be.
    private static String field(String text) {
        boolean quoted = text.chars().anyMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
        return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
