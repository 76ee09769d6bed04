package poyang.chain.ledger;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochChain;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.StatePart;
import poyang.chain.proofs.StateProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// One chain's blocks and state on disk.
///
/// The node's way through a batch: {@link #overlay}, execute into it, {@link #prepare} for the roots,
/// make the header, {@link #commit}; later {@link #finalise} with a quorum's proof. An executed block
/// is durable but may wait for its proof: {@link #height} runs ahead of {@link #finalisedHeight}.
///
/// A block, its state, its indexes and consensus' mark are one synced batch, so that after a crash
/// the last block is there as a whole or not at all. Writers take turns (methods that write are
/// synchronised); readers never wait and see a height that stands for ever, or the head.
public final class Ledger implements AutoCloseable {
    /// So many blocks a (sender, nonce) is remembered: a transaction's block limit reaches no further.
    public static final long NONCE_WINDOW = 600;

    static final String KEY_PURPOSE = "ledger";
    private static final int PRUNED_AT_ONCE = 4;
    private static final Bytes GENESIS = Bytes.utf8("genesis");
    static final Bytes HEIGHT = Bytes.utf8("height");
    static final Bytes FINALISED = Bytes.utf8("finalised");
    static final Bytes ORDERED = Bytes.utf8("ordered");
    static final Bytes HORIZON = Bytes.utf8("horizon");
    private static final Bytes FORMAT = Bytes.utf8("format");
    private static final long FORMAT_NOW = 6;

    private final Store store;
    private final Genesis genesis;
    private final Bytes chainId;
    private final NodeCache nodes;
    private final Tree tree;
    private final SafetyStore safety;
    private final Retention retention;
    private final EpochBook epochs;
    private final NonceWindow nonces;
    private final BlockBook blocks;
    private final Leases leases = new Leases();
    private boolean closed;
    private volatile long height;
    private volatile long finalisedHeight;
    private volatile long horizon;
    private volatile long base;
    /// The height that a snapshot has just left behind, whose state can be read until {@link #tidy}; or -1.
    private volatile long left = -1;
    private Optional<Intake> intake = Optional.empty();

    private Ledger(Store store, Genesis genesis, Retention retention) {
        this.retention = retention;
        this.store = store;
        this.genesis = genesis;
        chainId = genesis.chainId();
        nodes = new NodeCache(store.nodes());
        tree = new Tree(genesis.suite(), nodes);
        safety = new SafetyStore(store);
        height = number(HEIGHT);
        finalisedHeight = number(FINALISED);
        horizon = Math.max(0, number(HORIZON));
        epochs = new EpochBook(store, genesis);
        nonces = new NonceWindow(store);
        blocks = new BlockBook(store);
        base = Math.max(1, number(Intake.BASE));
        Intake.tidy(store);
        intake = Intake.unfinished(this, store);
    }

    /// Where a transaction stands.
    public record Place(long height, int index) {}

