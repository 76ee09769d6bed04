/// Engines that order transactions in one log and tolerate crashes only, never lies: Raft for several
/// validators ({@link RaftReplica}) and a log of one's own for development ({@link SingleReplica}). Both
/// are step machines over the same events, records and effects.
///
/// Sources: Ongaro, Ousterhout, "In Search of an Understandable Consensus Algorithm", USENIX ATC 2014;
/// Ongaro, "Consensus: Bridging Theory and Practice", Stanford 2014, sections 4.2.3, 6.2, 9.6 and 10.2.1.
@NullMarked
package poyang.chain.consensus.raft;

import org.jspecify.annotations.NullMarked;
