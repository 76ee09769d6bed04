package poyang.chain.proofs;

import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// A validator's signed statement that executing the ordered history up to a block gave exactly this
/// header; it covers state root and receipt root, since the header holds them.
///
/// @param header the block's header
/// @param validator who signed
/// @param signature over {@link #message}
public record Attestation(BlockHeader header, PartyId validator, Signature signature) {

    /// The signed bytes: (chain, epoch, height, block hash, state root, receipt root).
    public static byte[] message(CryptoSuite suite, BlockHeader header) {
        return new CanonicalWriter("poyang.attestation.v1")
                .bytes(header.chainId())
                .u64(header.epoch())
                .u64(header.height())
                .bytes(header.hash(suite))
                .bytes(header.stateRoot())
                .bytes(header.receiptsRoot())
                .toArray();
    }
}
