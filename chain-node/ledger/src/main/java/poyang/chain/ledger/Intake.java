package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.EpochChain;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.StatePart;
import poyang.chain.proofs.StateTree;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Takes up a snapshot: the state after a final block, in parts that are each proven against its root, and the
/// blocks just below. Nothing of it shows in the ledger until {@link #finish}, which moves the ledger there
/// in one durable step. What was taken stays over a crash, and {@link #missing} and {@link #missingBlocks} say
/// what is not here yet. Parts and blocks may come from several threads at once.
///
/// On disk: nodes and history of the snapshot carry its height, which no earlier state refers to; the latest
/// values are made anew, and the head is read from the history meanwhile. A part and the mark that it is here are
/// one batch.
public final class Intake {
    /// So many blocks up to the snapshot's come with it: their nonces and headers count still.
    public static final long PAST_BLOCKS = 1_024;

    static final Bytes BASE = Bytes.utf8("base");
    static final Bytes TAKEN = Bytes.utf8("taken");
    private static final Bytes MARK = Bytes.utf8("intake");
    private static final Bytes PARTS = Bytes.utf8("intake/part/");
    private static final Bytes UNTIDY = Bytes.utf8("untidy");
    private static final Bytes LAST = Bytes.wrap(new byte[] {
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
    });
    private static final int DELETED_AT_ONCE = 10_000;
    private static final int BRANCHES = 16;
    private static final int RANGE_BLOCKS = 64;

    private final Ledger ledger;
    private final Store store;
    private final CryptoSuite suite;
    private final Tree tree;
    private final BlockBook blocks;
    private final FinalityProof proof;
    private final List<EpochLink> links;
    private final EpochChain chain;
    private final long before;
    private final long height;

    private Intake(Ledger ledger, Store store, List<EpochLink> links, FinalityProof proof, EpochChain chain) {
        this.ledger = ledger;
        this.store = store;
        suite = ledger.genesis().suite();
        tree = new Tree(suite, store.nodes());
        blocks = new BlockBook(store);
        this.proof = proof;
        this.links = List.copyOf(links);
        this.chain = chain;
        before = ledger.height();
        height = proof.header().height();
    }

    /// A block as another ledger keeps it.
    public record Past(FinalityProof proof, List<LedgerTransaction> transactions, List<Bytes> receipts) {
        public Past {
            transactions = List.copyOf(transactions);
            receipts = List.copyOf(receipts);
        }
    }

    /// Blocks that follow each other.
    public record Stretch(long from, int count) {}

    /// Does this prove a block of the chain to whoever has the genesis?
    public static boolean proven(Ledger ledger, List<EpochLink> links, FinalityProof proof) {
        return chain(ledger, links, proof).isPresent();
    }

    private static Optional<EpochChain> chain(Ledger ledger, List<EpochLink> links, FinalityProof proof) {
        return EpochChain.of(ledger.genesis(), links)
                .filter(chain -> chain.last().number() == proof.header().epoch() && chain.attested(proof));
    }

    static Intake begin(Ledger ledger, Store store, List<EpochLink> links, FinalityProof proof) {
        EpochChain chain = chain(ledger, links, proof)
                .orElseThrow(() -> new PoyangException(
                        LedgerErrors.BAD_FINALITY,
                        "the snapshot's block is not proven",
                        "a quorum's attestations and the links to their epoch are needed"));
        RecordWriter mark = new RecordWriter().u32(links.size());
        for (EpochLink link : links) {
            Bytes encoded = link.encoded();
            mark.u32(encoded.length()).raw(encoded);
        }
        store.latest().staged(ledger.height());
        store.batch()
                .put(Store.Family.META, MARK, mark.raw(proof.encoded()).toBytes())
                .write();
        store.deleteRange(Store.Family.LATEST, Bytes.empty(), LAST);
        return new Intake(ledger, store, links, proof, chain);
    }

