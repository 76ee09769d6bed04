package poyang.dashboard;

import io.grpc.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditAnchors;
import poyang.sdk.AuditFeed;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;
import poyang.sdk.AuditSources;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.GrpcTls;
import poyang.sdk.KnownRevocations;
import poyang.sdk.NodeAddress;
import poyang.sdk.PrivateFolder;
import poyang.sdk.ProcessSettings;
import poyang.sdk.SdkErrors;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.GenesisFile;

/// The console as a process: `--config FILE`. Prints `READY console ADDRESS` when it serves, ends with 0
/// after SIGTERM, with 2 for a wrong configuration, and with 3 when it had to stop.
public final class ConsoleMain {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleMain.class);
    private static final long FAREWELL_MILLIS = 3_000;
    /// The audit log's name among those of the account.
    private static final String PROCESS = "console";

    private static final int FOLLOWER_BYTES = 64 << 10;

    private final AuditLog audit;
    private final AuditAnchors anchors;
    private final ChainAccount account;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private ConsoleMain(AuditLog audit, ChainAccount account) {
        this.audit = audit;
        this.account = account;
        anchors = AuditAnchors.of(
                audit, PROCESS, account, e -> LOG.warn("the audit log's head is not on chain yet: {}", e.wrong()));
    }

    public static void main(String[] arguments) throws InterruptedException {
        try {
            run(ProcessSettings.of(arguments));
        } catch (PoyangException e) {
            System.err.println(e.code() + ": " + e.wrong() + "; " + e.right());
            System.exit(2);
        }
    }

    private static void run(ProcessSettings from) throws InterruptedException {
        Clock clock = Clock.systemUTC();
        RandomSource random = ProcessRandom.open("console");
        Path directory = from.path("directory");
        ConsoleSettings settings = new ConsoleSettings(
                from.text("host", "127.0.0.1"),
                (int) from.number("port", 0, 65_535, 8480),
                directory.resolve("index"),
                from.flag("rebuild.index"),
                (int) from.number("idle.minutes", 1, 480, 30),
                new HttpsFiles(from.path("https.certificate"), from.path("https.key"), from::password));
        String name = from.text("account");
        GenesisFile genesis = ChainForms.readGenesis(from.path("genesis"));
        if (ChainForms.genesis(genesis).suite() != CryptoSuite.SM) {
            throw new PoyangException(
                    SdkErrors.BAD_SETTINGS,
                    "the chain's suite is \"" + genesis.getSuite() + "\", and the console's pages sign with SM2",
                    "a chain on suite \"sm\" is needed; the SDKs and commands work with either");
        }
        List<NodeAddress> nodes = NodeAddress.list(from.text("nodes"));
        List<NodeAddress> executors = NodeAddress.list(from.text("executors"));
        Optional<InetSocketAddress> listen =
                from.text("audit.listen", "").isEmpty() ? Optional.empty() : Optional.of(from.listen("audit.listen"));
        char[] password = from.password();
        TlsIdentity identity = from.tlsIdentity(password, clock, random, System.err::println);
        SigningKey key = from.privateKey("account.key", password);
        StorageKey storage = from.storageKey(directory, password, random);
        Arrays.fill(password, '\0');
        from.end();
        PrivateFolder.make(directory);
        ChainClient client = ChainClient.connect(genesis, identity, nodes, clock);
        ChainAccount account = new ChainAccount(client, name, key, random, clock);
        AuditLog audit = AuditLog.open(
                directory.resolve("audit.log"),
                AuditSeal.openOrCreate(directory.resolve("audit.key"), storage, random),
                clock);
        ConsoleMain console = new ConsoleMain(audit, account);
        console.record(name, "start", "");
        ConsoleFacts facts = new ConsoleFacts(account);
        AuditFeed feed = new AuditFeed(
                name + "/" + PROCESS, audit, new SignedQueries(client.chainId(), clock), facts, console::record, clock);
        ExecutorClient carrier = ExecutorClient.connect(identity, executors);
        ConsoleServer server = ConsoleServer.start(
                settings,
                new ConsoleServer.Gateways(
                        new SdkChainGateway(account),
                        new SdkExecutorGateway(carrier),
                        new SdkAuditGateway(AuditSources.of(client, carrier, identity, Map.of()), feed)),
                console.new Trail(),
                storage,
                random,
                clock);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            console.stop(server);
                            storage.close();
                        },
                        "shutdown"));
        facts.follow(server.index());
        listen.ifPresent(address -> serve(feed, identity, address));
        Thread _ = Thread.ofVirtual().name("anchor").start(console::anchor);
        KnownRevocations revocations = new KnownRevocations();
        identity.consult(revocations);
        Thread _ = Thread.ofVirtual().name("revocations").start(() -> console.watch(revocations));
        System.out.println("READY console " + server.origin());
        try {
            Void _ = console.ended.get();
        } catch (ExecutionException e) {
            System.err.println("the console had to stop: " + e.getCause());
            System.exit(3);
        }
    }

    /// Where supervisors follow this console's audit log without a browser.
    private static void serve(AuditFeed feed, TlsIdentity identity, InetSocketAddress address) {
        try {
            Server _ = GrpcTls.server(
                            identity, address, why -> LOG.warn("a follower was refused: {}", why.getMessage()))
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .maxInboundMessageSize(FOLLOWER_BYTES)
                    .addService(feed)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new PoyangException(
                    SdkErrors.BAD_SETTINGS,
                    "cannot listen on " + address + " (" + e.getMessage() + ")",
                    "a free address of this machine is needed as audit.listen",
                    e);
        }
    }

    private void record(String actor, String action, String subject) {
        record(actor, action, subject, AuditLog.DONE);
    }

    private void record(String actor, String action, String subject, String result) {
        try {
            audit.record(actor, action, subject, "", result);
        } catch (PoyangException e) {
            ended.completeExceptionally(e);
            throw e;
        }
    }

    private void watch(KnownRevocations revocations) {
        try {
            revocations.follow(account);
        } catch (InterruptedException e) {
            LOG.info("no longer watching for revocations");
        } catch (PoyangException e) {
            ended.completeExceptionally(e);
        }
    }

    private void anchor() {
        try {
            anchors.run();
        } catch (InterruptedException e) {
            LOG.info("the audit log is no longer anchored");
        } catch (PoyangException e) {
            ended.completeExceptionally(e);
        }
    }

    private void stop(ConsoleServer server) {
        server.close();
        record(account.name(), "stop", "");
        Thread farewell = Thread.ofVirtual().start(this::farewell);
        try {
            boolean _ = farewell.join(Duration.ofMillis(FAREWELL_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        audit.close();
        ended.complete(null);
    }

    private void farewell() {
        try {
            anchors.farewell();
        } catch (PoyangException e) {
            LOG.warn("the chain does not know that this console stopped: {}", e.wrong());
        }
    }

    /// Writes records as the console's parts want them.
    private final class Trail implements AuditTrail {
        @Override
        public void record(String actor, String action, String subject) {
            ConsoleMain.this.record(actor, action, subject);
        }

        @Override
        public void release(String actor, String action, String subject) {
            record(actor, action, subject);
            anchors.now();
        }
    }
}
