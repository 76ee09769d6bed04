package poyang.tools;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import poyang.kernel.PoyangException;
import poyang.psi.CollisionSum;
import poyang.psi.IntList;
import poyang.psi.KeyForm;
import poyang.psi.KeySet;

/// What the left party writes: a header and one of its keys a line, ascending; complete or absent, never half.
final class CollideResult {
    private CollideResult() {}

    static void write(
            Path out, CollideRun.Listed listed, List<String> columns, KeyForm form, KeySet keys, IntList matches) {
        BitSet matched = new BitSet(keys.size());
        for (int i = 0; i < matches.size(); i++) {
            matched.set(matches.at(i));
        }
        int[] sorted = IntStream.range(0, keys.size())
                .filter(i -> listed == CollideRun.Listed.LEFT || matched.get(i) == (listed == CollideRun.Listed.INNER))
                .toArray();
        keys.sort(sorted);
        writeRows(out, listed, columns, rows -> {
            byte[] key = new byte[1 << 8];
            for (int i : sorted) {
                if (key.length < keys.keyLength(i)) {
                    key = new byte[2 * keys.keyLength(i)];
                }
                rows.key(form, key, 0, keys.copyKey(i, key, 0), matched.get(i));
            }
        });
    }

    /// Writes lines as they come.
    static final class Rows {
        private final OutputStream out;
        private final boolean told;

        private Rows(OutputStream out, boolean told) {
            this.out = out;
            this.told = told;
        }

        /// A line with the values that made a key.
        void key(KeyForm form, byte[] key, int from, int length, boolean matched) {
            try {
                if (form.columns() == 1) {
                    field(out, key, from, from + length);
                } else {
                    fields(out, form.parts(new String(key, from, length, StandardCharsets.UTF_8)));
                }
                if (told) {
                    out.write(',');
                    out.write(matched ? '1' : '0');
                }
                out.write('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// A header and what `source` gives, in its order.
    static void writeRows(Path out, CollideRun.Listed listed, List<String> columns, Consumer<Rows> source) {
        boolean told = listed == CollideRun.Listed.LEFT;
        whole(out, to -> {
            List<String> header = new ArrayList<>(columns);
            if (told) {
                header.add("matched");
            }
            line(to, header);
            source.accept(new Rows(to, told));
        });
    }

    /// A header and the number.
    static void writeSize(Path out, long matches) {
        whole(out, to -> {
            line(to, List.of("matches"));
            line(to, List.of(Long.toString(matches)));
        });
    }

    /// A header, and the number of matches with the sums, empty where there were too few.
    static void writeSums(Path out, List<String> names, CollisionSum.Sums found) {
        List<String> header = new ArrayList<>(List.of("matches"));
        List<String> values = new ArrayList<>(List.of(Long.toString(found.matches())));
        for (int i = 0; i < names.size(); i++) {
            header.add("sum of " + names.get(i));
            values.add(found.sums().isEmpty() ? "" : found.sums().get(i).toString());
        }
        whole(out, to -> {
            line(to, header);
            line(to, values);
        });
    }

    private interface Lines {
        void to(OutputStream out) throws IOException;
    }

    private static void whole(Path out, Lines lines) {
        Path draft = out.resolveSibling(out.getFileName() + ".part");
        try {
            try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(draft), 1 << 16)) {
                lines.to(to);
            }
            Files.move(draft, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | UncheckedIOException e) {
            throw new PoyangException(
                    ToolErrors.OUTPUT_FAILED, "the result could not be written to " + out, "check folder and space", e);
        }
    }

    private static void line(OutputStream out, List<String> fields) throws IOException {
        fields(out, fields);
        out.write('\n');
    }

    private static void fields(OutputStream out, List<String> fields) throws IOException {
        for (int i = 0; i < fields.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            byte[] text = fields.get(i).getBytes(StandardCharsets.UTF_8);
            field(out, text, 0, text.length);
        }
    }

    /// A field of UTF-8, in quotes when it has to be.
    private static void field(OutputStream out, byte[] text, int from, int to) throws IOException {
        boolean plain = true;
        for (int i = from; i < to; i++) {
            byte c = text[i];
            plain &= c != ',' && c != '"' && c != '\n' && c != '\r';
        }
        if (plain) {
            out.write(text, from, to - from);
            return;
        }
        out.write('"');
        for (int i = from; i < to; i++) {
            if (text[i] == '"') {
                out.write('"');
            }
            out.write(text[i]);
        }
        out.write('"');
    }
}
