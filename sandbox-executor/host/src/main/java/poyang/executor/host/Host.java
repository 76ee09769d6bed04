package poyang.executor.host;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditAnchors;
import poyang.sdk.AuditFeed;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.GrpcTls;
import poyang.sdk.KnownRevocations;
import poyang.sdk.PrivateFolder;
import poyang.sdk.SignedQueries;

/// A department's running executor.
public final class Host implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Host.class);
    private static final int MESSAGE_BYTES_MAX = (4 << 20) + (64 << 10);
    private static final long STOP_MILLIS = 3_000;
    /// The audit log's name among those of the account.
    private static final String PROCESS = "executor";

    private final ChainAccount chain;
    private final AuditLog audit;
    private final AuditAnchors anchors;
    private final PeerLinks links;
    private final SourceVault vault;
    private final JobSupervisor supervisor;
    private final ViewSupervisor views;
    private final Server server;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread follower;
    private final Thread viewFollower;
    private final Thread watcher;
    private final Thread anchorer;
    private final KnownRevocations revocations = new KnownRevocations();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private Host(
            HostSettings settings,
            ExecutorSetup setup,
            ChainAccount chain,
            HostKeys keys,
            RandomSource random,
            InstantSource clock) {
        this.chain = chain;
        Path directory = PrivateFolder.make(settings.directory());
        audit = AuditLog.open(
                directory.resolve("audit.log"),
                AuditSeal.openOrCreate(directory.resolve("audit.key"), keys.storage(), random),
                clock);
        audit.record(chain.name(), "start", "", "sandbox " + setup.jail().name());
        anchors = AuditAnchors.of(
                audit, PROCESS, chain, e -> LOG.warn("the audit log's head is not on chain yet: {}", e.wrong()));
        ChainFacts facts = new ChainFacts(chain::state);
        AnchoredCalls statements = new AnchoredCalls(
                new Journal(),
                anchors::now,
                (contract, method, arguments) ->
                        ChainForms.bytes(chain.call(contract, method, arguments).getResult()),
                calls);
        links = new PeerLinks(settings.organisation(), keys.account(), facts::keys, keys.identity(), settings.peers());
        vault = SourceVault.open(directory.resolve("sources"), keys.storage(), random);
        JobAttempt.Desk desk = new JobAttempt.Desk(
                settings.organisation(),
                setup,
                vault,
                facts,
                statements,
                links,
                new ResultStore(directory),
                new ProvingKeys(settings.provingKeysFolder()),
                new ProgressBoard(),
                clock,
                settings.peerMillis());
        supervisor = new JobSupervisor(desk, chain, new Journal(), clock, settings.attemptsAtOnce());
        views = new ViewSupervisor(
                desk,
                chain,
                statements,
                new Journal(),
                PrivateFolder.make(directory.resolve("views")),
                random.fork("views"));
        SignedQueries queries = new SignedQueries(chain.client().chainId(), clock);
        Trail trail = new Trail();
        LookupDesk lookups = new LookupDesk(views, statements);
        server = serve(
                settings,
                keys.identity(),
                List.of(
                        new ExecutorApi(desk, settings.sourcesFolder(), keys.account(), queries, trail),
                        new LookupApi(desk, views, lookups, queries, trail),
                        new AuditFeed(chain.name() + "/" + PROCESS, audit, queries, facts, trail::record, clock)));
        viewFollower = Thread.ofPlatform().name("views").start(() -> follow(views::run));
        follower = Thread.ofPlatform().name("jobs").start(() -> follow(supervisor::run));
        anchorer = Thread.ofVirtual().name("anchor").start(this::anchor);
        keys.identity().consult(revocations);
        watcher = Thread.ofVirtual().name("revocations").start(this::watchRevocations);
    }

    /// Serves people and other executors, and watches the chain.
    ///
    /// @param setup its jail was tried out, or the operator said that there is none
    /// @param chain acts as `ORGANISATION/executor`
    /// @param keys of that account, for its sockets, and for its disk
    public static Host start(
            HostSettings settings,
            ExecutorSetup setup,
            ChainAccount chain,
            HostKeys keys,
            RandomSource random,
            InstantSource clock) {
        return new Host(settings, setup, chain, keys, random, clock);
    }

    private Server serve(HostSettings settings, TlsIdentity identity, List<BindableService> services) {
        try {
            NettyServerBuilder builder = GrpcTls.server(
                    identity, settings.listen(), why -> LOG.warn("a caller was refused: {}", why.getMessage()));
            services.forEach(builder::addService);
            return builder.executor(calls)
                    .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                    .maxConcurrentCallsPerConnection(64)
                    .permitKeepAliveTime(5, TimeUnit.SECONDS)
                    .keepAliveTime(10, TimeUnit.SECONDS)
                    .keepAliveTimeout(10, TimeUnit.SECONDS)
                    .addService(ServerInterceptors.intercept(links, PeerLinks.callerNames()))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new PoyangException(
                    HostErrors.LISTEN_FAILED,
                    "cannot listen on " + settings.listen() + " (" + e.getMessage() + ")",
                    "a free address of this machine is needed",
                    e);
        }
    }

    private void watchRevocations() {
        try {
            revocations.follow(chain);
        } catch (InterruptedException e) {
            LOG.info("no longer watching for revocations");
        } catch (PoyangException e) {
            LOG.error("the executor stops", e);
            ended.completeExceptionally(e);
        }
    }

    private interface Following {
        void run() throws InterruptedException;
    }

    private void follow(Following work) {
        try {
            work.run();
        } catch (InterruptedException e) {
            LOG.info("no longer watching the chain");
        } catch (RuntimeException | Error e) {
            LOG.error("the executor stops", e);
            ended.completeExceptionally(e);
        }
    }

    public int port() {
        return server.getPort();
    }

    /// Completes when the executor has stopped: exceptionally when it had to, as after the loss of its
    /// audit log.
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private void write(String actor, String action, String subject, String detail) {
        write(actor, action, subject, detail, AuditLog.DONE);
    }

    private void write(String actor, String action, String subject, String detail, String result) {
        try {
            audit.record(actor, action, subject, detail, result);
        } catch (PoyangException e) {
            ended.completeExceptionally(e);
            throw e;
        }
    }

    /// Anchors the audit log until it is interrupted; without it the executor stops.
    private void anchor() {
        try {
            anchors.run();
        } catch (InterruptedException e) {
            LOG.info("the audit log is no longer anchored");
        } catch (RuntimeException e) {
            LOG.error("the executor stops", e);
            ended.completeExceptionally(e);
        }
    }

    /// Writes what is about to take effect, and returns when the record is anchored.
    private void release(String actor, String action, String subject) {
        write(actor, action, subject, "");
        anchors.now();
    }

    @Override
    public void close() {
        views.stop();
        Thread farewell = Thread.ofVirtual().start(supervisor::stop);
        follower.interrupt();
        viewFollower.interrupt();
        watcher.interrupt();
        anchorer.interrupt();
        server.shutdown();
        try {
            boolean _ = farewell.join(Duration.ofMillis(STOP_MILLIS));
            server.shutdownNow();
            follower.join(STOP_MILLIS);
            viewFollower.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        links.close();
        vault.close();
        audit.record(chain.name(), "stop", "", "");
        farewell();
        audit.close();
        ended.complete(null);
    }

    /// Without it the others raise an alarm.
    private void farewell() {
        Thread last = Thread.ofVirtual().start(() -> {
            try {
                anchors.farewell();
            } catch (PoyangException e) {
                LOG.warn("the chain does not know that this executor stopped: {}", e.wrong());
            }
        });
        try {
            boolean _ = last.join(Duration.ofMillis(STOP_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Trail implements ExecutorApi.AuditTrail {
        @Override
        public void record(String actor, String action, String subject, String result) {
            write(actor, action, subject, "", result);
        }

        @Override
        public void release(String actor, String action, String subject) {
            Host.this.release(actor, action, subject);
        }
    }

    private final class Journal implements JobSupervisor.Journal {
        @Override
        public void record(String action, String subject, String detail) {
            write(chain.name(), action, subject, detail);
        }

        @Override
        public void release(String action, String subject, String detail) {
            record(action, subject, detail);
            anchors.now();
        }
    }
}