    /// What a crash or a stop interrupted.
    static Optional<Intake> unfinished(Ledger ledger, Store store) {
        Optional<Bytes> mark = store.get(Store.Family.META, MARK);
        if (mark.isEmpty()) {
            return Optional.empty();
        }
        RecordReader in = new RecordReader(mark.get());
        List<EpochLink> links = new ArrayList<>();
        for (int left = in.u32(); left > 0; left--) {
            links.add(EpochLink.decode(in.raw(in.u32()).toArray()));
        }
        FinalityProof proof = FinalityProof.decode(in.rest().toArray());
        EpochChain chain = chain(ledger, links, proof)
                .orElseThrow(() -> RecordReader.damaged("the snapshot that is being taken up is not proven"));
        Intake intake = new Intake(ledger, store, links, proof, chain);
        store.latest().staged(ledger.height());
        if (intake.parts().isEmpty()) {
            store.deleteRange(Store.Family.LATEST, Bytes.empty(), LAST);
        }
        return Optional.of(intake);
    }

    public long height() {
        return height;
    }

    /// Of the block that it is the state after.
    public FinalityProof proof() {
        return proof;
    }

    /// From the genesis to the block's epoch.
    public List<EpochLink> links() {
        return links;
    }

    /// Goes over to another, later snapshot: nobody has the parts of this one any more.
    public Intake instead(List<EpochLink> otherLinks, FinalityProof other) {
        Bug.unless(other.header().height() > before, "the ledger is past that snapshot");
        Store.Batch batch = store.batch();
        parts().keySet().forEach(path -> batch.delete(Store.Family.META, PARTS.concat(path)));
        batch.write();
        store.deleteRange(Store.Family.NODES, BlockBook.long8(before + 1), LAST);
        forgetHistory(store, at -> at > before);
        Store.Batch end = store.batch().delete(Store.Family.META, MARK);
        ledger.endIntake(end, Optional.empty());
        return ledger.beginIntake(otherLinks, other);
    }

    // ---- parts of the state ---------------------------------------------------------------------

    /// Takes a part in, unless it does not hold.
    public boolean take(StatePart part) {
        List<StatePart.Placed> placed = part.placed(suite);
        if (!each(part.path().toArray(), placed)) {
            return false;
        }
        Tree.Update built = tree.build(
                part.path().toArray(),
                height,
                placed.stream()
                        .map(each -> new Tree.Change(each.keyHash(), Optional.of(each.valueHash())))
                        .toList());
        if (!part.holds(suite, proof.header().stateRoot(), placed, built.rootHash())) {
            return false;
        }
        Store.Batch batch = store.batch();
        built.written().forEach(node -> batch.put(Store.Family.NODES, node.key(), node.page()));
        Iterator<Bytes> stateKeys = store.stateKeys()
                .of(placed.stream().map(StatePart.Placed::keyHash).toList())
                .iterator();
        for (StatePart.Placed each : placed) {
            StatePart.Entry entry = each.entry();
            Bytes flat = new StateKey(entry.contract(), entry.key()).flat();
            Bytes stateKey = stateKeys.next();
            batch.put(Store.Family.LATEST, stateKey, BlockBook.long8(height));
            batch.put(
                    Store.Family.HISTORY,
                    HistoricView.historyKey(stateKey, height),
                    HistoricView.historyValue(flat, Optional.of(entry.value())));
        }
        batch.put(Store.Family.META, PARTS.concat(part.path()), encode(built.root()))
                .writeSoon();
        return true;
    }

    /// Is each of these below the path, and comes once?
    private static boolean each(byte[] path, List<StatePart.Placed> placed) {
        for (int i = 0; i < placed.size(); i++) {
            Bytes keyHash = placed.get(i).keyHash();
            if (!Tree.begins(keyHash, path)
                    || i > 0 && placed.get(i - 1).keyHash().equals(keyHash)) {
                return false;
            }
        }
        return true;
    }

