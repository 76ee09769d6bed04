package poyang.zkp.systems;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poyang.kernel.PoyangException;

/// A strict reader of the little JSON that keys and proofs are: objects, arrays, strings without escapes,
/// and unsigned integers. Members may not repeat, nothing may follow.
final class Json {
    private static final int DEPTH_MAX = 8;

    /// A value of a JSON text.
    sealed interface Value {}

    record Members(Map<String, Value> byName) implements Value {}

    record Items(List<Value> all) implements Value {}

    record Text(String value) implements Value {}

    record Whole(String digits) implements Value {}

    private final String source;
    private final String what;
    private int at;

    private Json(String source, String what) {
        this.source = source;
        this.what = what;
    }

    /// Reads all of `source`.
    ///
    /// @param what how errors call the text
    static Value read(String source, String what) {
        Json reader = new Json(source, what);
        Value value = reader.value(0);
        reader.space();
        if (reader.at != source.length()) {
            throw reader.wrong("something follows the end");
        }
        return value;
    }

    private PoyangException wrong(String why) {
        return ZkpErrors.unreadable(
                what + " is no JSON of a key or proof: " + why + " at character " + at,
                "give the file as the prover or the set-up wrote it");
    }

    private void space() {
        while (at < source.length() && " \t\r\n".indexOf(source.charAt(at)) >= 0) {
            at++;
        }
    }

    private char next() {
        space();
        if (at >= source.length()) {
            throw wrong("the text is cut off");
        }
        return source.charAt(at);
    }

    private void take(char wanted) {
        if (next() != wanted) {
            throw wrong("there is no " + wanted);
        }
        at++;
    }

    private Value value(int depth) {
        if (depth > DEPTH_MAX) {
            throw wrong("it is nested too deeply");
        }
        char first = next();
        if (first == '{') {
            return members(depth);
        }
        if (first == '[') {
            return items(depth);
        }
        if (first == '"') {
            return new Text(text());
        }
        return new Whole(digits());
    }

    private Members members(int depth) {
        Map<String, Value> all = new LinkedHashMap<>();
        take('{');
        if (next() == '}') {
            at++;
            return new Members(all);
        }
        while (true) {
            next();
            String name = text();
            take(':');
            if (all.put(name, value(depth + 1)) != null) {
                throw wrong("\"" + name + "\" is there twice");
            }
            if (next() == '}') {
                at++;
                return new Members(all);
            }
            take(',');
        }
    }

    private Items items(int depth) {
        List<Value> all = new ArrayList<>();
        take('[');
        if (next() == ']') {
            at++;
            return new Items(all);
        }
        while (true) {
            all.add(value(depth + 1));
            if (next() == ']') {
                at++;
                return new Items(all);
            }
            take(',');
        }
    }

    private String text() {
        take('"');
        int end = source.indexOf('"', at);
        if (end < 0) {
            throw wrong("a string has no end");
        }
        String text = source.substring(at, end);
        if (text.indexOf('\\') >= 0 || text.chars().anyMatch(c -> c < ' ')) {
            throw wrong("a string has an escape or a control character");
        }
        at = end + 1;
        return text;
    }

    private String digits() {
        int from = at;
        while (at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9') {
            at++;
        }
        if (at == from) {
            throw wrong("there is no value");
        }
        return source.substring(from, at);
    }
}
