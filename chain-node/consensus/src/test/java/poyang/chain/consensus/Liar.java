package poyang.chain.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.consensus.Attestations.Word;
import poyang.chain.consensus.BftMessage.Proposal;
import poyang.chain.consensus.BftMessage.Timeout;
import poyang.chain.consensus.BftMessage.Vote;
import poyang.chain.consensus.SimulatedChain.Behaviour;
import poyang.chain.proofs.Attestation;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready.Outbound;

/// A validator that breaks the protocol in one of its ways, with its own signature only.
final class Liar implements Behaviour {
    static final int KINDS = 9;
    private static final int LIES_ABOUT_STATE = 5;

    private final SimulatedChain chain;
    private final PartyId self;
    private final Signatures signatures;
    private final int kind;
    private final List<BftMessage> old = new ArrayList<>();

    Liar(SimulatedChain chain, PartyId self, int kind) {
        this.chain = chain;
        this.self = self;
        this.kind = kind;
        signatures = chain.signatures(self);
    }

    @Override
    public List<Outbound<BftMessage>> send(Outbound<BftMessage> honest) {
        old.add(honest.message());
        return switch (kind) {
            case 0 -> List.of(equivocate(honest));
            case 1 -> forgeCertificates(honest);
            case 2 -> withhold(honest);
            case 3 -> replay(honest);
            case 4 -> voteForEverything(honest);
            case 5 -> List.of(honest);
            case 6 -> mutate(honest);
            default -> List.of(honest);
        };
    }

    /// Frames with a bit turned, besides those that are as they should be.
    private List<Outbound<BftMessage>> mutate(Outbound<BftMessage> honest) {
        byte[] encoded = honest.message().encoded();
        encoded[chain.simulation.random().nextInt(encoded.length)] ^=
                (byte) (1 << chain.simulation.random().nextInt(8));
        try {
            return List.of(new Outbound<>(honest.to(), BftMessage.decode(encoded)), honest);
        } catch (PoyangException e) {
            return List.of(honest);
        }
    }

    /// Kind 7 shows its batches to one peer only and answers no question; kind 8 certifies what nobody holds.
    @Override
    public List<Outbound<DisseminationMessage>> spread(Outbound<DisseminationMessage> honest) {
        return switch (kind) {
            case 7 ->
                honest.message() instanceof DisseminationMessage.Carried
                                && chain.epoch().indexOf(honest.to())
                                        != (chain.epoch().indexOf(self) + 1) % 4
                        ? List.of()
                        : List.of(honest);
            case 8 -> List.of(certifyNothing(honest), honest);
            default -> List.of(honest);
        };
    }

    private Outbound<DisseminationMessage> certifyNothing(Outbound<DisseminationMessage> honest) {
        Bytes none = Sm3.hash(honest.message().encoded());
        byte[] message = BatchCertificate.message(SimulatedChain.CHAIN, chain.epoch(), none, 3, 30);
        return new Outbound<>(
                honest.to(),
                new DisseminationMessage.Certified(new BatchCertificate(
                        none,
                        3,
                        30,
                        chain.epoch().validators().stream()
                                .map(v -> new FinalityProof.Signed(v.id(), signatures.sign(message)))
                                .toList())));
    }

    /// Half of the peers get another block of the same round.
    private Outbound<BftMessage> equivocate(Outbound<BftMessage> honest) {
        boolean half = chain.epoch().indexOf(honest.to()) % 2 == 0;
        if (half && honest.message() instanceof Proposal p) {
            return new Outbound<>(honest.to(), other(p));
        }
        return honest;
    }

    private Proposal other(Proposal p) {
        OrderedBlock b = p.block();
        List<Bytes> payload = List.of();
        OrderedBlock twin = new OrderedBlock(
                b.round(), b.certificate(), b.author(), b.timestampMillis() + 1, b.standing(), payload);
        return new Proposal(
                twin,
                p.timeout(),
                signatures.sign(BftMessage.proposalMessage(
                        SimulatedChain.CHAIN, chain.epoch(), twin.round(), twin.id(CryptoSuite.SM))));
    }

    /// Certificates with its own signature under every name.
    private List<Outbound<BftMessage>> forgeCertificates(Outbound<BftMessage> honest) {
        if (!(honest.message() instanceof Proposal p)) {
            return List.of(honest);
        }
        OrderedBlock b = p.block();
        Bytes target = Sm3.hash(new byte[] {1});
        byte[] message = QuorumCertificate.message(SimulatedChain.CHAIN, chain.epoch(), b.round() + 5, target);
        QuorumCertificate forged = new QuorumCertificate(
                b.round() + 5,
                target,
                chain.epoch().validators().stream()
                        .map(v -> new FinalityProof.Signed(v.id(), signatures.sign(message)))
                        .toList());
        OrderedBlock false1 =
                new OrderedBlock(b.round() + 8, forged, self, b.timestampMillis(), b.standing(), b.payload());
        return List.of(
                new Outbound<>(honest.to(), new BftMessage.Advance(forged, Optional.empty())),
                new Outbound<>(
                        honest.to(),
                        new Proposal(
                                false1,
                                Optional.empty(),
                                signatures.sign(BftMessage.proposalMessage(
                                        SimulatedChain.CHAIN,
                                        chain.epoch(),
                                        false1.round(),
                                        false1.id(CryptoSuite.SM))))),
                honest);
    }

    /// Shows its block to one peer only, and answers no fetch.
    private List<Outbound<BftMessage>> withhold(Outbound<BftMessage> honest) {
        boolean shown = switch (honest.message()) {
            case Proposal _ ->
                chain.epoch().indexOf(honest.to()) == (chain.epoch().indexOf(self) + 1) % 4;
            case BftMessage.Fetched _ -> false;
            case Vote _, Timeout _, BftMessage.Advance _, BftMessage.Fetch _ -> true;
        };
        return shown ? List.of(honest) : List.of();
    }

    private List<Outbound<BftMessage>> replay(Outbound<BftMessage> honest) {
        BftMessage stale = old.get(old.size() / 2);
        return List.of(new Outbound<>(honest.to(), stale), honest, new Outbound<>(honest.to(), stale));
    }

    /// Votes for a block that does not exist besides the one that does.
    private List<Outbound<BftMessage>> voteForEverything(Outbound<BftMessage> honest) {
        if (!(honest.message() instanceof Vote v)) {
            return List.of(honest);
        }
        Bytes none = Sm3.hash(v.blockId().toArray());
        return List.of(
                new Outbound<>(
                        honest.to(),
                        new Vote(
                                v.round(),
                                none,
                                signatures.sign(QuorumCertificate.message(
                                        SimulatedChain.CHAIN, chain.epoch(), v.round(), none)))),
                honest);
    }

    /// Kinds up to 5: a wrong state root, rightly signed.
    @Override
    public Word word(Word honest) {
        if (kind > LIES_ABOUT_STATE) {
            return honest;
        }
        BlockHeader h = honest.header();
        BlockHeader wrong = SimulatedChain.withAnotherState(h);
        return new Word(wrong, signatures.sign(Attestation.message(CryptoSuite.SM, wrong)), honest.asks());
    }
}