    /// What stands at the top of an empty part, too.
    private static Bytes encode(Optional<Tree.Ref> top) {
        return top.map(RootRecord::encode).orElse(Bytes.wrap(new byte[1]));
    }

    private static Optional<Tree.Ref> decode(Bytes stored) {
        return stored.length() == 1 ? Optional.empty() : Optional.of(RootRecord.decode(stored));
    }

    /// Path → the top of what was taken there.
    private NavigableMap<Bytes, Optional<Tree.Ref>> parts() {
        TreeMap<Bytes, Optional<Tree.Ref>> found = new TreeMap<>();
        try (Store.Cursor cursor = store.cursor(Store.Family.META)) {
            for (cursor.seek(PARTS); cursor.valid() && cursor.key().startsWith(PARTS); cursor.next()) {
                Bytes path = cursor.key().slice(PARTS.length(), cursor.key().length());
                found.put(path, decode(cursor.value()));
            }
        }
        return found;
    }

    /// The paths of parts that are not here; each may have to be cut further.
    public List<Bytes> missing() {
        List<Bytes> missing = new ArrayList<>();
        missing(parts(), Bytes.empty(), missing);
        return missing;
    }

    private static void missing(NavigableMap<Bytes, Optional<Tree.Ref>> parts, Bytes path, List<Bytes> missing) {
        if (parts.containsKey(path)) {
            return;
        }
        Bytes next = parts.higherKey(path);
        if (next == null || !next.startsWith(path)) {
            missing.add(path);
            return;
        }
        for (int branch = 0; branch < BRANCHES; branch++) {
            missing(parts, below(path, branch), missing);
        }
    }

    private static Bytes below(Bytes path, int branch) {
        return path.concat(Bytes.wrap(new byte[] {(byte) branch}));
    }

    // ---- blocks ---------------------------------------------------------------------------------

    private long firstBlock() {
        return Math.max(before + 1, height - PAST_BLOCKS + 1);
    }

    /// The blocks that are not here.
    public List<Stretch> missingBlocks() {
        List<Stretch> missing = new ArrayList<>();
        long from = firstBlock();
        for (long at = from; at <= height + 1; at++) {
            boolean there = at > height
                    || store.get(Store.Family.FINALITY, BlockBook.long8(at)).isPresent();
            if (there || at - from == RANGE_BLOCKS) {
                if (at > from) {
                    missing.add(new Stretch(from, (int) (at - from)));
                }
                from = there ? at + 1 : at;
            }
        }
        return missing;
    }

    /// Takes blocks in that follow each other from `from` on, unless one of them does not hold.
    public boolean take(long from, List<Past> past) {
        for (int i = 0; i < past.size(); i++) {
            BlockHeader header = past.get(i).proof().header();
            if (header.height() != from + i
                    || header.height() < firstBlock()
                    || header.height() > height
                    || !holds(past.get(i))) {
                return false;
            }
        }
        Store.Batch batch = store.batch();
        for (Past block : past) {
            BlockHeader header = block.proof().header();
            List<Bytes> leaves = leaves(block);
            blocks.put(batch, header, block.transactions(), leaves, block.receipts());
            if (header.height() >= height - Ledger.NONCE_WINDOW) {
                NonceWindow.put(batch, header.height(), NonceWindow.hashes(block.transactions()));
            }
            batch.put(
                    Store.Family.FINALITY,
                    BlockBook.long8(header.height()),
                    block.proof().encoded());
        }
        batch.writeSoon();
        return true;
    }

    private static List<Bytes> leaves(Past block) {
        return block.transactions().stream().map(t -> t.leaf().encoded()).toList();
    }

    private boolean holds(Past block) {
        BlockHeader header = block.proof().header();
        return chain.attested(block.proof())
                && header.transactionCount() == block.transactions().size()
                && block.receipts().size() == block.transactions().size()
                && MerkleTree.root(suite, leaves(block)).equals(header.transactionsRoot())
                && MerkleTree.root(suite, block.receipts()).equals(header.receiptsRoot());
    }