    /// Opens the ledger of a chain, or makes an empty one: then {@link #height} is -1 and
    /// {@link #commitGenesis} comes first.
    ///
    /// Everything that it stores is encrypted under a data key, which lies wrapped in `FOLDER.key`.
    ///
    /// @param retention how many states it keeps from now on
    /// @throws PoyangException `LEDGER_FAILED`; `OTHER_CHAIN` when the folder holds another genesis' chain;
    ///     `PLAIN_STORAGE` when it holds a ledger that is not under a data key
    public static Ledger open(
            Path folder, Genesis genesis, Retention retention, StorageKey storage, RandomSource random) {
        boolean fresh = !Files.exists(folder.resolve("CURRENT"));
        Store store = SealedFolder.open(folder, genesis.suite(), storage, random);
        try {
            Optional<Bytes> stored = store.get(Store.Family.META, GENESIS);
            if (stored.isPresent() && !stored.get().equals(genesis.encoded())) {
                throw new PoyangException(
                        LedgerErrors.OTHER_CHAIN,
                        folder + " holds the chain "
                                + genesis.suite().hash(stored.get().toArray()) + ", not " + genesis.chainId(),
                        "the genesis that the folder was made with, or an empty folder, is needed");
            }
            Ledger ledger = new Ledger(store, genesis, retention);
            if (!fresh) {
                ClosingMark.check(ledger.height, store.closedAt());
            }
            if (stored.isPresent() && ledger.number(FORMAT) != FORMAT_NOW) {
                throw new PoyangException(
                        LedgerErrors.LEDGER_FAILED,
                        folder + " was written by another version of this software",
                        "move the folder and its key file away: this node fetches the chain anew from its peers");
            }
            return ledger;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /// The root of a state that is made of an overlay over nothing; for making a genesis.
    public static Bytes rootOf(CryptoSuite suite, StateOverlay overlay) {
        List<PreparedBlock.Written> writes = PreparedBlock.hashed(suite, overlay.writes());
        return new Tree(suite, key -> Optional.empty())
                .apply(Optional.empty(), 0, PreparedBlock.changes(suite, writes))
                .rootHash();
    }

    public Genesis genesis() {
        return genesis;
    }

    public Bytes chainId() {
        return chainId;
    }

    /// The last executed block; -1 before the genesis is committed.
    public long height() {
        return height;
    }

    /// The last block below which, itself included, every block has a finality proof. The genesis
    /// needs none.
    public long finalisedHeight() {
        return finalisedHeight;
    }

    /// Commits block 0 with the state that the genesis' calls made.
    ///
    /// @throws PoyangException `GENESIS_MISMATCH` when the state's root is not the one in the genesis
    public synchronized void commitGenesis(StateOverlay overlay) {
        Bug.unless(height == -1, "the genesis is committed already");
        PreparedBlock block = prepare(overlay, List.of(), List.of());
        if (!block.stateRoot().equals(genesis.stateRoot())) {
            throw new PoyangException(
                    LedgerErrors.GENESIS_MISMATCH,
                    "the genesis' calls give the state root " + block.stateRoot() + ", not " + genesis.stateRoot(),
                    "the software that the genesis was made with, or its untouched file, is needed");
        }
        Store.Batch batch = store.batch();
        batch.put(Store.Family.META, GENESIS, genesis.encoded());
        batch.put(Store.Family.META, FORMAT, BlockBook.long8(FORMAT_NOW));
        batch.put(Store.Family.META, FINALISED, BlockBook.long8(0));
        KeyIndex.Change keys = putBlock(batch, genesis.genesisHeader(), block);
        batch.write();
        keys.publish();
        finalisedHeight = 0;
        height = 0;
    }

    /// The state after the last executed block; it changes with each commit.
    public StateView head() {
        return new HeadView(Optional.of(store));
    }

    /// The state after the block at `height`, for ever the same.
    ///
    /// @throws PoyangException `NO_SUCH_HEIGHT`
    public StateView at(long height) {
        needHeight(height);
        return new HistoricView(store, () -> height == left ? height : horizon, height);
    }

    /// The lowest height whose state is kept: 0 in an archive.
    public long horizon() {
        return horizon;
    }

    /// The lowest height above the genesis whose block is kept: 1, or where a snapshot began.
    public long base() {
        return base;
    }

    /// The last height after which the state had this root.
    public Optional<Long> heightOf(Bytes stateRoot) {
        return store.get(Store.Family.ROOT_HEIGHTS, stateRoot).map(stored -> new RecordReader(stored).u64());
    }

    /// A fresh overlay over the head, for executing the next batch.
    public StateOverlay overlay() {
        return new StateOverlay(head());
    }

    /// Proves what stands under a key after the block at `height`, or that nothing does.
    ///
    /// @throws PoyangException `NO_SUCH_HEIGHT`
    public StateProof prove(String contract, String key, long height) {
        needHeight(height);
        Bytes keyHash = new StateKey(contract, key).hash(genesis.suite());
        return whileKept(height, () -> tree.prove(root(height), keyHash, new StoredValues(store)));
    }

    /// A part of the state after the block at `height`; empty when it holds more than so many entries or octets. The
    /// state is kept for a while then, so that the other parts can be had as well ({@link Leases}).
    ///
    /// @param path {@link StatePart#path}
    /// @throws PoyangException `NO_SUCH_HEIGHT`, `STATE_PRUNED`
    public Optional<StatePart> part(long height, Bytes path, int mostEntries, long mostBytes) {
        needHeight(height);
        leases.renew(height, this.height);
        Parts parts = new Parts(store, tree, height);
        Optional<StatePart> part = whileKept(height, () -> parts.of(root(height), path, mostEntries, mostBytes));
        // What was forgotten meanwhile is missing without a word.
        needHeight(height);
        return part;
    }

    /// The snapshot that this ledger is taking up from others, if any.
    public synchronized Optional<Intake> intake() {
        return intake;
    }

    /// Begins to take up the state after a block that is final, and above all that this ledger has. Until
    /// {@link Intake#finish} the ledger stays where it is, and nothing can be committed.
    ///
    /// @param links from the genesis to the block's epoch
    /// @throws PoyangException `BAD_FINALITY` when links or proof do not hold
    public synchronized Intake beginIntake(List<EpochLink> links, FinalityProof proof) {
        Bug.unless(intake.isEmpty() && height >= 0 && proof.header().height() > height, "no snapshot can begin here");
        intake = Optional.of(Intake.begin(this, store, links, proof));
        return intake.get();
    }

    /// Puts into the batch what a later epoch needs: what the engine of the present one promised is forgotten.
    void enter(Store.Batch batch, List<EpochLink> links) {
        epochs.put(batch, links).ifPresent(start -> {
            batch.put(Store.Family.META, ORDERED, new OrderedMark(0, start).encoded());
            safety.all("").keySet().forEach(key -> batch.delete(Store.Family.SAFETY, Bytes.utf8(key)));
        });
    }

    /// The intake is at its end, or given up; the batch says where the ledger stands then.
    synchronized void endIntake(Store.Batch batch, Optional<EpochChain> to) {
        batch.write();
        intake = Optional.empty();
        if (to.isPresent()) {
            left = height;
            height = number(HEIGHT);
            base = number(Intake.BASE);
            horizon = number(HORIZON);
            finalisedHeight = number(FINALISED);
            epochs.reread(to.get());
            nonces.reread();
        }
        store.latest().staged(-1);
    }

    /// Takes away what a snapshot left behind, once nobody reads it any more.
    public void tidy() {
        left = -1;
        Intake.tidy(store);
    }

    /// Pruning takes nodes away under a reader's feet; then its height is below the horizon.
    private <T> T whileKept(long height, Supplier<T> read) {
        try {
            return read.get();
        } catch (PoyangException e) {
            needHeight(height);
            throw e;
        }
    }

    /// Computes the roots of the next block without writing anything.
    ///
    /// @param overlay from {@link #overlay} since the last commit
    /// @param receipts one for each transaction
    public PreparedBlock prepare(StateOverlay overlay, List<LedgerTransaction> transactions, List<Bytes> receipts) {
        Bug.unless(transactions.size() == receipts.size(), "one receipt for each transaction");
        long next = height + 1;
        List<PreparedBlock.Written> writes = PreparedBlock.hashed(genesis.suite(), overlay.writes());
        Optional<Tree.Ref> root = next == 0 ? Optional.empty() : root(next - 1);
        return new PreparedBlock(
                genesis.suite(),
                next,
                transactions,
                receipts,
                writes,
                tree.apply(root, next, PreparedBlock.changes(genesis.suite(), writes)));
    }

    /// Writes a prepared block and consensus' mark; durable when it returns.
    public synchronized void commit(BlockHeader header, PreparedBlock block, OrderedMark mark) {
        commitOrdered(header, block, mark);
        sync();
    }

    /// The same, durable after {@link #sync} or after any later write that is durable. For what consensus made
    /// durable when it voted, and would order again.
    public synchronized void commitOrdered(BlockHeader header, PreparedBlock block, OrderedMark mark) {
        putCommitted(header, block, mark, Optional.empty());
    }

    /// Writes a prepared block together with its finality proof, which the caller has verified; durable after
    /// {@link #sync}, or after any later write that is durable. For blocks that others keep too.
    public synchronized void commitProven(FinalityProof proof, PreparedBlock block, OrderedMark mark) {
        putCommitted(proof.header(), block, mark, Optional.of(proof));
    }

    /// Returns when everything that was committed is durable.
    public void sync() {
        store.sync();
    }

    private void putCommitted(
            BlockHeader header, PreparedBlock block, OrderedMark mark, Optional<FinalityProof> proof) {
        Bug.unless(
                height >= 0 && block.height() == height + 1 && intake.isEmpty(),
                "the block was prepared for another height, or a snapshot is being taken up");
        BlockHeader below = header(height).orElseThrow();
        Bug.unless(
                header.chainId().equals(chainId)
                        && header.epoch() == epochs().last().number()
                        && header.height() == block.height()
                        && header.previousHash().equals(below.hash(genesis.suite()))
                        && header.timestampMillis() >= below.timestampMillis(),
                "the header does not continue the chain");
        Bug.unless(
                header.transactionCount() == block.transactionCount()
                        && header.transactionsRoot().equals(block.transactionsRoot())
                        && header.stateRoot().equals(block.stateRoot())
                        && header.receiptsRoot().equals(block.receiptsRoot()),
                "the header has other roots than the block");
        Store.Batch batch = store.batch();
        KeyIndex.Change keys = putBlock(batch, header, block);
        batch.put(Store.Family.META, ORDERED, mark.encoded());
        List<Bytes> pairs = NonceWindow.hashes(block.transactions());
        NonceWindow.put(batch, header.height(), pairs);
        nonces.forget(batch, header.height() - NONCE_WINDOW);
        long reached = proof.isPresent() ? putProof(batch, proof.get()) : finalisedHeight;
        batch.writeSoon();
        keys.publish();
        nonces.follow(header.height(), pairs);
        blocks.follow(header, block);
        nodes.follow(block.update());
        store.latest().changed(block.flats());
        height = header.height();
        finalisedHeight = reached;
        pruneSome();
    }

    /// Forgets the oldest states above what the retention wants, a few with each block.
    private void pruneSome() {
        long keptFrom = leases.keptFrom(retention.keptFrom(height), height, horizon);
        for (int i = 0; i < PRUNED_AT_ONCE && horizon < keptFrom; i++) {
            long next = horizon + 1;
            horizon = next;
            Store.Batch batch = store.batch();
            Stale.prune(store, batch, next);
            batch.put(Store.Family.META, HORIZON, BlockBook.long8(next)).writeSoon();
        }
    }

    private KeyIndex.Change putBlock(Store.Batch batch, BlockHeader header, PreparedBlock block) {
        Bytes at = BlockBook.long8(header.height());
        blocks.put(batch, header, block.transactions(), block.leaves(), block.receipts());
        batch.put(Store.Family.META, HEIGHT, at);
        block.root().ifPresent(root -> batch.put(Store.Family.ROOTS, at, RootRecord.encode(root)));
        block.update().written().forEach(node -> batch.put(Store.Family.NODES, node.key(), node.page()));
        return putState(batch, header.height(), block);
    }

    /// The values that the block changed, and what it made superfluous.
    private KeyIndex.Change putState(Store.Batch batch, long at, PreparedBlock block) {
        Stale stale = new Stale(at);
        block.update().stale().forEach(stale::node);
        List<Bytes> fresh = new ArrayList<>();
        List<PreparedBlock.Written> writes = block.writes();
        List<Bytes> stateKeys = store.stateKeys()
                .of(writes.stream().map(PreparedBlock.Written::keyHash).toList());
        for (int i = 0; i < writes.size(); i++) {
            long previous = block.update().previous(i);
            if (previous == Tree.Update.SAME) {
                continue;
            }
            StateOverlay.Write write = writes.get(i).write();
            Bytes stateKey = stateKeys.get(i);
            batch.set(Store.Family.LATEST, stateKey, write.value().map(_ -> BlockBook.long8(at)));
            Bytes entry = HistoricView.historyKey(stateKey, at);
            batch.put(Store.Family.HISTORY, entry, HistoricView.historyValue(write.flat(), write.value()));
            if (previous == Tree.Update.NEW) {
                fresh.add(write.flat());
            } else {
                stale.entry(HistoricView.historyKey(stateKey, previous));
            }
            if (write.value().isEmpty()) {
                stale.entry(entry);
            }
        }
        stale.write(batch);
        return store.keys().add(batch, fresh);
    }

    /// Takes in an ordered batch that held nothing to execute; durable as with {@link #commitOrdered}.
    public synchronized void advance(OrderedMark mark) {
        store.batch().put(Store.Family.META, ORDERED, mark.encoded()).writeSoon();
    }

    /// What consensus ordered last and the ledger took in.
    public Optional<OrderedMark> orderedMark() {
        return store.get(Store.Family.META, ORDERED).map(stored -> {
            RecordReader in = new RecordReader(stored);
            return new OrderedMark(in.u64(), in.rest());
        });
    }

    /// The epochs that began on this ledger, the present one last.
    public EpochChain epochs() {
        return epochs.chain();
    }

    /// What proves them, from epoch 1 on.
    public List<EpochLink> epochLinks() {
        return epochs.links();
    }

    /// From what the order of the present epoch goes on: the chain's id, or the hash of the last block before it.
    public Bytes start() {
        return epochs.start();
    }

    /// Closes the present epoch for good and begins `next`, in one durable step: what the present epoch's
    /// engine promised is forgotten with the epoch, so that it cannot be taken up again.
    ///
    /// @param next what the state after the last block, which has a proof, holds under {@link EpochLink#key}
    public synchronized void beginEpoch(Epoch next) {
        StateProof proof = prove(EpochLink.CONTRACT, EpochLink.key(next.number()), height);
        beginEpoch(new EpochLink(finality(height).orElseThrow(), proof, next));
    }

    /// The same by a link that holds for the last block here.
    public synchronized void beginEpoch(EpochLink link) {
        Bug.unless(finalisedHeight == height, "an epoch ends with a block that has a proof");
        Store.Batch batch = store.batch();
        enter(batch, List.of(link));
        epochs.write(batch, link);
    }

    /// Attaches a block's finality proof; heights may come in any order. Gives the finalised height. Durable with the
    /// next block: whose proof a crash takes away, it gathers again.
    ///
    /// @throws PoyangException `BAD_FINALITY` when the proof does not hold for the block that this
    ///     ledger executed: then this node, or a quorum, computed wrongly, and the node must stop
    public synchronized long finalise(FinalityProof proof) {
        long proven = proof.header().height();
        if (finality(proven).equals(Optional.of(proof))) {
            return finalisedHeight;
        }
        Optional<BlockHeader> own = header(proven);
        if (proven < 1 || own.isEmpty() || !own.get().equals(proof.header()) || !epochs().attested(proof)) {
            throw new PoyangException(
                    LedgerErrors.BAD_FINALITY,
                    "the finality proof for height " + proven + " does not hold for the block executed here",
                    "a quorum's attestations of that block are needed");
        }
        Store.Batch batch = store.batch();
        long reached = putProof(batch, proof);
        batch.writeSoon();
        finalisedHeight = reached;
        return reached;
    }

    /// Gives the height below which, itself included, everything is final once the batch is written.
    private long putProof(Store.Batch batch, FinalityProof proof) {
        long proven = proof.header().height();
        batch.put(Store.Family.FINALITY, BlockBook.long8(proven), proof.encoded());
        long reached = finalisedHeight;
        while (reached + 1 == proven || finality(reached + 1).isPresent()) {
            reached++;
        }
        batch.put(Store.Family.META, FINALISED, BlockBook.long8(reached));
        return reached;
    }

    public Optional<BlockHeader> header(long height) {
        return blocks.header(height);
    }

    public Optional<FinalityProof> finality(long height) {
        return blocks.finality(height);
    }

    /// A block's transactions in order; none for a height that is not there.
    public List<TransactionLeaf> transactions(long height) {
        return blocks.transactions(height);
    }

    /// A block's receipts in order, verbatim.
    public List<Bytes> receipts(long height) {
        return blocks.receipts(height);
    }

    /// Where a transaction was executed, final or not.
    public Optional<Place> find(Bytes transactionId) {
        return blocks.find(transactionId);
    }

    /// A transaction's receipt with its proof, once its block has a finality proof.
    public Optional<ReceiptProof> receiptProof(Bytes transactionId) {
        return blocks.receiptProof(genesis.suite(), transactionId);
    }

    /// Was a transaction with this sender and nonce executed in the last {@link #NONCE_WINDOW} blocks?
    public boolean seen(String sender, Bytes nonce) {
        return nonces.seen(sender, nonce);
    }

    /// The same of each of several.
    public List<Boolean> seen(List<LedgerTransaction> transactions) {
        return nonces.seen(transactions);
    }

    BlockBook blocks() {
        return blocks;
    }

    public SafetyStore safety() {
        return safety;
    }

    /// For measurements.
    Store store() {
        return store;
    }

    /// An estimate of what the state takes on disk and in write buffers.
    public long stateBytes() {
        return store.stateBytes();
    }

    /// Recomputes all from genesis on and names the first damaged block; long, and none is committed meanwhile.
    public synchronized Verification verify() {
        return new Recomputation(this, store, genesis).run();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            store.closeAt(height);
        } catch (PoyangException _) {
            // Every block is durable in the log all the same; the next opening reads it from there.
        } finally {
            store.close();
        }
    }

    Optional<Tree.Ref> root(long height) {
        return store.get(Store.Family.ROOTS, BlockBook.long8(height)).map(RootRecord::decode);
    }

    private void needHeight(long wanted) {
        if (wanted < 0 || wanted > height) {
            throw new PoyangException(
                    LedgerErrors.NO_SUCH_HEIGHT,
                    "there is no block at height " + wanted,
                    "a height from 0 to " + height + " is needed");
        }
        if (wanted < horizon && wanted != left) {
            throw HistoricView.pruned(wanted, horizon);
        }
    }

    private long number(Bytes key) {
        return store.get(Store.Family.META, key)
                .map(stored -> new RecordReader(stored).u64())
                .orElse(-1L);
    }
}
