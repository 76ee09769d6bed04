package poyang.chain.consensus.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.consensus.Signatures;
import poyang.chain.proofs.Attestation;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;

/// A block as a ledger keeps it: enough to execute it again and to know that the result is the quorum's.
///
/// @param proof header and a quorum's attestations
/// @param transactions in order
public record ProvenBlock(FinalityProof proof, List<TransactionLeaf> transactions) {
    public ProvenBlock {
        transactions = List.copyOf(transactions);
    }

    public long height() {
        return proof.header().height();
    }

    /// The signatures that must hold; empty when the block is wrong whatever they say.
    Optional<List<Signatures.Signed>> claims(Bytes chainId, Epoch epoch) {
        if (!proof.namesQuorum(chainId, epoch)
                || proof.header().transactionCount() != transactions.size()
                || !MerkleTree.root(
                                epoch.suite(),
                                transactions.stream()
                                        .map(TransactionLeaf::encoded)
                                        .toList())
                        .equals(proof.header().transactionsRoot())) {
            return Optional.empty();
        }
        Bytes message = Bytes.wrap(Attestation.message(epoch.suite(), proof.header()));
        List<Signatures.Signed> claims = new ArrayList<>();
        proof.signatures().forEach(s -> claims.add(new Signatures.Signed(s.validator(), message, s.signature())));
        return Optional.of(claims);
    }
}
