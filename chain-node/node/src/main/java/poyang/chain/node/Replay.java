package poyang.chain.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.consensus.sync.BlockSync;
import poyang.chain.consensus.sync.ProvenBlock;
import poyang.chain.consensus.sync.SyncMessage;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// Takes blocks in that a quorum attested, many in a row: by the write sets that peers bring along, as long as these
/// lead to the roots in the headers, or by executing them ({@link NodeSettings.CatchUp}).
///
/// All signatures in a message of blocks, validators' and clients', are checked together on threads of their
/// own while the blocks before are executed. That a client's signature holds under a key stays true whatever the
/// blocks in between do to the account: whether the key is good at the block's height is asked when it is
/// executed. Blocks are written without waiting for the disk one by one, for others keep them: a crash takes
/// away no more than the last ones, and leaves what is below whole.
final class Replay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final int THREADS = 2;
    private static final int WAITING = 64;
    private static final int MOST_REMEMBERED = 50_000;

    private final Contracts contracts;
    private final Ledger ledger;
    private final Execution execution;
    private final Stage.Signer signer;
    private final How how;
    private long taken;
    private long executed;
    private final Set<Expected> expected = ConcurrentHashMap.newKeySet();
    private final Map<Bytes, Pool.Waiting> checked = new LinkedHashMap<>();
    private final ThreadPoolExecutor checkers = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("block-checker-", 0).factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    private record Expected(PartyId peer, long from) {}

    /// @param mostBehind from how many blocks on a snapshot is taken instead
    /// @param liars is told who brought a write set that leads elsewhere, and for which height
    record How(NodeSettings.CatchUp mode, long mostBehind, ObjLongConsumer<PartyId> liars) {}

    Replay(Contracts contracts, Ledger ledger, Stage.Signer signer, How how) {
        this.how = how;
        this.contracts = contracts;
        this.ledger = ledger;
        this.signer = signer;
        execution = new Execution(contracts, ledger, this::find);
    }

    /// Is a node that is so many blocks behind better off with a snapshot?
    boolean tooMany(long behind) {
        return behind > how.mostBehind();
    }

    /// Are peers asked for write sets?
    boolean byWrites() {
        return how.mode() == NodeSettings.CatchUp.WRITES;
    }

    /// A peer is asked: what it answers to this is worth checking.
    void expect(PartyId peer, SyncMessage asked) {
        if (asked instanceof SyncMessage.AskBlocks(long from, int _, boolean _)) {
            boolean _ = expected.add(new Expected(peer, from));
        }
    }

    /// Was the peer asked for blocks from this height on, and did not answer yet?
    boolean expects(PartyId peer, long from) {
        return expected.remove(new Expected(peer, from));
    }

    /// Checks a peer's blocks and tells whether they hold; what comes beyond {@link #WAITING} is dropped.
    void check(SyncMessage.Blocks brought, BiConsumer<SyncMessage.Blocks, Boolean> then) {
        checkers.execute(() -> {
            Epoch epoch = ledger.epochs().last();
            SyncMessage.Blocks found = BlockSync.ofEpoch(epoch, brought);
            boolean hold =
                    BlockSync.holds(ledger.chainId(), epoch, signer.signatures(epoch), found.from(), found.blocks());
            if (hold) {
                checkClients(found.blocks());
            }
            then.accept(found, hold);
        });
    }

    private void checkClients(List<ProvenBlock> blocks) {
        StateView state = ledger.head();
        List<SignedCall> calls = new ArrayList<>();
        List<VerificationKey.Check> checks = new ArrayList<>();
        for (ProvenBlock block : blocks) {
            List<Bytes> items = block.items();
            for (Optional<SignedCall> parsed :
                    SignedCall.fromBatch(items, ledger.genesis().suite(), ledger.chainId())) {
                parsed.ifPresent(call -> contracts
                        .account(call.sender(), state)
                        .flatMap(account -> Signers.onlyKey(account, block.height()))
                        .ifPresent(key -> {
                            calls.add(call);
                            checks.add(call.check(key));
                        }));
            }
        }
        List<Boolean> verdicts = VerificationKey.verifyBatch(checks);
        synchronized (checked) {
            for (int i = 0; i < calls.size() && checked.size() < MOST_REMEMBERED; i++) {
                if (verdicts.get(i)) {
                    Bytes item = calls.get(i).leaf().encoded();
                    checked.put(
                            item, new Pool.Waiting(calls.get(i), checks.get(i).key(), item));
                }
            }
        }
    }

    private Optional<Pool.Waiting> find(Bytes item) {
        synchronized (checked) {
            return Optional.ofNullable(checked.remove(item));
        }
    }

    /// What came of blocks.
    ///
    /// @param lie the height whose write set led elsewhere; from there on the blocks were executed
    record Taken(List<Execution.Block> blocks, Optional<Long> lie) {}

    /// Takes in blocks that follow the ledger's head and whose proofs were checked, and writes them.
    ///
    /// @param from who brought them
    /// @throws Bug when executing one gives another result here than a quorum attests
    Taken run(PartyId from, List<ProvenBlock> blocks, OrderedMark mark) {
        List<Execution.Block> made = new ArrayList<>();
        Optional<Long> lie = Optional.empty();
        for (ProvenBlock block : blocks) {
            BlockHeader header = block.proof().header();
            List<Bytes> items = block.items();
            Optional<Execution.Block> adopted = Optional.empty();
            if (byWrites() && lie.isEmpty() && block.outcome().isPresent()) {
                adopted = execution.adopt(items, block.outcome().get());
            }
            if (adopted.isPresent() && !attested(adopted.get(), header)) {
                lie = Optional.of(header.height());
                how.liars().accept(from, header.height());
                adopted = Optional.empty();
            }
            Execution.Block result = adopted.or(() -> execution.run(items, header.timestampMillis()))
                    .filter(found -> attested(found, header))
                    .orElseThrow(() -> new Bug("executing block " + header.height()
                            + " here gives another result than a quorum attests, and this node stops"));
            ledger.commitProven(block.proof(), result.prepared(), mark);
            made.add(result);
            taken++;
            executed += adopted.isPresent() ? 0 : 1;
        }
        if (!made.isEmpty()) {
            ledger.sync();
        }
        return new Taken(made, lie);
    }

    private static boolean attested(Execution.Block made, BlockHeader header) {
        return made.prepared().stateRoot().equals(header.stateRoot())
                && made.prepared().receiptsRoot().equals(header.receiptsRoot())
                && made.prepared().transactionsRoot().equals(header.transactionsRoot());
    }

    /// So many blocks were executed here, not taken in by their write sets.
    long executed() {
        return executed;
    }

    /// Forgets what was asked for and checked.
    void rest() {
        if (taken > 0) {
            LOG.info("{} blocks were taken in, {} of them executed", taken, executed);
        }
        taken = 0;
        executed = 0;
        expected.clear();
        synchronized (checked) {
            checked.clear();
        }
    }

    @Override
    public void close() {
        Workers.end(checkers);
    }
}
