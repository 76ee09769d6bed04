package poyang.chain.proofs;

import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// Proves offline that a transaction stands in a final block of a chain, and what executing it gave.
///
/// @param transaction the transaction, as it came
/// @param receipt the receipt's bytes, verbatim
/// @param index place of both in their trees
/// @param count leaves of each tree
/// @param transactionPath siblings from the leaf to the root of the transactions tree
/// @param receiptPath siblings from the leaf to the root of the receipts tree
/// @param finality the block's proof
public record ReceiptProof(
        TransactionLeaf transaction,
        Bytes receipt,
        int index,
        int count,
        List<Bytes> transactionPath,
        List<Bytes> receiptPath,
        FinalityProof finality) {
    private static final String DOMAIN = "poyang.receipt-proof.v1";
    private static final int PATH_MAX = 32;
    private static final int RECEIPT_BYTES_MAX = 1 << 22;

    public ReceiptProof {
        transactionPath = List.copyOf(transactionPath);
        receiptPath = List.copyOf(receiptPath);
    }

    /// What a check found.
    public sealed interface Verdict {
        /// A quorum of the validators of its epoch attested the block that holds both.
        record Proven(BlockHeader header, Bytes transactionId) implements Verdict {}

        /// @param reason in words, without a full stop
        record Refuted(String reason) implements Verdict {}
    }

    /// Checks everything against the genesis alone. It does not check the sender's signature, whose key
    /// is in the chain's state: the quorum vouches for that.
    public Verdict verify(Genesis genesis) {
        return verify(genesis, EpochChain.of(genesis));
    }

    /// The same for a block of a later epoch, with the epochs that links prove.
    public Verdict verify(Genesis genesis, EpochChain epochs) {
        BlockHeader header = finality.header();
        CryptoSuite suite = genesis.suite();
        if (!header.chainId().equals(genesis.chainId())) {
            return new Verdict.Refuted("the block belongs to another chain than this genesis");
        }
        if (!epochs.attested(finality)) {
            return new Verdict.Refuted(
                    header.epoch() == 0
                            ? "the block is not attested by a quorum of the genesis' validators"
                            : "nothing proves that the block is attested by a quorum of epoch " + header.epoch());
        }
        if (count != header.transactionCount()) {
            return new Verdict.Refuted("the block has " + header.transactionCount() + " transactions, not " + count);
        }
        if (!MerkleTree.verify(
                suite, header.transactionsRoot(), transaction.encoded(), index, count, transactionPath)) {
            return new Verdict.Refuted("the transaction is not the one at its place in the block");
        }
        if (!MerkleTree.verify(suite, header.receiptsRoot(), receipt, index, count, receiptPath)) {
            return new Verdict.Refuted("the receipt is not the one that the validators attested for the transaction");
        }
        return new Verdict.Proven(header, transaction.transactionId(suite));
    }

    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .bytes(transaction.encoded())
                .bytes(receipt)
                .u32(index)
                .u32(count)
                .list(transactionPath, CanonicalWriter::bytes)
                .list(receiptPath, CanonicalWriter::bytes)
                .bytes(finality.encoded())
                .toBytes();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for bytes that are no receipt proof
    public static ReceiptProof decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        ReceiptProof proof = new ReceiptProof(
                TransactionLeaf.decode(in.array(TransactionLeaf.PAYLOAD_BYTES_MAX + 256)),
                in.bytes(RECEIPT_BYTES_MAX),
                Names.count(in),
                Names.count(in),
                in.list(PATH_MAX, r -> r.exactly(CryptoSuite.DIGEST_BYTES)),
                in.list(PATH_MAX, r -> r.exactly(CryptoSuite.DIGEST_BYTES)),
                FinalityProof.decode(in.array(1 << 18)));
        in.end();
        return proof;
    }
}
