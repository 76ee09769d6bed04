package poyang.chain.ledger;

import poyang.chain.proofs.TransactionLeaf;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;

/// A transaction on its way into a block.
///
/// @param leaf its bytes, verbatim
/// @param id the digest of its payload
/// @param sender as its payload says
/// @param nonce as its payload says; (sender, nonce) is accepted once
public record LedgerTransaction(TransactionLeaf leaf, Bytes id, String sender, Bytes nonce) {
    /// The digest of this is the key of (sender, nonce) in the replay index.
    static Bytes nonceMessage(String sender, Bytes nonce) {
        return new CanonicalWriter("poyang.nonce.v1").text(sender).bytes(nonce).toBytes();
    }
}
