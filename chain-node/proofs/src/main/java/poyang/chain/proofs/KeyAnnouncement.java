package poyang.chain.proofs;

import poyang.crypto.SigningKey;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// What a new key of an account signs to prove that its holder wants to be this account from then on. The
/// signature is good for one chain, one account and one announcement.
///
/// @param chainId SM3 of the genesis
/// @param account `organisation/name`
/// @param publicKey the new key, 65 bytes uncompressed
/// @param activationHeight the new key is good from here on
/// @param overlapEndHeight the last height at which the old key is good; 0 when it stops at once
public record KeyAnnouncement(
        Bytes chainId, String account, Bytes publicKey, long activationHeight, long overlapEndHeight) {
    private static final String DOMAIN = "poyang.account-key.v1";

    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .bytes(chainId)
                .text(account)
                .bytes(publicKey)
                .u64(activationHeight)
                .u64(overlapEndHeight)
                .toBytes();
    }

    /// The proof of possession by the new key: r ‖ s, 64 bytes.
    public Bytes signedBy(SigningKey newKey) {
        return newKey.sign(encoded().toArray()).rs();
    }

    /// Was this announcement signed by the key that it announces?
    public boolean provenBy(Bytes possession) {
        try {
            return VerificationKey.decode(publicKey.toArray())
                    .verifyWithoutParity(encoded().toArray(), possession.toArray());
        } catch (PoyangException e) {
            return false;
        }
    }
}
