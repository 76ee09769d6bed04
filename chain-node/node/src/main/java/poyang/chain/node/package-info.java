/// A validator: the chain's composition root. Consensus orders batches, {@link poyang.chain.node.Execution}
/// runs them against the contracts that `ServiceLoader` finds, the ledger keeps them, attestations make
/// them final, and {@link poyang.chain.node.ChainService} answers clients. Start at
/// {@link poyang.chain.node.Node}.
@NullMarked
package poyang.chain.node;

import org.jspecify.annotations.NullMarked;
