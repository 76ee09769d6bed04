package poyang.chain.node;

import io.grpc.Server;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.consensus.sync.SnapshotMessage;
import poyang.chain.contract.Account;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.Retention;
import poyang.chain.ledger.StateOverlay;
import poyang.chain.proofs.ChainDoor;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.crypto.SigningKey;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.PrivateFolder;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.PeerStatus;
import poyang.wire.transport.PeerStatistics;
import poyang.wire.transport.Transport;
import poyang.wire.transport.TransportConfig;

/// A running validator.
public final class Node implements ServedChain {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final NodeSettings settings;
    private final Neighbours neighbours;
    private final Ledger ledger;
    private final Stage.Signer signer;
    private final Meter meter = new Meter();
    private final Pool pool;
    private final Finality finality;
    private final NodeAudit audit;
    private final ChainIndex index;
    private final Freezes freezes;
    private final LostPeers lostPeers;
    private final Contracts contracts;
    private final Couriers couriers;
    private final InstantSource clock;
    private final SnapshotServer snapshots;
    private volatile ConsensusLoop loop;
    private volatile Optional<SnapshotJoin> join = Optional.empty();
    /// Takes away what the last snapshot left behind.
    private volatile Optional<Thread> tidying = Optional.empty();
    private final Transport transport;
    private final Server server;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Thread> threads;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final long startedAtMillis;

    private Node(
            NodeSettings settings,
            Stores stores,
            Contracts contracts,
            TlsIdentity identity,
            List<SigningKey> keys,
            RandomSource random,
            InstantSource clock) {
        this.settings = settings;
        ledger = stores.ledger();
        startedAtMillis = clock.millis();
        LOG.info("{}", ledger.epochs().last().strength());
        finality = new Finality(ledger.finalisedHeight());
        index = ChainIndex.over(ledger, finality, stores.index());
        identity.consult((issuer, serial) -> {
            try (Finality.Reading _ = finality.reading()) {
                return contracts.revocation(issuer, serial, ledger.at(finality.height()));
            }
        });
        pool = new Pool(contracts, ledger, meter, this::admitted);
        couriers = new Couriers(ledger);
        this.contracts = contracts;
        this.clock = clock;
        signer = new Stage.Signer(settings.name(), keys);
        OwnCalls own =
                new OwnCalls(Account.VALIDATORS + "/" + settings.name().name(), signer, ledger, pool, finality, random);
        audit = new NodeAudit(stores.audit(), new NodeAudit.Parts(own, contracts), clock, this::failed);
        contracts.enter(ledger.epochs().last());
        freezes = new Freezes(settings.name(), own, contracts);
        lostPeers = new LostPeers(settings.alarmMillis(), System.nanoTime() / 1_000_000);
        TreeMap<PartyId, InetSocketAddress> seeds = new TreeMap<>();
        for (NodeAddress seed : settings.seeds()) {
            seeds.put(new PartyId(seed.name()), seed.socketAddress());
        }
        neighbours = new Neighbours(settings.name(), seeds, own, contracts);
        snapshots = new SnapshotServer(ledger, this::send);
        loop = loop();
        transport = Transport.start(
                TransportConfig.of(settings.name(), settings.peerListen(), seeds)
                        .towards(ChainDoor.of(ledger.chainId())),
                identity,
                random,
                new Ear());
        ChainService service =
                new ChainService(ledger, contracts, pool, couriers, finality, audit, index, this::status, clock);
        try {
            server = Api.serve(service, audit.feed(), identity, settings.apiListen(), calls);
        } catch (RuntimeException e) {
            transport.close();
            throw e;
        }
        threads = List.of(
                thread("consensus", this::order),
                thread("admission", pool::run),
                thread("receipts", couriers::run),
                thread("index", index::follow),
                thread("anchor", audit::anchorNowAndThen),
                thread("alarm", audit::watch),
                thread("links", () -> lostPeers.watch(this::links, own.account(), audit)),
                thread("freezes", () -> freezes.run(transport, audit)),
                thread("epochs", new Readiness(settings.name(), transport::reaches, own, contracts, audit)::run),
                thread("neighbours", () -> neighbours.run(transport, place(), audit, others -> loop.among(others))));
    }

    /// The other validators of the present epoch, but for frozen ones, and whether there is a link with each.
    private SortedMap<PartyId, Boolean> links() {
        TreeMap<PartyId, Boolean> links = new TreeMap<>();
        for (Validator validator : ledger.epochs().last().validators()) {
            if (!validator.id().equals(settings.name()) && !freezes.holds(validator.id())) {
                links.put(validator.id(), false);
            }
        }
        for (PeerStatistics peer : transport.peers()) {
            links.computeIfPresent(peer.peer(), (_, _) -> peer.connected());
        }
        return links;
    }

