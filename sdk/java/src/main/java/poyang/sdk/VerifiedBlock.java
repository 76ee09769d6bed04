package poyang.sdk;

import java.util.List;
import poyang.wire.schema.Event;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionReceipt;

/// A block whose finality proof holds against the genesis, and what the reader may see of it.
///
/// Transactions and receipts are proven: their roots stand in the header. Readers without the right to
/// see everything get no transactions, and `events` as one node told them: a hint to look, by a proven
/// read ({@link ChainAccount#state}) or a receipt.
///
/// @param events with all transactions there, exactly those of the receipts
public record VerifiedBlock(
        long height,
        long timestampMillis,
        List<Event> events,
        List<Transaction> transactions,
        List<TransactionReceipt> receipts) {
    public VerifiedBlock {
        events = List.copyOf(events);
        transactions = List.copyOf(transactions);
        receipts = List.copyOf(receipts);
    }
}
