package poyang.chain.proofs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;

/// A chain's epochs from the genesis on, as far as links prove them. Whoever has them needs the genesis
/// and nothing else to check any block.
///
/// @param chainId of the genesis
/// @param terms oldest first, without a gap
public record EpochChain(Bytes chainId, List<Term> terms) {

    /// An epoch and the height of its first block.
    public record Term(long from, Epoch epoch) {}

    public EpochChain {
        terms = List.copyOf(terms);
    }

    /// The genesis' epoch alone.
    public static EpochChain of(Genesis genesis) {
        return new EpochChain(genesis.chainId(), List.of(new Term(1, genesis.epoch())));
    }

    /// With all of these links; empty when one does not lead on from those before.
    public static Optional<EpochChain> of(Genesis genesis, List<EpochLink> links) {
        Optional<EpochChain> chain = Optional.of(of(genesis));
        for (EpochLink link : links) {
            chain = chain.flatMap(known -> known.and(link));
        }
        return chain;
    }

    /// The epoch that is known last.
    public Epoch last() {
        return terms.getLast().epoch();
    }

    /// The height of its first block.
    public long lastFrom() {
        return terms.getLast().from();
    }

    /// Goes on by a link; empty when it does not hold.
    public Optional<EpochChain> and(EpochLink link) {
        long end = link.handOff().header().height();
        if (!link.follows(chainId, last(), lastFrom())) {
            return Optional.empty();
        }
        List<Term> longer = new ArrayList<>(terms);
        longer.add(new Term(end + 1, link.next()));
        return Optional.of(new EpochChain(chainId, longer));
    }

    /// The epoch whose validators must have attested this block; empty when it is not known, or the height is
    /// not one of that epoch.
    public Optional<Epoch> of(BlockHeader header) {
        for (int i = 0; i < terms.size(); i++) {
            Term term = terms.get(i);
            boolean over =
                    i + 1 < terms.size() && header.height() >= terms.get(i + 1).from();
            if (term.epoch().number() == header.epoch()) {
                return header.height() >= term.from() && !over ? Optional.of(term.epoch()) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /// Did a quorum of the block's own epoch attest it?
    public boolean attested(FinalityProof proof) {
        return of(proof.header()).filter(epoch -> proof.verify(chainId, epoch)).isPresent();
    }
}
