package poyang.connectors;

import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// One kind of data source. Found by `ServiceLoader`; stateless; runs inside the reader's jail.
///
/// Every failure is a `PoyangException` with a code of {@link ConnectorErrors}.
public interface Connector {
    /// For example `csv`, `parquet`, `postgresql`.
    String kind();

    /// The settings that a person fills in to name a source of this kind.
    List<Setting> settings();

    /// Connects, and gives schema, row count and simple statistics of the columns.
    Discovery discover(SourceSettings source);

    /// Streams the named columns as Arrow batches, all as UTF-8 text (null stays null), in the order
    /// of `columns`. Other columns are not read where the source allows it.
    ///
    /// @throws poyang.kernel.PoyangException `UNKNOWN_COLUMN` names the column and the columns there are
    BatchStream read(SourceSettings source, List<String> columns, BufferAllocator allocator);
}
