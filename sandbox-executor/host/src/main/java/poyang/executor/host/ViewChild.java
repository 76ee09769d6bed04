package poyang.executor.host;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import poyang.executor.jail.Confinement.Mount;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobProgress;
import poyang.executor.job.ViewMessage;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewReads;

/// A jailed child that makes a view's table and keeps it. The host sees its form and frames, never a row.
final class ViewChild implements AutoCloseable {
    /// What a child of {@link Kept} names its rows once they are whole.
    static final String KEPT_ROWS = "rows.sealed";

    private final Children.Viewing child;
    private final Source source;
    private final ExecutorSetup setup;
    private final String name;
    private final BlockingQueue<ViewMessage> changes = new LinkedBlockingQueue<>();
    private int changesMade;
    private final AtomicLong calls = new AtomicLong();
    private final Map<Long, CompletableFuture<Bytes>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private ViewChild(Children.Viewing child, Source source, ExecutorSetup setup, String name) {
        this.child = child;
        this.source = source;
        this.setup = setup;
        this.name = name;
    }

    /// What a child keeps beyond its life, and under which secret.
    ///
    /// @param folder of the host, the child's own
    /// @param resumed whether the rows are there
    record Kept(Path folder, Bytes secret, boolean resumed) {
        private Mount mount() {
            return new Mount(folder, "/kept", true);
        }

        /// What a child of this view is told.
        ViewMessage.Make make(ExecutorSetup setup, View view) {
            return new ViewMessage.Make(
                    view.getIdentifierKind().name().toLowerCase(Locale.ROOT),
                    view.getColumnsCount(),
                    view.getRecordBytes(),
                    view.getRecordsPerKey(),
                    view.getReads() == ViewReads.VIEW_READS_BY_RANGE,
                    setup.jail().inside(mount()),
                    secret,
                    resumed);
        }
    }

    /// Starts the child, and a reader unless it has its rows.
    ///
    /// @param columns the key column, then those of a record
    static ViewChild start(
            ExecutorSetup setup, String name, Source source, List<String> columns, Kept kept, ViewMessage.Make make) {
        Optional<Source> read = make.resumed() ? Optional.empty() : Optional.of(source);
        ViewChild started =
                new ViewChild(Children.startView(setup, name, read, columns, kept.mount()), source, setup, name);
        try {
            started.child.channel().send(make);
            return started;
        } catch (PoyangException e) {
            started.close();
            throw e;
        }
    }

    /// Waits until the table stands; then calls may be made.
    ///
    /// @throws PoyangException why it does not
    ViewMessage.Standing await(JobProgress progress) {
        while (true) {
            switch (child.channel().receive()) {
                case ViewMessage.Progress at -> progress.at(at.phase(), at.done(), at.total());
                case ViewMessage.Standing standing -> {
                    Thread _ = Thread.ofVirtual().name("view frames").start(this::receive);
                    return standing;
                }
                case ViewMessage.Failed failed -> throw outside(failed.failure());
                case ViewMessage.Make _,
                        ViewMessage.Read _,
                        ViewMessage.Unchanged _,
                        ViewMessage.NotChanged _,
                        ViewMessage.Retire _,
                        ViewMessage.Evaluate _,
                        ViewMessage.Answer _,
                        ViewMessage.Frame _,
                        ViewMessage.Refused _ -> throw outOfTurn();
            }
        }
    }

    private PoyangException outside(PoyangException failure) {
        return new PoyangException(
                failure.code(), source.outside(failure.wrong()), source.outside(failure.right()), failure);
    }

    /// Has the rows read as they are now, and the table changed to them; it answers on meanwhile. One at a time.
    ///
    /// @param now the source, which may have got other settings
    /// @return the next table; empty when the rows are the same
    /// @throws PoyangException why there is none: the latest table stays
    Optional<ViewMessage.Standing> change(Source now, List<String> columns, JobProgress progress)
            throws InterruptedException {
        String pipeName = "rows-" + ++changesMade;
        Path pipe = pipe(pipeName);
        changes.clear();
        try {
            Children reader;
            ViewMessage first;
            // open at both ends until the child has it open, so that nobody waits for the other or sees an early end
            try (RandomAccessFile _ = new RandomAccessFile(pipe.toFile(), "rw")) {
                child.channel()
                        .send(new ViewMessage.Read(setup.jail().insideScratch(child.scratch()) + "/" + pipeName));
                reader = Children.readInto(setup, name + "-" + pipeName, now, columns, pipe);
                first = changes.take();
            }
            try (reader) {
                return changed(first, progress);
            }
        } catch (IOException e) {
            throw new PoyangException(
                    ExecutorErrors.INTERNAL, "the rows' pipe could not be used", "see the executor's log", e);
        } finally {
            boolean _ = pipe.toFile().delete();
        }
    }

