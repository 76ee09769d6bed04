package poyang.executor.host;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.crypto.Sm3;
import poyang.executor.jail.Scratch;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.ViewMessage;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.SdkErrors;
import poyang.sdk.VerifiedBlock;
import poyang.wire.schema.CommitView;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Event;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewList;
import poyang.wire.schema.ViewStatus;

/// Keeps a table for each of this department's views: made when the view is published, when the owner asks
/// for a fresh one, and when this process starts; gone when the view is withdrawn. One is made at a time;
/// until it stands, the one before answers, and for a while after. What the making costs most is kept on disk,
/// sealed, so that a restart goes on from there; and a table is changed to changed rows where it can be.
final class ViewSupervisor {
    private static final Logger LOG = LoggerFactory.getLogger(ViewSupervisor.class);
    private static final long RETRY_MILLIS = 2_000;
    private static final long RETIRE_MILLIS = 60_000;
    /// A table that was lost sooner after it stood is not made again unasked.
    private static final long SHORT_MILLIS = 60_000;

    private final String organisation;
    private final ExecutorSetup setup;
    private final SourceVault vault;
    private final ChainAccount chain;
    private final ViewFacts facts;
    private final Statements statements;
    private final JobSupervisor.Journal journal;
    private final RandomSource random;
    private final Path kept;
    private final Semaphore room = new Semaphore(1);
    private final Map<String, Table> standing = new TreeMap<>();
    private final Map<String, Table> retiring = new TreeMap<>();
    /// By view, the number of the refresh that is being made, or that failed.
    private final Map<String, Integer> tried = new TreeMap<>();

    private final List<ViewChild> making = new ArrayList<>();
    private final Map<String, ViewStatus> statuses = new ConcurrentHashMap<>();
    private boolean stopped;

    /// A table that answers.
    ///
    /// @param number among its child's
    /// @param steps frames of a look-up before its last
    record Table(
            String view,
            int version,
            int refresh,
            Bytes form,
            ViewChild child,
            int number,
            int steps,
            long sinceNanos) {
        Table answering(int later) {
            return new Table(view, version, later, form, child, number, steps, sinceNanos);
        }
    }

    /// Executes `Views.Commit` once it stands in an anchored record; returns when it is final.
    interface Statements {
        void commit(CommitView table);
    }

    /// @param kept a private folder, where views' rows are kept sealed, each in a folder of its own
    ViewSupervisor(
            JobAttempt.Desk desk,
            ChainAccount chain,
            Statements statements,
            JobSupervisor.Journal journal,
            Path kept,
            RandomSource random) {
        this.statements = statements;
        this.kept = kept;
        organisation = desk.organisation();
        setup = desk.setup();
        vault = desk.vault();
        this.chain = chain;
        this.journal = journal;
        this.random = random;
        facts = new ViewFacts(chain);
    }

    ViewFacts facts() {
        return facts;
    }

    String sandbox() {
        return setup.jail().name();
    }

    /// The table of a version, as long as it answers.
    synchronized Optional<Table> find(String view, int version) {
        return Optional.ofNullable(standing.get(view))
                .filter(table -> table.version() == version)
                .or(() -> Optional.ofNullable(retiring.get(view)).filter(table -> table.version() == version));
    }

    synchronized Optional<Table> latest(String view) {
        return Optional.ofNullable(standing.get(view));
    }

    ViewStatus status(String view) {
        return statuses.getOrDefault(
                view, ViewStatus.newBuilder().setView(view).setPhase("waiting").build());
    }

    /// Runs until interrupted.
    void run() throws InterruptedException {
        long height = takeStock();
        Thread current = Thread.ofVirtual().name("views current").start(this::keepCurrent);
        try {
            chain.follow(height + 1, this::hear);
        } finally {
            current.interrupt();
        }
    }

