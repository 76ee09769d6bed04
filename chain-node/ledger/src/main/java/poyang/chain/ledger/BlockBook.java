package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;

/// What a ledger keeps of blocks besides states: headers, transactions, receipts, proofs, and where to find them.
final class BlockBook {
    private final Store store;

    BlockBook(Store store) {
        this.store = store;
    }

    /// Puts a block's contents into the batch.
    ///
    /// @param leaves the transactions' encoded leaves
    /// @param remembered do the transactions' nonces count still?
    void put(
            Store.Batch batch,
            BlockHeader header,
            List<LedgerTransaction> transactions,
            List<Bytes> leaves,
            List<Bytes> receipts,
            boolean remembered) {
        Bytes at = long8(header.height());
        batch.put(Store.Family.HEADERS, at, header.encoded());
        batch.put(Store.Family.ROOT_HEIGHTS, header.stateRoot(), at);
        for (int i = 0; i < transactions.size(); i++) {
            Bytes place = new RecordWriter().raw(at).u32(i).toBytes();
            batch.put(Store.Family.TRANSACTIONS, place, leaves.get(i));
            batch.put(Store.Family.RECEIPTS, place, receipts.get(i));
            batch.put(Store.Family.IDS, transactions.get(i).id(), place);
        }
        for (Bytes nonce : remembered ? NonceWindow.hashes(transactions) : List.<Bytes>of()) {
            batch.put(Store.Family.NONCES, nonce, at);
            batch.put(Store.Family.NONCE_HEIGHTS, at.concat(nonce), Bytes.empty());
        }
    }

    Optional<BlockHeader> header(long height) {
        return store.get(Store.Family.HEADERS, long8(height)).map(stored -> BlockHeader.decode(stored.toArray()));
    }

    Optional<FinalityProof> finality(long height) {
        return store.get(Store.Family.FINALITY, long8(height)).map(stored -> FinalityProof.decode(stored.toArray()));
    }

    List<TransactionLeaf> transactions(long height) {
        return ofBlock(Store.Family.TRANSACTIONS, height, stored -> TransactionLeaf.decode(stored.toArray()));
    }

    List<Bytes> receipts(long height) {
        return ofBlock(Store.Family.RECEIPTS, height, stored -> stored);
    }

    private <T> List<T> ofBlock(Store.Family family, long height, Function<Bytes, T> decode) {
        Bytes at = long8(height);
        List<T> found = new ArrayList<>();
        try (Store.Cursor cursor = store.cursor(family)) {
            for (cursor.seek(at); cursor.valid() && cursor.key().startsWith(at); cursor.next()) {
                found.add(decode.apply(cursor.value()));
            }
        }
        return found;
    }

    Optional<Ledger.Place> find(Bytes transactionId) {
        return store.get(Store.Family.IDS, transactionId).map(stored -> {
            RecordReader in = new RecordReader(stored);
            return new Ledger.Place(in.u64(), in.u32());
        });
    }

    Optional<ReceiptProof> receiptProof(CryptoSuite suite, Bytes transactionId) {
        Optional<Ledger.Place> place = find(transactionId);
        Optional<FinalityProof> proof = place.flatMap(p -> finality(p.height()));
        if (proof.isEmpty()) {
            return Optional.empty();
        }
        int index = place.get().index();
        List<TransactionLeaf> transactions = transactions(place.get().height());
        List<Bytes> leaves = transactions.stream().map(TransactionLeaf::encoded).toList();
        List<Bytes> receipts = receipts(place.get().height());
        return Optional.of(new ReceiptProof(
                transactions.get(index),
                receipts.get(index),
                index,
                receipts.size(),
                MerkleTree.path(suite, leaves, index),
                MerkleTree.path(suite, receipts, index),
                proof.get()));
    }

    /// Which of these are among the nonces that are remembered?
    List<Boolean> seen(List<LedgerTransaction> transactions) {
        return NonceWindow.hashes(transactions).stream()
                .map(nonce -> store.get(Store.Family.NONCES, nonce).isPresent())
                .toList();
    }

    boolean seen(String sender, Bytes nonce) {
        Bytes key = CryptoSuite.SM.hash(
                LedgerTransaction.nonceMessage(sender, nonce).toArray());
        return store.get(Store.Family.NONCES, key).isPresent();
    }

    static Bytes long8(long value) {
        return new RecordWriter().u64(value).toBytes();
    }
}
