package poyang.executor.compute;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
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
/// gives, then answers until the host is gone. Other rows are read while it answers.
final class ViewSession {
    private final ViewChannel host;
    private final InputStream rows;
    private final RandomSource system;
    private final int threads;
    private final Map<Integer, ViewTable.Standing> tables = new ConcurrentHashMap<>();
    private volatile ViewTable.@Nullable Standing latest;

    ViewSession(ViewChannel host, InputStream rows, RandomSource system, int threads) {
        this.host = host;
        this.rows = rows;
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
            host.send(new ViewMessage.Failed(memory()));
        } catch (IOException | RuntimeException e) {
            host.send(new ViewMessage.Failed(internal(e)));
        }
    }

    private void serve() throws IOException {
        if (!(host.receive() instanceof ViewMessage.Make make)) {
            throw outOfTurn();
        }
        try (ViewTable table = new ViewTable(make, system, threads)) {
            stands(make.resumed() ? table.resume(this::at) : read(table));
            while (true) {
                answer(table, host.receive());
            }
        }
    }

    private void at(String phase, long done, long total) {
        host.send(new ViewMessage.Progress(phase, done, total));
    }

    private void stands(ViewTable.Standing standing) {
        ViewMessage.Standing facts = standing.facts();
        latest = standing;
        tables.put(facts.table(), standing);
        host.send(facts);
    }

    private ViewTable.Standing read(ViewTable table) throws IOException {
        try (ViewTable.Reading reading = table.read()) {
            feed(reading, rows);
            return reading.make(this::at);
        }
    }

    private void feed(ViewTable.Reading reading, InputStream from) {
        at("reading", 0, 0);
        ArrowInput.feed(new RowPipe.Source(from), batch -> {
            reading.take(batch);
            at("reading", reading.rows(), 0);
        });
    }

    /// Reads the rows as they are now, while the latest table answers on.
    private void change(ViewTable table, String pipe) {
        try (InputStream now = new FileInputStream(pipe);
                ViewTable.Reading reading = table.read()) {
            feed(reading, now);
            Optional<ViewTable.Standing> next = reading.change(Objects.requireNonNull(latest), this::at);
            if (next.isPresent()) {
                stands(next.get());
            } else {
                host.send(new ViewMessage.Unchanged());
            }
        } catch (PoyangException e) {
            host.send(new ViewMessage.NotChanged(e));
        } catch (OutOfMemoryError e) {
            host.send(new ViewMessage.NotChanged(memory()));
        } catch (IOException | RuntimeException e) {
            host.send(new ViewMessage.NotChanged(internal(e)));
        }
    }

    private ViewTable.Standing table(int number) {
        ViewTable.Standing found = tables.get(number);
        if (found == null) {
            throw new PoyangException(
                    ExecutorErrors.CHILD_LOST, "this table answers no more", "ask the version that stands now");
        }
        return found;
    }

    private void answer(ViewTable made, ViewMessage asked) {
        switch (asked) {
            case ViewMessage.Evaluate m ->
                answer(m.call(), () -> table(m.table()).evaluate(m.keywords(), m.blinded()));
            case ViewMessage.Answer m -> answer(m.call(), () -> table(m.table()).answer(m.keywords(), m.queries()));
            case ViewMessage.Retire(int table) -> {
                var _ = tables.remove(table);
            }
            case ViewMessage.Read(String pipe) -> {
                Thread _ = Thread.ofPlatform().daemon().name("change").start(() -> change(made, pipe));
            }
            case ViewMessage.Make _,
                    ViewMessage.Progress _,
                    ViewMessage.Standing _,
                    ViewMessage.Unchanged _,
                    ViewMessage.NotChanged _,
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

    private static PoyangException memory() {
        return new PoyangException(
                ExecutorErrors.MEMORY_LIMIT,
                "the view child's memory does not hold the table",
                "raise views.heap.mebibytes, or narrow the view");
    }

    private static PoyangException internal(Exception cause) {
        return new PoyangException(
                ExecutorErrors.INTERNAL,
                "the view child failed by " + cause.getClass().getSimpleName(),
                "report this with the release's number");
    }

    private static PoyangException outOfTurn() {
        return new PoyangException(
                KernelErrors.BAD_ENCODING,
                "the host spoke out of turn",
                "host and view child of one release are needed");
    }
}
