package poyang.chain.ledger.query;

import java.util.List;

/// What stands in one column of one row.
public sealed interface Value extends Comparable<Value> {
    /// @param value a count, a code, or milliseconds since 1970
    record Whole(long value) implements Value {}

    record Text(String value) implements Value {}

    /// Several texts, in their order.
    record Texts(List<String> values) implements Value {
        public Texts {
            values = List.copyOf(values);
        }
    }

    static Value of(long value) {
        return new Whole(value);
    }

    static Value of(String value) {
        return new Text(value);
    }

    static Value of(List<String> values) {
        return new Texts(values);
    }

    /// Numbers by size, texts by their characters; each kind apart from the others.
    @Override
    default int compareTo(Value other) {
        return switch (this) {
            case Whole(long a) -> other instanceof Whole(long b) ? Long.compare(a, b) : -1;
            case Text(String a) ->
                switch (other) {
                    case Whole _ -> 1;
                    case Text(String b) -> a.compareTo(b);
                    case Texts _ -> -1;
                };
            case Texts(List<String> a) ->
                other instanceof Texts(List<String> b) ? String.join("\0", a).compareTo(String.join("\0", b)) : 1;
        };
    }
}
