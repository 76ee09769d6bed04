package poyang.chain.consensus;

/// What a replica must not forget, in the order in which it is to be made durable.
public sealed interface BftEntry {
    /// A block that was voted for or certified: it can be served to others after a crash.
    record Kept(OrderedBlock block) implements BftEntry {}

    /// The promises: no vote in rounds up to `lastVotedRound`, and the highest certificate known. Each
    /// replaces the one before.
    record Safety(long lastVotedRound, QuorumCertificate highest) implements BftEntry {}
}
