package poyang.chain.consensus.swap;

import java.util.List;
import java.util.Map;
import poyang.chain.consensus.Signatures;
import poyang.chain.proofs.Attestation;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// What travels between simulated nodes, in the epoch of its sender.
record Letter(long epoch, Object content) {
    /// An executed block.
    record Block(BlockHeader header, List<Bytes> transactions) {}

    /// A final block.
    record Served(Block block, FinalityProof proof) {
        /// Did a quorum of the epoch attest it?
        boolean holds(Epoch epoch, Signatures signatures) {
            Bytes message = Bytes.wrap(Attestation.message(CryptoSuite.SM, proof.header()));
            return proof.namesQuorum(SimulatedEpochs.CHAIN, epoch)
                    && signatures.verify(proof.signatures().stream()
                            .map(s -> new Signatures.Signed(s.validator(), message, s.signature()))
                            .toList());
        }
    }

    /// How an epoch that was given up ended.
    record End(long height, List<FinalityProof.Signed> over) {
        /// Do more than two thirds of the epoch say that it ended with this header?
        boolean holds(Epoch epoch, Bytes header, Signatures signatures) {
            Bytes message = Bytes.wrap(EpochLink.end(SimulatedEpochs.CHAIN, epoch.number(), header));
            long signers = over.stream()
                    .map(FinalityProof.Signed::validator)
                    .distinct()
                    .count();
            return 3 * signers > 2L * epoch.validators().size()
                    && signatures.verify(over.stream()
                            .map(s -> new Signatures.Signed(s.validator(), message, s.signature()))
                            .toList());
        }
    }

    record AskBlocks(int from) {}

    record Blocks(List<Served> blocks, Map<Long, End> ends) {}
}