    /// Where the others are told to call it.
    private Optional<InetSocketAddress> place() {
        InetSocketAddress listens = transport.address();
        Optional<InetSocketAddress> place = settings.announced()
                .or(() -> listens.getAddress().isAnyLocalAddress() ? Optional.empty() : Optional.of(listens));
        if (place.isEmpty()) {
            LOG.warn("nobody is told where this node is reached: it listens on all of its addresses, and peer.announce"
                    + " names none");
        }
        return place;
    }

    private ConsensusLoop loop() {
        return new ConsensusLoop(
                ledger,
                signer,
                new Execution(contracts, ledger, pool),
                new Replay(
                        contracts,
                        ledger,
                        signer,
                        new Replay.How(settings.replay(), settings.snapshotBeyond(), audit::misled)),
                pool,
                finality,
                couriers,
                meter,
                this::send,
                neighbours::all,
                settings.patienceMillis(),
                audit::lied,
                clock);
    }

    /// Takes part in the order, and takes a snapshot each time that this node is far behind.
    private void order() throws InterruptedException {
        while (true) {
            if (ledger.intake().isEmpty()) {
                loop.run();
            }
            if (tidying.isPresent()) {
                tidying.get().join();
            }
            SnapshotJoin joining = new SnapshotJoin(ledger, neighbours.all(), meter, this::send);
            join = Optional.of(joining);
            joining.run();
            join = Optional.empty();
            contracts.enter(ledger.epochs().last());
            loop = loop();
            finality.reached(ledger.finalisedHeight());
            tidying = Optional.of(thread("tidy", () -> {
                finality.awaitReaders();
                ledger.tidy();
            }));
        }
    }

    /// Starts a node: opens its ledger, or makes it from the genesis, and joins the others.
    ///
    /// @param key the validator's key; this object keeps using it
    /// @param storage opens the ledger; needed no longer when this returns
    /// @throws PoyangException `NOT_A_VALIDATOR`; what the ledger, the transport or the genesis refuse
    public static Node start(
            NodeSettings settings,
            TlsIdentity identity,
            SigningKey key,
            StorageKey storage,
            RandomSource random,
            InstantSource clock) {
        return start(settings, identity, List.of(key), storage, random, clock);
    }

    /// The same with a further key, by which a later epoch may know the validator.
    public static Node start(
            NodeSettings settings,
            TlsIdentity identity,
            List<SigningKey> keys,
            StorageKey storage,
            RandomSource random,
            InstantSource clock) {
        Genesis genesis = ChainForms.genesis(settings.genesis());
        Contracts contracts = Contracts.installed(genesis.epoch());
        Ledger ledger = openLedger(settings.directory(), genesis, settings.retention(), contracts, storage, random);
        Stage.Signer signer = new Stage.Signer(settings.name(), keys);
        if (!signer.votesIn(ledger.epochs().last()) && !signer.votesIn(genesis.epoch()) && !settings.observes()) {
            ledger.close();
            throw new PoyangException(
                    NodeErrors.NOT_A_VALIDATOR,
                    "the chain has no validator \"" + settings.name() + "\" with this key",
                    "the name and key of a validator are needed, or observer = true");
        }
        Stores stores = Stores.over(ledger, settings.directory(), storage, random, clock);
        try {
            return new Node(settings, stores, contracts, identity, keys, random, clock);
        } catch (RuntimeException e) {
            stores.close();
            throw e;
        }
    }

    /// The ledger in a validator's directory, with its genesis.
    static Ledger openLedger(
            Path directory,
            Genesis genesis,
            Retention retention,
            Contracts contracts,
            StorageKey storage,
            RandomSource random) {
        PrivateFolder.make(directory);
        Ledger ledger = Ledger.open(directory.resolve("ledger"), genesis, retention, storage, random);
        try {
            if (ledger.height() < 0) {
                StateOverlay state =
                        Execution.genesis(contracts, genesis.suite(), genesis.calls(), genesis.timestampMillis());
                ledger.commitGenesis(state);
            }
            return ledger;
        } catch (RuntimeException e) {
            ledger.close();
            throw e;
        }
    }

    @Override
    public int apiPort() {
        return server.getPort();
    }

    /// Where other validators reach it, with the port that the system chose.
    public int peerPort() {
        return transport.address().getPort();
    }