    /// Reads the sources again from time to time.
    private void keepCurrent() {
        try {
            while (true) {
                Thread.sleep(Duration.ofMinutes(setup.currentMinutes()));
                List<Table> all;
                synchronized (this) {
                    all = List.copyOf(standing.values());
                }
                for (Table table : all) {
                    facts.view(table.view(), 0)
                            .filter(view -> !view.getWithdrawn())
                            .ifPresent(this::make);
                }
            }
        } catch (InterruptedException e) {
            LOG.info("views are no longer kept current");
        }
    }

    private Path folder(View view) {
        String name = view.getId().substring(view.getId().indexOf('/') + 1);
        return kept.resolve(name + "-" + view.getPublishedHeight());
    }

    /// Where the view's child keeps things; made when it is first needed.
    private ViewChild.Kept kept(View view) {
        Path folder = folder(view);
        if (!Files.exists(folder)) {
            var _ = setup.jail().newScratch(kept, folder.getFileName().toString());
        }
        return new ViewChild.Kept(
                folder,
                vault.viewSecret(view.getId() + "@" + view.getPublishedHeight()),
                Files.exists(folder.resolve(ViewChild.KEPT_ROWS)));
    }

    /// Takes away what views kept that are there no more.
    private void clear(Set<Path> needed) {
        try (Stream<Path> folders = Files.list(kept)) {
            folders.filter(folder -> !needed.contains(folder)).forEach(Scratch::wipe);
        } catch (IOException e) {
            LOG.warn("the folder {} cannot be read", kept);
        }
    }

    private long takeStock() throws InterruptedException {
        while (true) {
            try {
                long height = chain.height();
                byte[] listed = chain.read(ViewFacts.VIEWS, "List", Empty.getDefaultInstance());
                List<View> own = new ArrayList<>();
                Set<Path> needed = new TreeSet<>();
                for (View view : ViewList.parseFrom(listed).getViewsList()) {
                    if (view.getOrganisation().equals(organisation)) {
                        facts.view(view.getId(), 0).ifPresent(own::add);
                    }
                }
                own.stream()
                        .filter(view -> !view.getWithdrawn())
                        .map(this::folder)
                        .forEach(needed::add);
                clear(needed);
                own.forEach(this::consider);
                return height;
            } catch (PoyangException e) {
                if (e.code().category() != ErrorCode.Category.ENVIRONMENT) {
                    throw e;
                }
                LOG.warn("the chain's views cannot be read yet: {}", e.wrong());
                Thread.sleep(RETRY_MILLIS);
            } catch (InvalidProtocolBufferException e) {
                throw new PoyangException(
                        SdkErrors.NOT_PROVEN, "a node's list of views is malformed", "one release is needed", e);
            }
        }
    }

    private void hear(VerifiedBlock block) {
        for (Event event : block.events()) {
            if (event.getTopic().equals("views.changed") && event.getKey().startsWith(organisation + "/")) {
                try {
                    facts.view(event.getKey(), block.height()).ifPresent(this::consider);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                } catch (PoyangException e) {
                    LOG.warn("view {} could not be looked at: {}", event.getKey(), e.wrong());
                }
            }
        }
    }

    private synchronized void consider(View view) {
        String id = view.getId();
        if (view.getWithdrawn()) {
            tried.remove(id);
            statuses.remove(id);
            Optional.ofNullable(standing.remove(id)).ifPresent(this::retire);
            Thread _ = Thread.ofVirtual().start(() -> {
                pause();
                Scratch.wipe(folder(view));
            });
            return;
        }
        boolean wanted = !standing.containsKey(id) || standing.get(id).refresh() < view.getRefreshes();
        boolean fresh = tried.getOrDefault(id, -1) < view.getRefreshes();
        if (wanted && fresh && !stopped) {
            tried.put(id, view.getRefreshes());
            Thread _ = Thread.ofVirtual().name("view " + id).start(() -> make(view));
        }
    }

