package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How the values of one row's key columns become one key. With one column the key is its normalised value.
/// With several each value is normalised by its own rule and written behind its length, `6:420101`, so that
/// no two different rows of values give the same key; a row in which any of them is no identifier has none.
public final class KeyForm {
    private final List<IdentifierRule> rules;

    /// @param rules one for each column, at least one
    public KeyForm(List<IdentifierRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /// How many columns make a key.
    public int columns() {
        return rules.size();
    }

    /// An empty set for keys of this form.
    public KeySet keySet() {
        return new KeySet(rules.size() == 1 ? rules.getFirst() : IdentifierRule.TEXT);
    }

    /// The key of one row as UTF-8, empty when it has none.
    ///
    /// @param row one value for each column
    public byte[] key(String[] row) {
        String key = row.length == 1 ? rules.getFirst().normalise(row[0]).orElse("") : joined(row);
        return key.getBytes(StandardCharsets.UTF_8);
    }

    /// Several columns' key, or empty text, which is none.
    private String joined(String[] row) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            Optional<String> part = rules.get(i).normalise(row[i]);
            if (part.isEmpty()) {
                return "";
            }
            key.append(part.get().length()).append(':').append(part.get());
        }
        return key.toString();
    }

    /// The normalised values that made a key.
    public List<String> parts(String key) {
        if (rules.size() == 1) {
            return List.of(key);
        }
        List<String> parts = new ArrayList<>(rules.size());
        int at = 0;
        while (at < key.length()) {
            int colon = key.indexOf(':', at);
            int end = colon + 1 + Integer.parseInt(key, at, colon, 10);
            parts.add(key.substring(colon + 1, end));
            at = end;
        }
        return parts;
    }
}
