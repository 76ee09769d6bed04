package poyang.chain.node;

import io.grpc.Server;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.contract.Account;
import poyang.chain.ledger.Ledger;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditLog;
import poyang.sdk.ChainForms;
import poyang.wire.schema.NodeStatus;

/// A chain that is closed here: its blocks, receipts and states are read, searched and proven as before, by
/// whom they were for; nothing is added, and no other node is heard. What is read goes into the audit log.
public final class ArchivedChain implements ServedChain {
    private static final Logger LOG = LoggerFactory.getLogger(ArchivedChain.class);

    private final Stores stores;
    private final Finality finality;
    private final NodeAudit audit;
    private final Thread indexing;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;
    private final String account;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private ArchivedChain(
            NodeSettings settings,
            Stores stores,
            Contracts contracts,
            TlsIdentity identity,
            RandomSource random,
            InstantSource clock) {
        this.stores = stores;
        Ledger ledger = stores.ledger();
        finality = new Finality(ledger.finalisedHeight());
        identity.consult((issuer, serial) -> contracts.revocation(issuer, serial, ledger.at(finality.height())));
        contracts.enter(ledger.epochs().last());
        Pool pool = new Pool(contracts, ledger, new Meter(), _ -> {});
        pool.shut(ArchivedChain::closed);
        account = Account.VALIDATORS + "/" + settings.name().name();
        Stage.Signer nobody = new Stage.Signer(settings.name(), List.of());
        OwnCalls own = new OwnCalls(account, nobody, ledger, pool, finality, random);
        audit = new NodeAudit(stores.audit(), new NodeAudit.Parts(own, contracts), clock, ended::completeExceptionally);
        ChainIndex index = ChainIndex.over(ledger, finality, stores.index());
        ChainService service = new ChainService(
                ledger,
                contracts,
                pool,
                new Couriers(ledger),
                finality,
                audit,
                index,
                () -> status(settings, ledger),
                clock);
        server = Api.serve(service, audit.feed(), identity, settings.apiListen(), calls);
        indexing = Thread.ofPlatform().name("index of an archive").start(() -> {
            try {
                index.follow();
            } catch (InterruptedException e) {
                LOG.debug("the index of an archived chain is closed");
            }
        });
    }

    /// Opens what a node that was stopped left in its directory.
    ///
    /// @param storage opens the ledger; needed no longer when this returns
    /// @throws PoyangException what the ledger, the genesis or the address refuse
    public static ArchivedChain open(
            NodeSettings settings, TlsIdentity identity, StorageKey storage, RandomSource random, InstantSource clock) {
        Genesis genesis = ChainForms.genesis(settings.genesis());
        Contracts contracts = Contracts.installed(genesis.epoch());
        Ledger ledger =
                Node.openLedger(settings.directory(), genesis, settings.retention(), contracts, storage, random);
        Stores stores = Stores.over(ledger, settings.directory(), storage, random, clock);
        try {
            return new ArchivedChain(settings, stores, contracts, identity, random, clock);
        } catch (RuntimeException e) {
            stores.close();
            throw e;
        }
    }

    private NodeStatus status(NodeSettings settings, Ledger ledger) {
        Epoch epoch = ledger.epochs().last();
        return NodeStatus.newBuilder()
                .setNode(settings.name().name())
                .setEngine(epoch.engine())
                .setCrashFaultsOnly(epoch.crashFaultsOnly())
                .setEpoch(epoch.number())
                .setHeight(finality.height())
                .setStateBytes(ledger.stateBytes())
                .build();
    }

    private static PoyangException closed() {
        return new PoyangException(
                NodeErrors.ARCHIVED,
                "this node has closed the chain and takes nothing in",
                "what stands on it can be read; submit to a node that goes on with it, if there is one");
    }

    @Override
    public int apiPort() {
        return server.getPort();
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
        return stores.ledger().header(height).orElseThrow().stateRoot();
    }

    @Override
    public Epoch epoch() {
        return stores.ledger().epochs().last();
    }

    @Override
    public void record(String actor, String action, String subject, String result) {
        audit.record(actor, action, subject, result);
    }

    @Override
    public void close() {
        server.shutdownNow();
        finality.end();
        indexing.interrupt();
        try {
            indexing.join();
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.close();
        try {
            audit.record(account, "stop", "", AuditLog.DONE);
        } finally {
            stores.close();
            ended.complete(null);
        }
    }
}
