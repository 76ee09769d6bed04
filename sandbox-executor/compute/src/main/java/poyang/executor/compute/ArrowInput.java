package poyang.executor.compute;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.jspecify.annotations.Nullable;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobRun;
import poyang.kernel.PoyangException;

/// Feeds an Arrow IPC stream to a run. The stream comes from another process, so whatever is wrong
/// with it ends in `INPUT_MALFORMED`, and one batch takes a bounded amount of memory.
final class ArrowInput {
    private static final long LARGEST_BATCH_BYTES = 256L << 20;

    private ArrowInput() {}

    /// @param progress hears the rows read so far
    static void feed(InputStream stream, JobRun run, LongConsumer progress) {
        feed(stream, batch -> {
            run.read(batch);
            progress.accept(run.rowsRead());
        });
    }

    static void feed(InputStream stream, Consumer<VectorSchemaRoot> batches) {
        try (BufferAllocator allocator = new RootAllocator(LARGEST_BATCH_BYTES);
                ArrowStreamReader reader = new ArrowStreamReader(stream, allocator)) {
            while (reader.loadNextBatch()) {
                batches.accept(reader.getVectorSchemaRoot());
            }
            // The Arrow stream ends before the pipe says that it is complete; nothing may follow.
            if (stream.read() >= 0) {
                throw malformed(null);
            }
        } catch (PoyangException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw malformed(e);
        }
    }

    private static PoyangException malformed(@Nullable Exception cause) {
        return new PoyangException(
                ExecutorErrors.INPUT_MALFORMED,
                "the reader's rows are no well-formed Arrow stream",
                "reader and compute child of one release are needed",
                cause);
    }
}
