package poyang.connectors;

import java.util.List;

/// What a connector found out about a source.
///
/// @param columns in the source's order
/// @param rows the exact row count
/// @param modifiedMillis when the source last changed, or 0 when it does not say
public record Discovery(List<Column> columns, long rows, long modifiedMillis) {
    public Discovery {
        columns = List.copyOf(columns);
    }

    /// A column and simple statistics of it.
    ///
    /// @param type the source's own type name in lower case, for example `varchar`, `bigint`
    /// @param nulls rows in which it is absent or empty
    /// @param distinct distinct values (approximate where the source is large)
    public record Column(String name, String type, long nulls, long distinct) {}
}
