package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;

/// What executing a batch gave, hashed but not yet written: the roots from which the node makes the
/// block's header.
public final class PreparedBlock {
    private final long height;
    private final List<LedgerTransaction> transactions;
    private final List<Bytes> leaves;
    private final List<Bytes> receipts;
    private final List<Written> writes;
    private final Tree.Update update;
    private final Bytes transactionsRoot;
    private final Bytes receiptsRoot;

    /// A write with the hash of its key.
    record Written(StateOverlay.Write write, Bytes keyHash) {}

    static List<Written> hashed(CryptoSuite suite, List<StateOverlay.Write> writes) {
        List<Bytes> keyHashes = suite.hashAll(
                writes.stream().map(StateOverlay.Write::keyMessage).toList());
        List<Written> hashed = new ArrayList<>();
        for (int i = 0; i < writes.size(); i++) {
            hashed.add(new Written(writes.get(i), keyHashes.get(i)));
        }
        return hashed;
    }

    static List<Tree.Change> changes(CryptoSuite suite, List<Written> writes) {
        Iterator<Bytes> valueHashes = suite.hashAll(
                        writes.stream().flatMap(w -> w.write().value().stream()).toList())
                .iterator();
        return writes.stream()
                .map(w -> new Tree.Change(w.keyHash(), w.write().value().map(_ -> valueHashes.next())))
                .toList();
    }

    PreparedBlock(
            CryptoSuite suite,
            long height,
            List<LedgerTransaction> transactions,
            List<Bytes> receipts,
            List<Written> writes,
            Tree.Update update) {
        this.height = height;
        this.transactions = List.copyOf(transactions);
        this.receipts = List.copyOf(receipts);
        this.writes = List.copyOf(writes);
        this.update = update;
        leaves = transactions.stream().map(t -> t.leaf().encoded()).toList();
        transactionsRoot = MerkleTree.root(suite, leaves);
        receiptsRoot = MerkleTree.root(suite, this.receipts);
    }

    /// The height at which the block can be committed.
    public long height() {
        return height;
    }

    public int transactionCount() {
        return transactions.size();
    }

    public Bytes transactionsRoot() {
        return transactionsRoot;
    }

    public Bytes stateRoot() {
        return update.rootHash();
    }

    public Bytes receiptsRoot() {
        return receiptsRoot;
    }

    List<LedgerTransaction> transactions() {
        return transactions;
    }

    /// The transactions' leaves, encoded.
    List<Bytes> leaves() {
        return leaves;
    }

    List<Bytes> receipts() {
        return receipts;
    }

    List<Written> writes() {
        return writes;
    }

    /// The keys of the writes.
    List<Bytes> flats() {
        return writes.stream().map(written -> written.write().flat()).toList();
    }

    Tree.Update update() {
        return update;
    }

    Optional<Tree.Ref> root() {
        return update.root();
    }
}