    @Override
    public Epoch epoch() {
        return ledger.epochs().last();
    }

    /// Is it a validator of that epoch?
    public boolean votes() {
        return signer.votesIn(epoch());
    }

    @Override
    public void record(String actor, String action, String subject, String result) {
        audit.record(actor, action, subject, result);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public long finalisedHeight() {
        return finality.height();
    }

    @Override
    public Bytes stateRoot(long height) {
        return ledger.header(height).orElseThrow().stateRoot();
    }

    /// The lowest height whose state it keeps.
    public long horizon() {
        return ledger.horizon();
    }

    /// The round that consensus is in here.
    long round() {
        return loop.round();
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private Thread thread(String name, Work work) {
        return Thread.ofPlatform().name(name).start(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                LOG.info("{} stopped", name);
            } catch (RuntimeException | Error e) {
                LOG.error("{} failed, the node stops", name, e);
                failed(e);
            }
        });
    }

    private void failed(Throwable why) {
        finality.end();
        ended.completeExceptionally(why);
    }

    private void send(PartyId to, int channel, Bytes payload) {
        if (!freezes.holds(to)) {
            // Who is a neighbour no more is not spoken to.
            boolean _ = transport.offer(to, channel, payload);
        }
    }

    private void send(PartyId to, SnapshotMessage message) {
        send(to, ConsensusLoop.SNAPSHOT_CHANNEL, Bytes.wrap(message.encoded()));
    }

    private void snapshot(PartyId from, SnapshotMessage message) {
        snapshots.asked(from, message);
        join.ifPresent(joining -> joining.received(from, message));
    }

    private void admitted(List<Bytes> items) {
        loop.admitted(items);
    }

    private NodeStatus status() {
        Epoch epoch = ledger.epochs().last();
        NodeStatus.Builder status = NodeStatus.newBuilder()
                .setNode(settings.name().name())
                .setEngine(epoch.engine())
                .setCrashFaultsOnly(epoch.crashFaultsOnly())
                .setEpoch(epoch.number())
                .setHeight(finality.height())
                .setRound(loop.round())
                .setPooledTransactions(pool.size())
                .setAdmittedTransactions(pool.admittedCount())
                .setReceivedTransactions(meter.received())
                .setWrittenBlocks(meter.writtenBlocks())
                .setWriteMicros(meter.writeMicros())
                .setStateBytes(ledger.stateBytes())
                .setStartedAtMillis(startedAtMillis)
                .putAllRefusedTransactions(meter.refusedTransactions())
                .addAllMissingAnchors(audit.missing())
                .addAllLostPeers(lostPeers.lost().stream().map(PartyId::name).toList());
        for (PeerStatistics peer : transport.peers()) {
            status.addPeers(PeerStatus.newBuilder()
                    .setNode(peer.peer().name())
                    .setConnected(peer.connected())
                    .setVia(peer.via().map(PartyId::name).orElse(""))
                    .setRoundTripMicros(peer.roundTripMicros())
                    .setMalformedMessages(peer.malformed())
                    .setRefusedMessages(meter.refusedMessages(peer.peer()))
                    .setLastHeardMillisAgo(peer.lastHeardMillisAgo()));
        }
        return status.build();
    }

    /// Stops answering, leaves the others and closes the ledger.
    @Override
    public void close() {
        server.shutdownNow();
        audit.farewell();
        finality.end();
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
            if (tidying.isPresent()) {
                tidying.get().interrupt();
                tidying.get().join();
            }
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        transport.close();
        snapshots.close();
        calls.close();
        index.close();
        ledger.close();
        audit.close();
        ended.complete(null);
    }

    private final class Ear implements Transport.Listener {
        @Override
        public void received(PartyId from, int channel, Bytes payload) {
            if (freezes.holds(from)) {
                return;
            }
            if (channel == ConsensusLoop.SNAPSHOT_CHANNEL) {
                snapshot(from, SnapshotMessage.decode(payload.toArray()));
            } else if (join.isEmpty()) {
                loop.received(from, channel, payload);
            }
        }

        @Override
        public void connected(PartyId peer) {
            LOG.info("{} is connected", peer);
        }

        @Override
        public void lost(PartyId peer, String reason) {
            LOG.info("{} is lost: {}", peer, reason);
        }

        @Override
        public void refused(String remote, String reason) {
            LOG.warn("a connection of {} was refused: {}", remote, reason);
        }

        @Override
        public void failed(Bug bug) {
            LOG.error("the transport failed, the node stops", bug);
            finality.end();
            ended.completeExceptionally(bug);
        }
    }
}