    // ---- the end --------------------------------------------------------------------------------

    /// Moves the ledger to the snapshot, all of which is here; durable when it returns. The state that was the head can
    /// be read until {@link Ledger#tidy}.
    public void finish() {
        NavigableMap<Bytes, Optional<Tree.Ref>> parts = parts();
        List<Bytes> missing = new ArrayList<>();
        missing(parts, Bytes.empty(), missing);
        Bug.unless(missing.isEmpty() && missingBlocks().isEmpty(), "parts of the snapshot are missing");
        Store.Batch nodes = store.batch();
        Optional<Tree.Ref> root = assemble(nodes, parts, Bytes.empty());
        nodes.writeSoon();
        Bug.unless(
                root.map(Tree.Ref::hash)
                        .orElse(StateTree.EMPTY)
                        .equals(proof.header().stateRoot()),
                "the parts are proven, and their whole is another state");
        new Naming(store, height).run();
        Store.Batch batch = store.batch();
        Bytes at = BlockBook.long8(height);
        root.ifPresent(ref -> batch.put(Store.Family.ROOTS, at, RootRecord.encode(ref)));
        // Two blocks after which the state is the same may have come in any order.
        batch.put(Store.Family.ROOT_HEIGHTS, proof.header().stateRoot(), at);
        long first = firstBlock();
        batch.put(
                Store.Family.META, BASE, first == before + 1 ? BlockBook.long8(ledger.base()) : BlockBook.long8(first));
        for (Bytes key : List.of(Ledger.HEIGHT, Ledger.FINALISED, Ledger.HORIZON, TAKEN, UNTIDY)) {
            batch.put(Store.Family.META, key, at);
        }
        parts.keySet().forEach(path -> batch.delete(Store.Family.META, PARTS.concat(path)));
        batch.delete(Store.Family.META, MARK);
        ledger.enter(batch, links);
        new NonceWindow(store).forget(batch, height - Ledger.NONCE_WINDOW);
        ledger.endIntake(batch, Optional.of(chain));
    }

    private Optional<Tree.Ref> assemble(Store.Batch batch, NavigableMap<Bytes, Optional<Tree.Ref>> parts, Bytes path) {
        Optional<Tree.Ref> part = parts.get(path);
        if (part != null) {
            return part;
        }
        List<Optional<Tree.Ref>> children = new ArrayList<>();
        for (int branch = 0; branch < BRANCHES; branch++) {
            children.add(assemble(batch, parts, below(path, branch)));
        }
        Tree.Update joined = tree.join(path.toArray(), height, children);
        joined.written().forEach(node -> batch.put(Store.Family.NODES, node.key(), node.page()));
        return joined.root();
    }

    /// Takes away what is of states before a snapshot that was taken up.
    static void tidy(Store store) {
        Optional<Bytes> untidy = store.get(Store.Family.META, UNTIDY);
        if (untidy.isEmpty()) {
            return;
        }
        long height = new RecordReader(untidy.get()).u64();
        store.deleteRange(Store.Family.NODES, BlockBook.long8(0), untidy.get());
        store.deleteRange(Store.Family.STALE, BlockBook.long8(0), untidy.get());
        forgetHistory(store, at -> at < height);
        store.batch().delete(Store.Family.META, UNTIDY).write();
    }

    private static void forgetHistory(Store store, LongPredicate of) {
        List<Bytes> keys = new ArrayList<>();
        try (Store.Cursor cursor = store.cursor(Store.Family.HISTORY)) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                if (of.test(HistoricView.heightOf(cursor.key()))) {
                    keys.add(cursor.key());
                }
                if (keys.size() == DELETED_AT_ONCE) {
                    delete(store, keys);
                }
            }
        }
        delete(store, keys);
    }

    private static void delete(Store store, List<Bytes> keys) {
        Store.Batch batch = store.batch();
        keys.forEach(key -> batch.delete(Store.Family.HISTORY, key));
        batch.writeSoon();
        keys.clear();
    }
}
