package poyang.executor.compute;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.RowPipe;
import poyang.executor.job.ViewChannel;
import poyang.executor.job.ViewMessage;
import poyang.executor.jobs.ViewTable;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The view child's side of the conversation with its host: makes the table of the rows that the reader
/// gives, then answers until the host is gone.
final class ViewSession {
    private final ViewChannel host;
    private final InputStream rows;
    private final Path scratch;
    private final RandomSource system;
    private final int threads;

    ViewSession(ViewChannel host, InputStream rows, Path scratch, RandomSource system, int threads) {
        this.host = host;
        this.rows = rows;
        this.scratch = scratch;
        this.system = system;
        this.threads = threads;
    }

    /// Runs to the end; every failure becomes a message, never a stack trace with content.
    void run() {
        try {
            serve();
        } catch (PoyangException e) {
            if (!e.code().equals(ExecutorErrors.CHILD_LOST)) {
                host.send(new ViewMessage.Failed(e));
            }
        } catch (OutOfMemoryError e) {
            host.send(new ViewMessage.Failed(new PoyangException(
                    ExecutorErrors.MEMORY_LIMIT,
                    "the view child's memory does not hold the table",
                    "raise views.heap.mebibytes, or narrow the view")));
        } catch (IOException | RuntimeException e) {
            host.send(new ViewMessage.Failed(new PoyangException(
                    ExecutorErrors.INTERNAL,
                    "the view child failed by " + e.getClass().getSimpleName(),
                    "report this with the release's number")));
        }
    }

    private void serve() throws IOException {
        if (!(host.receive() instanceof ViewMessage.Make make)) {
            throw outOfTurn();
        }
        try (ViewTable table = new ViewTable(make, scratch, system, threads)) {
            host.send(new ViewMessage.Progress("reading", 0, 0));
            ArrowInput.feed(new RowPipe.Source(rows), batch -> {
                table.take(batch);
                host.send(new ViewMessage.Progress("reading", table.rowsRead(), 0));
            });
            ViewTable.Standing standing =
                    table.make((phase, done, total) -> host.send(new ViewMessage.Progress(phase, done, total)));
            host.send(standing.facts());
            while (true) {
                answer(standing, host.receive());
            }
        }
    }

    private void answer(ViewTable.Standing table, ViewMessage asked) {
        switch (asked) {
            case ViewMessage.Evaluate m -> answer(m.call(), () -> table.evaluate(m.keywords(), m.blinded()));
            case ViewMessage.Answer m -> answer(m.call(), () -> table.answer(m.keywords(), m.queries()));
            case ViewMessage.Make _,
                    ViewMessage.Progress _,
                    ViewMessage.Standing _,
                    ViewMessage.Frame _,
                    ViewMessage.Refused _,
                    ViewMessage.Failed _ -> throw outOfTurn();
        }
    }

    private interface Work {
        byte[] frame();
    }

    private void answer(long call, Work work) {
        byte[] frame;
        try {
            frame = work.frame();
        } catch (PoyangException e) {
            host.send(new ViewMessage.Refused(call, e));
            return;
        }
        host.send(new ViewMessage.Frame(call, Bytes.wrap(frame)));
    }

    private static PoyangException outOfTurn() {
        return new PoyangException(
                KernelErrors.BAD_ENCODING,
                "the host spoke out of turn",
                "host and view child of one release are needed");
    }
}