    private void make(View view) {
        try {
            room.acquire();
            try {
                attempt(view);
            } finally {
                room.release();
            }
        } catch (InterruptedException e) {
            LOG.info("the table of {} is not made: this executor stops", view.getId());
        } catch (PoyangException e) {
            failed(view, e);
        } catch (RuntimeException e) {
            failed(view, new PoyangException(ExecutorErrors.INTERNAL, "the host failed: " + e, "report this", e));
        }
    }

    private void attempt(View view) throws InterruptedException {
        Optional<Table> before = latest(view.getId());
        if (before.isPresent()) {
            change(view, before.get());
            return;
        }
        ViewChild.Kept place = kept(view);
        if (place.resumed()) {
            try {
                make(view, place, view.getTable().getRefresh());
                return;
            } catch (PoyangException e) {
                LOG.warn("what {} kept is of no use, its rows are read anew: {}", view.getId(), e.wrong());
                Scratch.wipe(place.folder());
                place = kept(view);
            }
        }
        make(view, place, view.getRefreshes());
    }

    private Source source(View view) {
        String dataset = view.getDataset().substring(view.getDataset().indexOf('/') + 1);
        return vault.find(dataset)
                .orElseThrow(() -> new PoyangException(
                        HostErrors.NO_SUCH_SOURCE,
                        "this executor has no source \"" + dataset + "\"",
                        "add the source under the data set's name"))
                .source();
    }

    private static List<String> columns(View view) {
        List<String> columns = new ArrayList<>(List.of(view.getKeyColumn()));
        columns.addAll(view.getColumnsList());
        return columns;
    }

    private void make(View view, ViewChild.Kept place, int refresh) throws InterruptedException {
        journal.record(place.resumed() ? "view-resume" : "view-make", view.getId(), "refresh " + refresh);
        long start = System.nanoTime();
        String name = "v" + Bytes.wrap(random.fork("scratch").bytes(6)).hex();
        ViewChild child = ViewChild.start(setup, name, source(view), columns(view), place, place.make(setup, view));
        boolean stands = false;
        try {
            kept(child);
            ViewMessage.Standing made = child.await((phase, done, total) -> post(view, phase, done, total));
            stands = commit(view, refresh, child, made, seconds(start));
        } finally {
            synchronized (this) {
                making.remove(child);
            }
            if (!stands) {
                child.close();
            }
        }
        if (refresh < view.getRefreshes()) {
            synchronized (this) {
                tried.put(view.getId(), refresh);
            }
            facts.view(view.getId(), 0).ifPresent(this::consider);
        }
    }

    /// The table that stands is changed to the rows as they are now; it answers on meanwhile.
    private void change(View view, Table before) throws InterruptedException {
        journal.record("view-change", view.getId(), "refresh " + view.getRefreshes());
        long start = System.nanoTime();
        Optional<ViewMessage.Standing> made = before.child()
                .change(source(view), columns(view), (phase, done, total) -> post(view, phase, done, total));
        if (made.isEmpty()) {
            synchronized (this) {
                standing.replace(view.getId(), before, before.answering(view.getRefreshes()));
            }
            journal.record("view-unchanged", view.getId(), "version " + before.version());
            post(view, "standing", 0, 0);
            return;
        }
        boolean stands = false;
        try {
            stands = commit(view, view.getRefreshes(), before.child(), made.get(), seconds(start));
        } finally {
            if (!stands) {
                before.child().close(); // the chain does not know what it keeps now, so it begins again from there
            }
        }
    }

    private synchronized void kept(ViewChild child) {
        making.add(child);
        if (stopped) {
            child.close();
        }
    }

