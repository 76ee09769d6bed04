package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.StateTree;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Recomputes a ledger from genesis on: the chain of headers, the roots over transactions, receipts
/// and state, and the finality proofs. Trusts nothing that is stored beside the flat history, which
/// the roots must confirm. Memory grows with the number of state writes, about 200 bytes each.
final class Recomputation {
    private final Ledger ledger;
    private final Store store;
    private final Genesis genesis;
    private final Map<Bytes, Bytes> nodes = new LinkedHashMap<>();
    private final CryptoSuite suite;
    private final Tree tree;

    Recomputation(Ledger ledger, Store store, Genesis genesis) {
        this.ledger = ledger;
        this.store = store;
        this.genesis = genesis;
        suite = genesis.suite();
        tree = new Tree(suite, key -> Optional.ofNullable(nodes.get(key)));
    }

    Verification run() {
        long height = 0;
        try {
            Map<Long, List<Tree.Change>> changes = changesByHeight();
            Optional<Tree.Ref> root = Optional.empty();
            Optional<BlockHeader> below = Optional.empty();
            for (; height <= ledger.height(); height++) {
                Tree.Update update = tree.apply(root, height, changes.getOrDefault(height, List.of()));
                nodes.putAll(update.written());
                root = update.root();
                Optional<String> wrong = check(height, below, update.rootHash());
                if (wrong.isPresent()) {
                    return new Verification.Damaged(height, wrong.get());
                }
                below = ledger.header(height);
            }
            return latestAgrees()
                    ? new Verification.Whole(ledger.height(), ledger.finalisedHeight())
                    : new Verification.Damaged(ledger.height(), "the latest values are not those of the history");
        } catch (PoyangException e) {
            return new Verification.Damaged(height, e.wrong());
        }
    }

    private Optional<String> check(long height, Optional<BlockHeader> below, Bytes stateRoot) {
        Optional<BlockHeader> found = ledger.header(height);
        if (found.isEmpty()) {
            return Optional.of("its header is missing");
        }
        BlockHeader header = found.get();
        if (height == 0 && !header.equals(genesis.genesisHeader())) {
            return Optional.of("its header is not that of the genesis");
        }
        if (header.height() != height || !header.chainId().equals(genesis.chainId())) {
            return Optional.of("its header belongs to another height or chain");
        }
        if (below.isPresent() && !header.previousHash().equals(below.get().hash(suite))) {
            return Optional.of("its header does not continue the header below");
        }
        if (!header.stateRoot().equals(stateRoot)) {
            return Optional.of("the state after it does not have the root in its header");
        }
        List<TransactionLeaf> transactions = ledger.transactions(height);
        if (transactions.size() != header.transactionCount()
                || !MerkleTree.root(
                                suite,
                                transactions.stream()
                                        .map(TransactionLeaf::encoded)
                                        .toList())
                        .equals(header.transactionsRoot())) {
            return Optional.of("its transactions do not have the root in its header");
        }
        if (!MerkleTree.root(suite, ledger.receipts(height)).equals(header.receiptsRoot())) {
            return Optional.of("its receipts do not have the root in its header");
        }
        return checkPlaces(height, header, stateRoot, transactions);
    }

    private Optional<String> checkPlaces(
            long height, BlockHeader header, Bytes stateRoot, List<TransactionLeaf> transactions) {
        if (!ledger.root(height).map(Tree.Ref::hash).orElse(StateTree.EMPTY).equals(stateRoot)) {
            return Optional.of("the stored state tree has another root");
        }
        for (int i = 0; i < transactions.size(); i++) {
            if (!ledger.find(transactions.get(i).transactionId(suite))
                    .equals(Optional.of(new Ledger.Place(height, i)))) {
                return Optional.of("transaction " + i + " is not in the index");
            }
        }
        Optional<FinalityProof> proof = ledger.finality(height);
        if (height > 0 && height <= ledger.finalisedHeight() && proof.isEmpty()) {
            return Optional.of("its finality proof is missing");
        }
        if (proof.isPresent()
                && !(proof.get().header().equals(header) && proof.get().verify(genesis.chainId(), genesis.epoch()))) {
            return Optional.of("its finality proof does not hold");
        }
        return Optional.empty();
    }

    private Map<Long, List<Tree.Change>> changesByHeight() {
        Map<Long, List<Tree.Change>> changes = new TreeMap<>();
        try (Store.Cursor cursor = store.cursor(Store.Family.HISTORY)) {
            store.keys().walk(Bytes.empty(), flat -> {
                Bytes stateKey = store.stateKey(flat);
                Bytes keyHash = StateKey.fromFlat(flat).hash(suite);
                for (cursor.seek(stateKey); at(cursor, stateKey); cursor.next()) {
                    Optional<Bytes> valueHash =
                            HistoricView.valueOf(cursor.value()).map(value -> StateTree.valueHash(suite, value));
                    changes.computeIfAbsent(HistoricView.heightOf(cursor.key()), h -> new ArrayList<>())
                            .add(new Tree.Change(keyHash, valueHash));
                }
                return true;
            });
        }
        return changes;
    }

    private static boolean at(Store.Cursor cursor, Bytes stateKey) {
        return cursor.valid() && cursor.key().startsWith(stateKey);
    }

    /// Is the flat latest family the newest entry of each key's history, and nothing else?
    private boolean latestAgrees() {
        long[] present = new long[1];
        boolean[] agrees = {true};
        try (Store.Cursor cursor = store.cursor(Store.Family.HISTORY)) {
            store.keys().walk(Bytes.empty(), flat -> {
                Bytes stateKey = store.stateKey(flat);
                cursor.seek(stateKey);
                Optional<Bytes> newest = at(cursor, stateKey) ? HistoricView.valueOf(cursor.value()) : Optional.empty();
                present[0] += newest.isPresent() ? 1 : 0;
                agrees[0] = newest.equals(store.get(Store.Family.LATEST, stateKey));
                return agrees[0];
            });
        }
        return agrees[0] && present[0] == entries(Store.Family.LATEST);
    }

    private long entries(Store.Family family) {
        long count = 0;
        try (Store.Cursor cursor = store.cursor(family)) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                count++;
            }
        }
        return count;
    }
}
