package poyang.executor.reader;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import poyang.connectors.BatchStream;
import poyang.connectors.Connectors;
import poyang.connectors.Discovery;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.ReaderRequest;
import poyang.executor.job.RowPipe;
import poyang.executor.job.SourceDescription;
import poyang.kernel.PoyangException;

/// Takes one {@link ReaderRequest} from standard input and answers on standard output: rows through a
/// {@link RowPipe} into the compute child, everything else as a {@link SourceDescription} to the host.
///
/// Nothing else is printed: standard output is the stream, standard error is nobody's.
public final class ReaderMain {
    private ReaderMain() {}

    public static void main(String[] args) throws IOException {
        serve(System.in, System.out);
    }

    static void serve(InputStream in, OutputStream out) throws IOException {
        ReaderRequest request = ReaderRequest.readFrom(in);
        switch (request.mode()) {
            case FORMS, DISCOVER -> describe(request, out);
            case READ -> stream(request, out);
        }
    }

    private static void describe(ReaderRequest request, OutputStream out) throws IOException {
        SourceDescription description;
        try {
            description = description(request);
        } catch (PoyangException e) {
            SourceDescription.writeFailure(out, e);
            return;
        } catch (OutOfMemoryError e) {
            SourceDescription.writeFailure(out, outOfMemory());
            return;
        }
        SourceDescription.write(out, description);
    }

    private static SourceDescription description(ReaderRequest request) {
        Connectors connectors = Connectors.load();
        if (request.mode() == ReaderRequest.Mode.FORMS) {
            List<SourceDescription.Form> forms = connectors.all().stream()
                    .map(connector -> new SourceDescription.Form(connector.kind(), connector.settings()))
                    .toList();
            return new SourceDescription.Forms(forms);
        }
        Discovery discovery = connectors.find(request.connector()).discover(request.settings());
        return new SourceDescription.Discovered(discovery);
    }

    private static void stream(ReaderRequest request, OutputStream out) throws IOException {
        RowPipe.Sink sink = new RowPipe.Sink(out);
        try (BufferAllocator allocator = new RootAllocator();
                BatchStream batches = Connectors.load()
                        .find(request.connector())
                        .read(request.settings(), request.columns(), allocator);
                ArrowStreamWriter writer = new ArrowStreamWriter(batches.root(), null, sink)) {
            writer.start();
            while (batches.next()) {
                writer.writeBatch();
            }
            writer.end();
        } catch (PoyangException e) {
            sink.fail(e);
            return;
        } catch (OutOfMemoryError e) {
            sink.fail(outOfMemory());
            return;
        }
        sink.complete();
    }

    private static PoyangException outOfMemory() {
        return new PoyangException(
                ExecutorErrors.MEMORY_LIMIT,
                "the reader's memory does not hold what the source gives",
                "raise the reader's memory limit, or look for a field of absurd size in the source");
    }
}
