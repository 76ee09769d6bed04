package poyang.tools;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import poyang.kernel.PoyangException;
import poyang.psi.IntList;
import poyang.psi.KeyForm;
import poyang.psi.KeySet;

/// What the left party writes: a header and one of its keys a line, ascending; complete or absent, never half.
final class CollideResult {
    private CollideResult() {}

    static void write(
            Path out, CollideRun.Listed listed, List<String> columns, KeyForm form, KeySet keys, IntList matches) {
        writeRows(out, listed, columns, rows -> {
            for (Entry entry : sorted(listed, keys, matches)) {
                rows.accept(form.parts(entry.key()), entry.matched());
            }
        });
    }

    /// Writes lines as they come.
    interface Rows {
        void accept(List<String> fields, boolean matched);
    }

    /// A header and what `source` gives, in its order.
    static void writeRows(Path out, CollideRun.Listed listed, List<String> columns, Consumer<Rows> source) {
        boolean told = listed == CollideRun.Listed.LEFT;
        whole(out, writer -> {
            List<String> header = new ArrayList<>(columns);
            if (told) {
                header.add("matched");
            }
            line(writer, header);
            source.accept((fields, matched) -> {
                List<String> all = new ArrayList<>(fields);
                if (told) {
                    all.add(matched ? "1" : "0");
                }
                try {
                    line(writer, all);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        });
    }

    /// A header and the number.
    static void writeSize(Path out, long matches) {
        whole(out, writer -> {
            line(writer, List.of("matches"));
            line(writer, List.of(Long.toString(matches)));
        });
    }

    private interface Lines {
        void to(BufferedWriter writer) throws IOException;
    }

    private static void whole(Path out, Lines lines) {
        Path draft = out.resolveSibling(out.getFileName() + ".part");
        try {
            try (BufferedWriter writer = Files.newBufferedWriter(draft)) {
                lines.to(writer);
            }
            Files.move(draft, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | UncheckedIOException e) {
            throw new PoyangException(
                    ToolErrors.OUTPUT_FAILED, "the result could not be written to " + out, "check folder and space", e);
        }
    }

    private record Entry(String key, boolean matched) {}

    /// The listed keys, each with whether it matched.
    private static List<Entry> sorted(CollideRun.Listed listed, KeySet keys, IntList matches) {
        List<Entry> sorted = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < keys.size(); i++) {
            boolean matched = next < matches.size() && matches.at(next) == i;
            next += matched ? 1 : 0;
            boolean wanted = switch (listed) {
                case INNER -> matched;
                case DIFFERENCE -> !matched;
                case LEFT -> true;
            };
            if (wanted) {
                sorted.add(new Entry(keys.keyText(i), matched));
            }
        }
        sorted.sort(Comparator.comparing(Entry::key));
        return sorted;
    }

    private static void line(BufferedWriter writer, List<String> fields) throws IOException {
        for (int i = 0; i < fields.size(); i++) {
            writer.write(i == 0 ? "" : ",");
            writer.write(field(fields.get(i)));
        }
        writer.write('\n');
    }

    private static String field(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',' || c == '"' || c == '\n' || c == '\r') {
                return '"' + text.replace("\"", "\"\"") + '"';
            }
        }
        return text;
    }
}
