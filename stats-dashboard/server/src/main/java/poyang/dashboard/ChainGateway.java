package poyang.dashboard;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bytes;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionReceipt;

/// What the console needs of a chain, as its CONSOLE account sees it.
///
/// Whoever implements it verifies: a block reaches `follow`'s consumer only after its finality proof,
/// its transactions root and its receipts root were checked against the genesis. Failures are
/// {@link poyang.kernel.PoyangException}s that carry the node's own code and words.
public interface ChainGateway {
    /// Hash of the genesis, 32 bytes.
    Bytes chainId();

    GenesisFile genesis();

    /// Hands over finalised blocks from `fromHeight` on, in order and without gaps, on the calling
    /// thread; returns never, and throws when the connection is lost.
    void follow(long fromHeight, Consumer<VerifiedBlock> sink) throws InterruptedException;

    /// Forwards a person's transaction; the answer is its id.
    Bytes submit(Transaction transaction);

    /// Forwards a person's read of a contract; the answer is an encoded `QueryAnswer`.
    Bytes query(SignedQuery query);

    /// Forwards a person's request for a proven receipt; the answer is an encoded `ProvenReceipt`.
    Bytes receipt(SignedQuery query);

    /// The state of every validator, asked for by the console's own account.
    List<Node> nodes();

    /// @param receipts of the transactions, in the same order
    record VerifiedBlock(
            long height, long timestampMillis, List<Transaction> transactions, List<TransactionReceipt> receipts) {
        public VerifiedBlock {
            transactions = List.copyOf(transactions);
            receipts = List.copyOf(receipts);
        }
    }

    /// @param status empty when the node did not answer
    record Node(String name, @Nullable NodeStatus status) {}
}
