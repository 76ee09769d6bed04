package poyang.connectors;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// The connectors on this process's class path.
public final class Connectors {
    private final Map<String, Connector> byKind = new TreeMap<>();

    private Connectors(Iterable<Connector> found) {
        for (Connector connector : found) {
            byKind.put(connector.kind(), connector);
        }
    }

    public static Connectors load() {
        return new Connectors(ServiceLoader.load(Connector.class));
    }

    /// All connectors in ascending order of kind.
    public List<Connector> all() {
        return List.copyOf(byKind.values());
    }

    /// @throws PoyangException `UNKNOWN_CONNECTOR`
    public Connector find(String kind) {
        Connector connector = byKind.get(kind);
        if (connector == null) {
            throw new PoyangException(
                    ConnectorErrors.UNKNOWN_CONNECTOR,
                    "there is no connector of kind \"" + kind + "\"",
                    "one of " + byKind.keySet() + " is needed");
        }
        return connector;
    }

    /// The setting's value or its default.
    ///
    /// @throws PoyangException `MISSING_SETTING` when it is required and absent
    public static String setting(Connector connector, SourceSettings source, String name) {
        for (Setting setting : connector.settings()) {
            if (setting.name().equals(name)) {
                String value = source.value(name);
                if (!value.isEmpty()) {
                    return value;
                }
                if (setting.required() && setting.defaultValue().isEmpty()) {
                    throw new PoyangException(
                            ConnectorErrors.MISSING_SETTING,
                            "the setting \"" + name + "\" of a " + connector.kind() + " source is missing",
                            "give its " + setting.labelEnglish());
                }
                return setting.defaultValue();
            }
        }
        throw new Bug("no such setting: " + name);
    }

    /// The positions of `wanted` among `present`.
    ///
    /// @throws PoyangException `UNKNOWN_COLUMN` naming the columns there are
    public static int[] positions(List<String> wanted, List<String> present) {
        int[] positions = new int[wanted.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = present.indexOf(wanted.get(i));
            if (positions[i] < 0) {
                throw new PoyangException(
                        ConnectorErrors.UNKNOWN_COLUMN,
                        "there is no column \"" + wanted.get(i) + "\"",
                        "the source has the columns " + present);
            }
        }
        return positions;
    }
}
