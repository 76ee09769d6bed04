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
    /// What a block has of a kind stands together, in records of about so many octets.
    private static final int RECORD_BYTES = 64 << 10;

    private final Store store;
    /// The last block's, which is asked for many times before there is a next one.
    private volatile Optional<BlockHeader> last = Optional.empty();

    private final RecentBlocks recent = new RecentBlocks();

    BlockBook(Store store) {
        this.store = store;
    }

    /// Puts a block's contents into the batch.
    ///
    /// @param leaves the transactions' encoded leaves
    void put(
            Store.Batch batch,
            BlockHeader header,
            List<LedgerTransaction> transactions,
            List<Bytes> leaves,
            List<Bytes> receipts) {
        Bytes at = long8(header.height());
        batch.put(Store.Family.HEADERS, at, header.encoded());
        batch.put(Store.Family.ROOT_HEIGHTS, header.stateRoot(), at);
        putAll(batch, Store.Family.TRANSACTIONS, at, leaves);
        putAll(batch, Store.Family.RECEIPTS, at, receipts);
        for (int i = 0; i < transactions.size(); i++) {
            batch.put(Store.Family.IDS, transactions.get(i).id(), place(at, i));
        }
    }

    private static void putAll(Store.Batch batch, Store.Family family, Bytes at, List<Bytes> entries) {
        int to = 0;
        for (int first = 0; first < entries.size(); first = to) {
            int octets = 0;
            while (to < entries.size() && octets < RECORD_BYTES) {
                octets += Integer.BYTES + entries.get(to++).length();
            }
            RecordWriter record = new RecordWriter(octets);
            entries.subList(first, to)
                    .forEach(entry -> record.u32(entry.length()).raw(entry));
            batch.put(family, place(at, first), record.toBytes());
        }
    }

    private static Bytes place(Bytes at, int index) {
        return new RecordWriter(at.length() + Integer.BYTES).raw(at).u32(index).toBytes();
    }

    /// The block was written.
    void follow(BlockHeader header, PreparedBlock block) {
        recent.add(
                header.height(),
                block.transactions().stream().map(LedgerTransaction::leaf).toList(),
                block.receipts());
        last = Optional.of(header);
    }

    Optional<BlockHeader> header(long height) {
        Optional<BlockHeader> known = last;
        if (known.isPresent() && known.get().height() == height) {
            return known;
        }
        return store.get(Store.Family.HEADERS, long8(height)).map(stored -> BlockHeader.decode(stored.toArray()));
    }

    Optional<FinalityProof> finality(long height) {
        return store.get(Store.Family.FINALITY, long8(height)).map(stored -> FinalityProof.decode(stored.toArray()));
    }

    List<TransactionLeaf> transactions(long height) {
        return recent.find(height).map(RecentBlocks.Block::transactions).orElseGet(() -> storedTransactions(height));
    }

    List<Bytes> receipts(long height) {
        return recent.find(height).map(RecentBlocks.Block::receipts).orElseGet(() -> storedReceipts(height));
    }

    /// As they lie on disk.
    List<TransactionLeaf> storedTransactions(long height) {
        return ofBlock(Store.Family.TRANSACTIONS, height, stored -> TransactionLeaf.decode(stored.toArray()));
    }

    /// As they lie on disk.
    List<Bytes> storedReceipts(long height) {
        return ofBlock(Store.Family.RECEIPTS, height, stored -> stored);
    }

    private <T> List<T> ofBlock(Store.Family family, long height, Function<Bytes, T> decode) {
        Bytes at = long8(height);
        List<T> found = new ArrayList<>();
        try (Store.Cursor cursor = store.cursor(family)) {
            for (cursor.seek(at); cursor.valid() && cursor.key().startsWith(at); cursor.next()) {
                RecordReader record = new RecordReader(cursor.value());
                while (record.hasMore()) {
                    found.add(decode.apply(record.raw(record.u32())));
                }
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

    static Bytes long8(long value) {
        return new RecordWriter(Long.BYTES).u64(value).toBytes();
    }
}
