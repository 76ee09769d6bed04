package poyang.tools;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a command has to say: to people line by line, to programs as one JSON object at the end.
public final class Report {
    private final PrintWriter out;
    private final boolean json;
    private final Map<String, Object> whole = new LinkedHashMap<>();

    public Report(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /// One field.
    ///
    /// @param words one or more lower-case words; programs read them as one name, `logHead` for `log head`
    public Report say(String words, Object value) {
        if (!json) {
            out.printf("%-14s %s%n", words, value instanceof List<?> list ? joined(list) : value);
        }
        whole.put(name(words), value);
        return this;
    }

    private static String joined(List<?> list) {
        return String.join(", ", list.stream().map(Object::toString).toList());
    }

    /// Says that there is a list, which may stay empty.
    public Report list(String words) {
        whole.put(name(words), new ArrayList<Object>());
        return this;
    }

    /// One item of a list.
    ///
    /// @param lines what people read, one or more lines
    @SuppressWarnings("unchecked") // `list` put it there
    public Report item(String words, Map<String, ?> fields, String lines) {
        if (!json) {
            out.println(lines);
        }
        ((List<Object>) whole.computeIfAbsent(name(words), _ -> new ArrayList<Object>())).add(fields);
        return this;
    }

    /// For people only.
    public Report hint(String line) {
        if (!json) {
            out.println(line);
        }
        return this;
    }

    /// Ends the report.
    ///
    /// @return `code`, so that a command ends with it
    public int done(int code) {
        if (json) {
            StringBuilder text = new StringBuilder();
            write(text, whole);
            out.println(text);
        }
        out.flush();
        return code;
    }

    private static String name(String words) {
        StringBuilder name = new StringBuilder();
        for (String word : words.split(" ", -1)) {
            name.append(
                    name.isEmpty()
                            ? word
                            : word.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }

    private static void write(StringBuilder text, Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                String between = "{";
                for (Map.Entry<?, ?> each : map.entrySet()) {
                    text.append(between);
                    quote(text, String.valueOf(each.getKey()));
                    text.append(':');
                    write(text, each.getValue());
                    between = ",";
                }
                text.append(map.isEmpty() ? "{}" : "}");
            }
            case List<?> list -> {
                String between = "[";
                for (Object each : list) {
                    text.append(between);
                    write(text, each);
                    between = ",";
                }
                text.append(list.isEmpty() ? "[]" : "]");
            }
            case Integer number -> text.append(number);
            case Long number -> text.append(number);
            case Boolean truth -> text.append(truth);
            default -> quote(text, value.toString());
        }
    }

    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                default -> {
                    if (c < ' ') {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
