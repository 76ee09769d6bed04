package poyang.executor.jail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The system calls that a jailed JVM may make whatever their arguments; the table is the resource
/// `system-calls.txt`, the most frequent calls first.
final class SystemCalls {
    private static final String TABLE = "system-calls.txt";

    private SystemCalls() {}

    /// One call; a number is -1 where the machine does not have the call.
    record Call(String name, int x86, int arm) {}

    static List<Call> allowed() {
        try (InputStream in = Objects.requireNonNull(SystemCalls.class.getResourceAsStream(TABLE))) {
            List<Call> calls = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n", -1)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] fields = line.split(" ", -1);
                    calls.add(new Call(fields[0], number(fields[1]), number(fields[2])));
                }
            }
            return List.copyOf(calls);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(String field) {
        return field.equals("-") ? -1 : Integer.parseInt(field);
    }
}