    private boolean commit(View view, int refresh, ViewChild child, ViewMessage.Standing made, long seconds)
            throws InterruptedException {
        String id = view.getId();
        View now = facts.view(id, 0).orElse(view);
        if (now.getWithdrawn()) {
            return false;
        }
        int version = now.getTable().getVersion() + 1;
        Table table =
                new Table(id, version, refresh, made.form(), child, made.table(), made.steps(), System.nanoTime());
        statements.commit(CommitView.newBuilder()
                .setView(id)
                .setVersion(version)
                .setFormHash(ByteString.copyFrom(Sm3.digest(made.form().toArray())))
                .setRoundedRecords(made.roundedRecords())
                .setRefresh(refresh)
                .setKeywordsAtOnce(made.keywordsAtOnce())
                .setKeywordBytes(made.keywordBytes())
                .setSandbox(sandbox())
                .build());
        synchronized (this) {
            Optional.ofNullable(standing.put(id, table)).ifPresent(this::retire);
        }
        journal.record("view-standing", id, "version " + version);
        statuses.put(
                id,
                ViewStatus.newBuilder()
                        .setView(id)
                        .setPhase("standing")
                        .setVersion(version)
                        .setMemoryBytes(made.memoryBytes())
                        .setSeconds(seconds)
                        .build());
        Object _ = child.ended().thenRun(() -> lost(table));
        return true;
    }

    /// The table answers look-ups that have begun, for a while, and goes.
    private synchronized void retire(Table table) {
        Optional.ofNullable(retiring.put(table.view(), table)).ifPresent(this::release);
        Thread _ = Thread.ofVirtual().start(() -> {
            pause();
            synchronized (this) {
                if (!retiring.remove(table.view(), table)) {
                    return;
                }
            }
            release(table);
        });
    }

    private static void pause() {
        try {
            Thread.sleep(RETIRE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Its child goes too, unless it has the table that stands.
    private void release(Table table) {
        boolean shared;
        synchronized (this) {
            Table now = standing.get(table.view());
            shared = now != null && now.child() == table.child();
        }
        if (!shared) {
            table.child().close();
            return;
        }
        try {
            table.child().retire(table.number());
        } catch (PoyangException e) {
            LOG.info("a table's child went before the table: {}", e.wrong());
        }
    }

    /// A child died that stood: its table is made again, unless it did not live long.
    private void lost(Table table) {
        synchronized (this) {
            if (stopped || !table.equals(standing.get(table.view()))) {
                return;
            }
            standing.remove(table.view());
            long lived = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - table.sinceNanos());
            if (lived >= SHORT_MILLIS) {
                tried.remove(table.view());
            }
        }
        journal.record("view-lost", table.view(), "version " + table.version());
        table.child().close();
        try {
            facts.view(table.view(), 0).ifPresent(this::consider);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void failed(View view, PoyangException failure) {
        synchronized (this) {
            if (stopped) {
                return;
            }
        }
        LOG.warn("the table of {} could not be made: {}", view.getId(), failure.getMessage());
        FailureCode code = FailureCode.of(failure);
        journal.record("view-failed", view.getId(), code.name());
        statuses.put(
                view.getId(),
                status(view.getId()).toBuilder()
                        .setPhase("failed")
                        .setWrong(failure.wrong())
                        .setRight(failure.right())
                        .build());
        try {
            var _ = chain.call(
                    ViewFacts.VIEWS,
                    "Commit",
                    CommitView.newBuilder()
                            .setView(view.getId())
                            .setFailure(code.name())
                            .build());
        } catch (PoyangException e) {
            LOG.info("Views.Commit had no effect: {}", e.wrong());
        }
    }

    private void post(View view, String phase, long done, long total) {
        int version = latest(view.getId()).map(Table::version).orElse(0);
        statuses.put(
                view.getId(),
                ViewStatus.newBuilder()
                        .setView(view.getId())
                        .setPhase(phase)
                        .setDone(done)
                        .setTotal(total)
                        .setVersion(version)
                        .build());
    }

    private static long seconds(long start) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    }

    /// Ends all children because this process stops.
    void stop() {
        List<ViewChild> all = new ArrayList<>();
        synchronized (this) {
            stopped = true;
            all.addAll(making);
            standing.values().forEach(table -> all.add(table.child()));
            retiring.values().forEach(table -> all.add(table.child()));
        }
        all.forEach(ViewChild::close);
    }
}