    private Optional<ViewMessage.Standing> changed(ViewMessage first, JobProgress progress)
            throws InterruptedException {
        ViewMessage message = first;
        while (true) {
            switch (message) {
                case ViewMessage.Progress at -> progress.at(at.phase(), at.done(), at.total());
                case ViewMessage.Standing standing -> {
                    return Optional.of(standing);
                }
                case ViewMessage.Unchanged _ -> {
                    return Optional.empty();
                }
                case ViewMessage.NotChanged(PoyangException failure) -> throw outside(failure);
                case ViewMessage.Failed(PoyangException failure) -> throw outside(failure);
                case ViewMessage.Make _,
                        ViewMessage.Read _,
                        ViewMessage.Retire _,
                        ViewMessage.Evaluate _,
                        ViewMessage.Answer _,
                        ViewMessage.Frame _,
                        ViewMessage.Refused _ -> throw outOfTurn();
            }
            message = changes.take();
        }
    }

    /// A pipe in the child's scratch folder, made by the system's `mkfifo`.
    private Path pipe(String pipeName) throws InterruptedException {
        Path pipe = child.scratch().resolve(pipeName);
        try {
            Process made = new ProcessBuilder("mkfifo", "-m", "600", pipe.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (made.waitFor() == 0) {
                setup.jail().giveToChild(pipe);
                return pipe;
            }
        } catch (IOException e) {
            throw new PoyangException(
                    ExecutorErrors.INTERNAL, "no pipe for rows can be made", "coreutils' mkfifo is needed", e);
        }
        throw new PoyangException(
                ExecutorErrors.INTERNAL, "no pipe for rows can be made", "coreutils' mkfifo is needed");
    }

    /// This table is asked no more.
    void retire(int table) {
        child.channel().send(new ViewMessage.Retire(table));
    }

    private void receive() {
        try {
            while (true) {
                switch (child.channel().receive()) {
                    case ViewMessage.Frame(long call, Bytes content) ->
                        take(call).complete(content);
                    case ViewMessage.Refused(long call, PoyangException failure) ->
                        take(call).completeExceptionally(failure);
                    case ViewMessage.Failed failed -> throw failed.failure();
                    case ViewMessage.Progress message -> changes.add(message);
                    case ViewMessage.Standing message -> changes.add(message);
                    case ViewMessage.Unchanged message -> changes.add(message);
                    case ViewMessage.NotChanged message -> changes.add(message);
                    case ViewMessage.Make _,
                            ViewMessage.Read _,
                            ViewMessage.Retire _,
                            ViewMessage.Evaluate _,
                            ViewMessage.Answer _ -> throw outOfTurn();
                }
            }
        } catch (PoyangException e) {
            child.children().kill();
            ended.complete(null);
            changes.add(new ViewMessage.Failed(e));
            waiting.keySet().forEach(call -> take(call).completeExceptionally(e));
        }
    }

    private CompletableFuture<Bytes> take(long call) {
        CompletableFuture<Bytes> found = waiting.remove(call);
        return found == null ? new CompletableFuture<>() : found;
    }

    /// Completes when the child is gone.
    CompletableFuture<Void> ended() {
        return ended;
    }

    /// @throws PoyangException `BAD_FRAME`, or `CHILD_LOST`
    Bytes evaluate(int table, int keywords, Bytes blinded) {
        return call(call -> new ViewMessage.Evaluate(call, table, keywords, blinded));
    }

    /// @throws PoyangException `BAD_FRAME`, or `CHILD_LOST`
    Bytes answer(int table, int keywords, Bytes queries) {
        return call(call -> new ViewMessage.Answer(call, table, keywords, queries));
    }

    private Bytes call(LongFunction<ViewMessage> message) {
        long call = calls.incrementAndGet();
        CompletableFuture<Bytes> answer = new CompletableFuture<>();
        waiting.put(call, answer);
        try {
            child.channel().send(message.apply(call));
            if (ended.isDone()) {
                take(call).completeExceptionally(lost());
            }
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof PoyangException failure ? failure : e;
        } finally {
            waiting.remove(call);
        }
    }

    private static PoyangException lost() {
        return new PoyangException(
                ExecutorErrors.CHILD_LOST, "the view's table is gone", "ask again when a new one has been made");
    }

    private static PoyangException outOfTurn() {
        return new PoyangException(
                KernelErrors.BAD_ENCODING,
                "a view child spoke out of turn",
                "host and child of one release are needed");
    }

    @Override
    public void close() {
        child.children().close();
    }
}
