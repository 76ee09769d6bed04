package poyang.executor.host;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobProgress;
import poyang.executor.job.ViewMessage;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// A jailed child that makes a view's table and keeps it. The host sees its form and frames, never a row.
final class ViewChild implements AutoCloseable {
    private final Children.Viewing child;
    private final Source source;
    private final AtomicLong calls = new AtomicLong();
    private final Map<Long, CompletableFuture<Bytes>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private ViewChild(Children.Viewing child, Source source) {
        this.child = child;
        this.source = source;
    }

    /// Starts reader and child.
    ///
    /// @param columns the key column, then those of a record
    static ViewChild start(
            ExecutorSetup setup, String name, Source source, List<String> columns, ViewMessage.Make make) {
        ViewChild started = new ViewChild(Children.startView(setup, name, source, columns), source);
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
                case ViewMessage.Failed failed ->
                    throw new PoyangException(
                            failed.failure().code(),
                            source.outside(failed.failure().wrong()),
                            source.outside(failed.failure().right()),
                            failed.failure());
                case ViewMessage.Make _,
                        ViewMessage.Evaluate _,
                        ViewMessage.Answer _,
                        ViewMessage.Frame _,
                        ViewMessage.Refused _ -> throw outOfTurn();
            }
        }
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
                    case ViewMessage.Make _,
                            ViewMessage.Evaluate _,
                            ViewMessage.Answer _,
                            ViewMessage.Progress _,
                            ViewMessage.Standing _ -> throw outOfTurn();
                }
            }
        } catch (PoyangException e) {
            child.children().kill();
            ended.complete(null);
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
    Bytes evaluate(int keywords, Bytes blinded) {
        return call(call -> new ViewMessage.Evaluate(call, keywords, blinded));
    }

    /// @throws PoyangException `BAD_FRAME`, or `CHILD_LOST`
    Bytes answer(int keywords, Bytes queries) {
        return call(call -> new ViewMessage.Answer(call, keywords, queries));
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
