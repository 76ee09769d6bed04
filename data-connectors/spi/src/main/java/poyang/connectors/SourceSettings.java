package poyang.connectors;

import java.util.Map;
import java.util.TreeMap;

/// The settings of one source. Holds secrets: it never prints values.
public final class SourceSettings {
    private final Map<String, String> values;

    public SourceSettings(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /// The value, or empty text.
    public String value(String name) {
        return values.getOrDefault(name, "");
    }

    public Map<String, String> values() {
        return new TreeMap<>(values);
    }

    @Override
    public String toString() {
        return "SourceSettings" + new TreeMap<>(values).keySet();
    }
}
