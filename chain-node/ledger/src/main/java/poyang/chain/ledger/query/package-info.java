/// Questions to the chain's blocks, transactions, receipts, evidence and jobs. Start from
/// {@link poyang.chain.ledger.query.QueryIndex}.
@NullMarked
package poyang.chain.ledger.query;

import org.jspecify.annotations.NullMarked;
