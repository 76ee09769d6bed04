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
/// @param outcome what executing it is said to give, so that it need not be executed; its receipts are the
///     quorum's once the block holds, its write set is only once it led to the state root in the header
public record ProvenBlock(FinalityProof proof, List<TransactionLeaf> transactions, Optional<Outcome> outcome) {
    public ProvenBlock {
        transactions = List.copyOf(transactions);
    }

    /// To be executed.
    public ProvenBlock(FinalityProof proof, List<TransactionLeaf> transactions) {
        this(proof, transactions, Optional.empty());
    }

    public long height() {
        return proof.header().height();
    }

    /// The transactions, encoded.
    public List<Bytes> items() {
        return transactions.stream().map(TransactionLeaf::encoded).toList();
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
                        .equals(proof.header().transactionsRoot())
                || !outcome.map(given -> receiptsHold(epoch, given)).orElse(true)) {
            return Optional.empty();
        }
        Bytes message = Bytes.wrap(Attestation.message(epoch.suite(), proof.header()));
        List<Signatures.Signed> claims = new ArrayList<>();
        proof.signatures().forEach(s -> claims.add(new Signatures.Signed(s.validator(), message, s.signature())));
        return Optional.of(claims);
    }

    private boolean receiptsHold(Epoch epoch, Outcome given) {
        return given.receipts().size() == transactions.size()
                && MerkleTree.root(epoch.suite(), given.receipts())
                        .equals(proof.header().receiptsRoot());
    }
}
