package poyang.chain.node.host;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.node.GenesisMaker;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.crypto.Certificates;
import poyang.crypto.VerificationKey;
import poyang.crypto.storage.DurableFile;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;
import poyang.sdk.PrivateFolder;
import poyang.sdk.host.ChainListing;
import poyang.sdk.host.ChainState;
import poyang.sdk.host.HostAnswer;
import poyang.sdk.host.HostClient;
import poyang.sdk.host.HostRequest;
import poyang.sdk.host.HostRequest.Founding;
import poyang.sdk.host.Member;
import poyang.wire.transport.Door;

/// A process that takes part in several chains. What operators do with them stands in its own audit log and in
/// that of the chain concerned, whose head is anchored on that chain.
///
/// Each operation is a walk through states of one small file that is replaced as a whole; what is not whole is
/// taken back when the host starts ({@link ChainFolder#DRAFT}), and an erasure that began is ended.
///
/// ```
/// create, join ──▶ RUNNING ──leave──▶ LEFT ──delete──▶ DELETING ──▶ DELETED (audit log, genesis, last root)
///                     │    ◀──join──   │                  ▲
///                     └──archive──▶ ARCHIVED ──delete─────┘
/// ```
public final class ChainHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChainHost.class);
    private static final String SELF = "host";
    /// With the anchors' own half minute it makes less than a whole one.
    private static final long WITNESS_MILLIS = 25_000;

    private final HostSettings settings;
    private final ChainFolder.HostKeys keys;
    private final RandomSource random;
    private final InstantSource clock;
    private final FileLock lock;
    private final Bytes id;
    private final Steps steps;
    private final AuditLog log;
    private final HostedChain.Surroundings around;
    private final ConcurrentSkipListMap<String, HostedChain> chains = new ConcurrentSkipListMap<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ConcurrentSkipListMap<String, Long> witnessed = new ConcurrentSkipListMap<>();
    private final Thread witness = Thread.ofPlatform().name("witness").unstarted(this::witnessNowAndThen);
    private @Nullable AdminSocket admin;

    private ChainHost(
            HostSettings settings,
            ChainFolder.HostKeys keys,
            RandomSource random,
            InstantSource clock,
            FileLock lock,
            Steps steps) {
        this.settings = settings;
        this.keys = keys;
        this.random = random;
        this.clock = clock;
        this.lock = lock;
        this.steps = steps;
        Path home = settings.directory();
        PrivateFolder.make(chainsFolder());
        PrivateFolder.make(keptFolder());
        id = HostFiles.id(home.resolve("host.id"), random);
        log = AuditLog.open(
                home.resolve("audit.log"),
                AuditSeal.openOrCreate(home.resolve("audit.key"), keys.storage(), random),
                clock);
        Door peers = Door.open(settings.peerListen());
        Door clients;
        try {
            clients = Door.open(settings.apiListen());
        } catch (RuntimeException e) {
            peers.close();
            log.close();
            throw e;
        }
        around = new HostedChain.Surroundings(
                peers, clients, settings.announced(), settings.mostConnections(), keys.storage(), random, clock);
    }

    /// Starts a host and every chain that it had.
    ///
    /// @param storageFile where the host's storage key lies, or is to lie
    /// @param password of the storage key; overwritten by the caller
    /// @throws PoyangException `HOST_FILES_FAILED` when another host runs in the folder, `LISTEN_FAILED`
    public static ChainHost start(
            HostSettings settings, Path storageFile, char[] password, RandomSource random, InstantSource clock) {
        return start(settings, storageFile, password, random, clock, Steps.unheard());
    }

    static ChainHost start(
            HostSettings settings,
            Path storageFile,
            char[] password,
            RandomSource random,
            InstantSource clock,
            Steps steps) {
        PrivateFolder.make(settings.directory());
        FileLock lock = HostFiles.lock(settings.directory().resolve("host.lock"));
        ChainHost host = null;
        StorageKey storage = null;
        try {
            storage = StorageKey.openOrCreate(storageFile, password, random);
            host = new ChainHost(
                    settings, new ChainFolder.HostKeys(storage, storageFile, clock), random, clock, lock, steps);
            host.record(SELF, "start", "", "", AuditLog.DONE);
            host.recover();
            host.witness.start();
            host.admin = AdminSocket.open(
                    settings.directory().resolve(HostClient.SOCKET), host.id, settings.operators(), clock, host.desk());
            return host;
        } catch (RuntimeException | Error e) {
            if (host != null) {
                host.close();
            } else {
                if (storage != null) {
                    storage.close();
                }
                HostFiles.release(lock);
            }
            throw e;
        }
    }

    private Path chainsFolder() {
        return settings.directory().resolve("chains");
    }

    private Path keptFolder() {
        return settings.directory().resolve("kept");
    }

    private ChainFolder folder(String chain) {
        return new ChainFolder(chainsFolder().resolve(chain));
    }

    private ChainFolder kept(ChainRecord record) {
        return new ChainFolder(
                keptFolder().resolve(record.chain() + "-" + record.stay().hex()));
    }

    /// Ends what an earlier process began, and starts the chains.
    private void recover() {
        HostFiles.folders(keptFolder()).stream()
                .filter(path -> path.toString().endsWith(ChainFolder.DRAFT))
                .forEach(path -> new ChainFolder(path).erase(random));
        for (Path path : HostFiles.folders(chainsFolder())) {
            ChainFolder folder = new ChainFolder(path);
            String name = path.getFileName().toString();
            if (name.endsWith(ChainFolder.DRAFT) || !folder.recorded()) {
                folder.erase(random);
                record(SELF, "recover", name, "", "undone");
                continue;
            }
            HostedChain chain = new HostedChain(folder, folder.record(), around);
            if (chain.record().state() == ChainState.DELETING) {
                finishDeletion(chain, SELF);
                record(SELF, "recover", name, "", "deletion finished");
            } else {
                chains.put(name, chain);
                chain.start();
            }
        }
    }

    // ---- what operators ask ------------------------------------------------------------------------

    private AdminSocket.Desk desk() {
        return new AdminSocket.Desk() {
            @Override
            public HostAnswer perform(String operator, HostRequest request) {
                return ChainHost.this.perform(operator, request);
            }

            @Override
            public void turnedAway(PoyangException why) {
                record("unproven", "chain.request", "", "", "refused " + why.code());
            }
        };
    }

    /// Has a request done that was signed by an operator; one after the other.
    synchronized HostAnswer perform(String operator, HostRequest request) {
        String actor = "operator/" + operator;
        String result = "failed";
        try {
            HostAnswer.Chains answer = done(actor, request);
            result = AuditLog.DONE;
            return answer;
        } catch (PoyangException e) {
            result = "refused " + e.code();
            return new HostAnswer.Refused(e.code(), e.wrong(), e.right());
        } finally {
            record(actor, action(request), request.chain(), "", result);
        }
    }

    private static String action(HostRequest request) {
        return "chain." + request.method().toLowerCase(java.util.Locale.ROOT);
    }

    private HostAnswer.Chains done(String actor, HostRequest request) {
        return switch (request) {
            case HostRequest.Create(String chain, Founding founding, Member member) -> {
                Genesis genesis = found(founding, member);
                HostedChain made = take(actor, chain, genesis, member, action(request));
                yield new HostAnswer.Chains(List.of(made.listing()), genesis.encoded());
            }
            case HostRequest.Join(String chain, Bytes genesis, Member member) ->
                one(take(actor, chain, Genesis.decode(genesis.toArray()), member, action(request)));
            case HostRequest.Leave(String chain) -> one(leave(actor, find(chain)));
            case HostRequest.Archive(String chain, boolean stillVotes) -> one(archive(actor, find(chain), stillVotes));
            case HostRequest.Delete(String chain, Bytes chainId) ->
                new HostAnswer.Chains(List.of(delete(actor, find(chain), chainId)), Bytes.empty());
            case HostRequest.Listing() -> new HostAnswer.Chains(list(), Bytes.empty());
        };
    }

    private static HostAnswer.Chains one(HostedChain chain) {
        return new HostAnswer.Chains(List.of(chain.listing()), Bytes.empty());
    }

    private HostedChain find(String chain) {
        HostedChain found = chains.get(chain);
        if (found == null) {
            throw new PoyangException(
                    HostErrors.NO_SUCH_CHAIN,
                    "this host has no chain \"" + chain + "\"",
                    "one of " + chains.keySet() + " is needed");
        }
        return found;
    }

    private Genesis found(Founding founding, Member member) {
        List<Validator> validators = founding.validators().stream()
                .map(v -> new Validator(
                        new PartyId(v.name()),
                        VerificationKey.decode(v.publicKey().toArray())))
                .toList();
        long suites =
                validators.stream().map(v -> v.publicKey().suite()).distinct().count();
        long names = validators.stream().map(Validator::id).distinct().count();
        if (suites != 1
                || names != validators.size()
                || !Epoch.engineFor(founding.engine(), validators.size())
                || !Epoch.sensible(founding.blockTimeMillis())) {
            throw new PoyangException(
                    HostErrors.BAD_FOUNDING,
                    "engine \"" + founding.engine() + "\", a block time of " + founding.blockTimeMillis() + " ms and "
                            + validators.size() + " validators, " + names + " names and " + suites
                            + " suites among them",
                    "bft, raft or single (with one validator), 20 to 60,000 ms, and validators of different names"
                            + " with keys of one suite are needed");
        }
        List<Genesis.Call> calls = founding.calls().stream()
                .map(call -> new Genesis.Call(call.contract(), call.method(), call.arguments()))
                .toList();
        Bytes root = Bytes.wrap(Certificates.encoded(
                Certificates.fromPem(member.papers().root()).getFirst()));
        Epoch epoch = Epoch.of(0, founding.engine(), founding.blockTimeMillis(), validators);
        return GenesisMaker.make(founding.title(), epoch, clock.millis(), calls, root);
    }

    /// Takes part in a chain: for the first time, or again.
    private HostedChain take(String actor, String name, Genesis genesis, Member member, String action) {
        if (!name.matches("[a-z0-9][a-z0-9-]{0,31}")) {
            throw new PoyangException(
                    HostErrors.BAD_MEMBER,
                    "\"" + name + "\" is no name for a chain here",
                    "1 to 32 characters of a-z 0-9 - are needed");
        }
        Bytes chainId = genesis.chainId();
        HostedChain known = chains.get(name);
        if (known != null
                && known.record().state() == ChainState.LEFT
                && known.record().chainId().equals(chainId)) {
            return again(actor, known, genesis, member, action);
        }
        if (known != null
                || chains.values().stream().anyMatch(c -> c.record().chainId().equals(chainId))) {
            throw new PoyangException(
                    HostErrors.CHAIN_EXISTS,
                    "this host has a chain \"" + name + "\", or this chain under another name",
                    "another name is needed, or a chain that is not here yet");
        }
        if (chains.size() >= settings.mostChains()) {
            throw new PoyangException(
                    HostErrors.HOST_FULL,
                    chains.size() + " chains are here",
                    "delete one, or let chains.most be higher where there is memory for more");
        }
        ChainFolder draft = folder(name + ChainFolder.DRAFT);
        draft.erase(random);
        PrivateFolder.make(draft.path());
        HostedChain chain;
        try {
            draft.write(genesis, member, keys.storage(), random);
            steps.reached("papers");
            ChainRecord record = new ChainRecord(
                    ChainState.RUNNING,
                    name,
                    genesis.name(),
                    chainId,
                    ChainFolder.stay(random),
                    0,
                    genesis.stateRoot(),
                    0,
                    genesis.epoch().validators().stream()
                            .map(v -> v.id().name())
                            .toList(),
                    clock.millis());
            draft.put(record);
            steps.reached("record");
            ChainFolder folder = folder(name);
            move(draft.path(), folder.path());
            steps.reached("in place");
            chain = new HostedChain(folder, record, around);
        } catch (RuntimeException e) {
            draft.erase(random);
            throw e;
        }
        try {
            chain.begin();
        } catch (RuntimeException e) {
            chain.folder().erase(random);
            throw e;
        }
        chains.put(name, chain);
        tell(chain, actor, action);
        return chain;
    }

    private HostedChain again(String actor, HostedChain chain, Genesis genesis, Member member, String action) {
        chain.folder().write(genesis, member, keys.storage(), random);
        chain.become(ChainState.RUNNING);
        try {
            chain.begin();
        } catch (RuntimeException e) {
            chain.become(ChainState.LEFT);
            throw e;
        }
        tell(chain, actor, action);
        return chain;
    }

    private static void move(Path from, Path to) {
        try {
            DurableFile.move(from, to);
        } catch (IOException e) {
            throw ChainFolder.failed(to, e);
        }
    }

    private HostedChain leave(String actor, HostedChain chain) {
        need(chain, ChainState.RUNNING);
        needNoVote(chain, false);
        tell(chain, actor, "chain.leave");
        chain.stop();
        steps.reached("stopped");
        chain.become(ChainState.LEFT);
        return chain;
    }

    private HostedChain archive(String actor, HostedChain chain, boolean stillVotes) {
        need(chain, ChainState.RUNNING, ChainState.LEFT);
        needNoVote(chain, stillVotes);
        tell(chain, actor, "chain.archive");
        chain.stop();
        steps.reached("stopped");
        chain.become(ChainState.ARCHIVED);
        chain.start();
        return chain;
    }

    private static void need(HostedChain chain, ChainState... states) {
        ChainState now = chain.record().state();
        if (!List.of(states).contains(now)) {
            throw new PoyangException(
                    HostErrors.WRONG_STATE,
                    "the chain \"" + chain.record().chain() + "\" is " + now,
                    "one that is " + Stream.of(states).map(ChainState::name).toList() + " is needed");
        }
    }

    private static void needNoVote(HostedChain chain, boolean stillVotes) {
        if (chain.votes() && !stillVotes) {
            throw new PoyangException(
                    HostErrors.STILL_VALIDATOR,
                    "this node is a validator of the chain's present epoch, and the others count on its vote",
                    "an epoch without it must begin first (./poyang epoch propose --leave NAME); or close the chain"
                            + " with --still-votes when its work is over everywhere");
        }
    }

    private ChainListing delete(String actor, HostedChain chain, Bytes chainId) {
        need(chain, ChainState.LEFT, ChainState.ARCHIVED);
        if (!chain.record().chainId().equals(chainId)) {
            throw new PoyangException(
                    HostErrors.NO_SUCH_CHAIN,
                    "the chain \"" + chain.record().chain() + "\" has another id",
                    "the id of the chain that is meant is needed, as the list gives it");
        }
        chain.stop();
        chain.become(ChainState.DELETING);
        chains.remove(chain.record().chain());
        steps.reached("deleting");
        return finishDeletion(chain, actor);
    }

    /// From whatever point an erasure has come to.
    private ChainListing finishDeletion(HostedChain chain, String actor) {
        ChainRecord gone = chain.record().now(ChainState.DELETED, clock.millis());
        ChainFolder kept = kept(gone);
        if (!kept.recorded()) {
            chain.folder().keep(kept, gone, actor, keys, random);
        }
        steps.reached("kept");
        chain.folder().destroyKeys(random);
        steps.reached("keys destroyed");
        chain.folder().erase(random);
        return gone.listing(kept.diskBytes(), "");
    }

    private List<ChainListing> list() {
        List<ChainListing> all = new ArrayList<>();
        chains.values().forEach(chain -> all.add(chain.listing()));
        for (Path path : HostFiles.folders(keptFolder())) {
            ChainFolder folder = new ChainFolder(path);
            if (folder.recorded()) {
                all.add(folder.record().listing(folder.diskBytes(), ""));
            }
        }
        return all;
    }

    /// Has the act in the chain's own audit log, with the head of the host's: whoever rewrites that one later
    /// contradicts what is anchored on the chain.
    private void tell(HostedChain chain, String actor, String action) {
        AuditLog.Head head = log.anchor();
        chain.served()
                .ifPresent(served -> served.record(
                        actor,
                        action,
                        "host log " + head.sequence() + " " + head.value().hex(),
                        AuditLog.DONE));
    }

    private void witnessNowAndThen() {
        try {
            while (true) {
                Thread.sleep(WITNESS_MILLIS);
                witness();
            }
        } catch (InterruptedException e) {
            LOG.debug("the host stops");
        } catch (PoyangException e) {
            ended.completeExceptionally(e);
        }
    }

    /// Has the head of the host's log in the log of each chain that goes on, if it grew: with the next anchor of
    /// that one it is on chain.
    synchronized void witness() {
        AuditLog.Head head = log.anchor();
        chains.forEach((name, chain) -> {
            boolean grown = !Long.valueOf(head.sequence()).equals(witnessed.put(name, head.sequence()));
            if (grown && chain.record().state() == ChainState.RUNNING) {
                tell(chain, SELF, "host.log");
            }
        });
    }

    private void record(String actor, String action, String subject, String detail, String result) {
        try {
            log.record(actor, action, subject, detail, result);
        } catch (PoyangException e) {
            ended.completeExceptionally(e);
            throw e;
        }
    }

    // ---- the process -------------------------------------------------------------------------------

    /// Where clients reach it, with the port that the system chose.
    public int apiPort() {
        return around.clients().address().getPort();
    }

    /// Where other nodes reach it, with the port that the system chose.
    public int peerPort() {
        return around.peers().address().getPort();
    }

    /// Completes when the host has stopped: normally after {@link #close}, exceptionally when it had to.
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /// Where other nodes come in.
    Door peers() {
        return around.peers();
    }

    /// Stops every chain; none changes its state by that.
    @Override
    public void close() {
        AdminSocket socket = admin;
        if (socket != null) {
            socket.close();
        }
        witness.interrupt();
        try {
            witness.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            chains.values().forEach(HostedChain::stop);
            around.clients().close();
            around.peers().close();
            try {
                log.record(SELF, "stop", "", "", AuditLog.DONE);
            } catch (PoyangException e) {
                LOG.error("the last record of the host's audit log could not be written: {}", e.wrong());
            }
            log.close();
            keys.storage().close();
        }
        HostFiles.release(lock);
        ended.complete(null);
    }
}
