package poyang.chain.ledger;

import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.StateTree;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Recomputes a ledger block by block: the chain of headers, the roots over transactions, receipts and
/// state, the finality proofs and every index; then all tables against their sums. Needs no more
/// memory than one path of the state tree.
final class Recomputation {
    private final Ledger ledger;
    private final Store store;
    private final Genesis genesis;
    private final CryptoSuite suite;
    private final StateAudit state;
    private final BlockBook blocks;
    /// The height of the snapshot from which the ledger goes on; states before were never here.
    private final long takenAt;

    Recomputation(Ledger ledger, Store store, Genesis genesis) {
        this.ledger = ledger;
        this.store = store;
        this.genesis = genesis;
        suite = genesis.suite();
        takenAt = store.get(Store.Family.META, Intake.TAKEN)
                .map(stored -> new RecordReader(stored).u64())
                .orElse(0L);
        // Not through a cache, nor the headers: what lies on disk is to be seen.
        blocks = new BlockBook(store);
        state = new StateAudit(store, new Tree(suite, key -> store.get(Store.Family.NODES, key)));
    }

    Verification run() {
        long height = 0;
        if (ledger.height() < 0) {
            return new Verification.Damaged(height, "there is no block, not even that of the genesis");
        }
        if (ledger.intake().isPresent()) {
            return new Verification.Unfinished(ledger.intake().get().height());
        }
        try {
            Optional<BlockHeader> below = Optional.empty();
            for (; height <= ledger.height(); height++) {
                if (height == 1 && ledger.base() > 1) {
                    // A snapshot began there; what lies below was never here.
                    height = ledger.base();
                    below = Optional.empty();
                }
                Optional<String> wrong = check(height, below);
                if (wrong.isPresent()) {
                    return new Verification.Damaged(height, wrong.get());
                }
                below = blocks.header(height);
            }
            height = ledger.height();
            Optional<String> wrong = state.indexes(ledger.root(height)).or(this::others);
            if (wrong.isPresent()) {
                return new Verification.Damaged(height, wrong.get());
            }
            store.verifyFiles();
            return new Verification.Whole(height, ledger.finalisedHeight());
        } catch (PoyangException e) {
            return new Verification.Damaged(height, e.wrong());
        }
    }

    private Optional<String> check(long height, Optional<BlockHeader> below) {
        Optional<BlockHeader> found = blocks.header(height);
        if (found.isEmpty()) {
            return Optional.of("its header is missing");
        }
        BlockHeader header = found.get();
        if (height == 0 && !header.equals(genesis.genesisHeader())) {
            return Optional.of("its header is not that of the genesis");
        }
        if (header.height() != height || !header.chainId().equals(ledger.chainId())) {
            return Optional.of("its header belongs to another height or chain");
        }
        if (below.isPresent() && !header.previousHash().equals(below.get().hash(suite))) {
            return Optional.of("its header does not continue the header below");
        }
        Optional<String> wrongState = checkState(height, header);
        if (wrongState.isPresent()) {
            return wrongState;
        }
        List<TransactionLeaf> transactions = ledger.blocks().storedTransactions(height);
        if (transactions.size() != header.transactionCount()
                || !MerkleTree.root(
                                suite,
                                transactions.stream()
                                        .map(TransactionLeaf::encoded)
                                        .toList())
                        .equals(header.transactionsRoot())) {
            return Optional.of("its transactions do not have the root in its header");
        }
        if (!MerkleTree.root(suite, ledger.blocks().storedReceipts(height)).equals(header.receiptsRoot())) {
            return Optional.of("its receipts do not have the root in its header");
        }
        return checkPlaces(height, header, transactions);
    }

    private Optional<String> checkState(long height, BlockHeader header) {
        Optional<Tree.Ref> root = ledger.root(height);
        boolean taken = height > 0 && height < takenAt;
        if (!taken && !root.map(Tree.Ref::hash).orElse(StateTree.EMPTY).equals(header.stateRoot())) {
            return Optional.of("the state after it does not have the root in its header");
        }
        long last = ledger.heightOf(header.stateRoot()).orElse(-1L);
        if (last < height || !blocks.header(last).map(BlockHeader::stateRoot).equals(Optional.of(header.stateRoot()))) {
            return Optional.of("its state root is not in the index");
        }
        if (height < ledger.horizon()) {
            return Optional.empty();
        }
        return height == ledger.horizon() ? state.whole(root) : state.next(ledger.root(height - 1), root, height);
    }

    private Optional<String> checkPlaces(long height, BlockHeader header, List<TransactionLeaf> transactions) {
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
                && !(proof.get().header().equals(header) && ledger.epochs().attested(proof.get()))) {
            return Optional.of("its finality proof does not hold");
        }
        return Optional.empty();
    }

    /// What no header speaks of must at least be whole, and fit together.
    private Optional<String> others() {
        for (Store.Family family : List.of(Store.Family.META, Store.Family.SAFETY, Store.Family.STALE)) {
            try (Store.Cursor cursor = store.cursor(family)) {
                for (cursor.first(); cursor.valid(); cursor.next()) {
                    Bytes _ = cursor.value();
                }
            }
        }
        long records = 0;
        boolean complete = true;
        for (long at = Math.max(1, ledger.height() - Ledger.NONCE_WINDOW); at <= ledger.height(); at++) {
            int transactions = blocks.header(at).orElseThrow().transactionCount();
            complete &= NonceWindow.count(store, at) == transactions;
            records += transactions > 0 ? 1 : 0;
        }
        complete &= store.entries(Store.Family.NONCES) == records;
        return complete ? Optional.empty() : Optional.of("the index of nonces is not that of the last blocks");
    }
}
