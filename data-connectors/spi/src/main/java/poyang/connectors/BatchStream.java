package poyang.connectors;

import org.apache.arrow.vector.VectorSchemaRoot;

/// A stream of Arrow batches that reuses one root: each `next` overwrites the batch before.
public interface BatchStream extends AutoCloseable {
    VectorSchemaRoot root();

    /// Loads the next batch into `root`; false at the end.
    boolean next();

    @Override
    void close();
}
