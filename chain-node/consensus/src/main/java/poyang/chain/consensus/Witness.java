package poyang.chain.consensus;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.Equivocation.Kind;
import poyang.chain.proofs.Equivocation.Said;
import poyang.kernel.PartyId;

/// Notices who says two things in one round. What it is shown is signed by who is named.
final class Witness {
    private final long epoch;
    private final TreeMap<Long, Map<PartyId, Said>> proposals = new TreeMap<>();

    Witness(long epoch) {
        this.epoch = epoch;
    }

    Optional<BftEffect> proposed(PartyId author, long round, Said said) {
        Said other = proposals.computeIfAbsent(round, _ -> new TreeMap<>()).putIfAbsent(author, said);
        return other == null || other.blockId().equals(said.blockId())
                ? Optional.empty()
                : Optional.of(lie(author, Kind.PROPOSAL, round, other, said));
    }

    BftEffect voted(PartyId voter, BftMessage.Vote one, BftMessage.Vote other) {
        return lie(
                voter,
                Kind.VOTE,
                one.round(),
                new Said(one.blockId(), one.signature()),
                new Said(other.blockId(), other.signature()));
    }

    private BftEffect lie(PartyId culprit, Kind kind, long round, Said one, Said other) {
        return new BftEffect.Equivocated(Equivocation.of(culprit, kind, epoch, round, one, other));
    }

    void forgetBelow(long round) {
        proposals.headMap(round).clear();
    }
}
