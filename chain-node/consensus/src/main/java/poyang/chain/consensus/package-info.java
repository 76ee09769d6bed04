/// Which transactions, in which order: a Byzantine fault tolerant two-chain protocol as a step machine,
/// and the attestation of what executing them gave. Start at {@link BftReplica} and
/// {@link Attestations}; docs/consensus.md tells the protocol in half a page. Package `raft` holds the
/// engines that bear crashes only.
///
/// A driver feeds events and does what each `Ready` says: write and sync `persist`, then send, then
/// apply; timers at any time. After a restart it builds the replica from the persisted entries and
/// from what the ledger applied last.
@NullMarked
package poyang.chain.consensus;

import org.jspecify.annotations.NullMarked;
