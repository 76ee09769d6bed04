package poyang.chain.proofs;

import poyang.crypto.Sm2Signature;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// A validator's signed statement that executing the ordered history up to a block gave exactly this
/// header; it covers state root and receipt root, since the header holds them.
///
/// @param header the block's header
/// @param validator who signed
/// @param signature over {@link #message}
public record Attestation(BlockHeader header, PartyId validator, Sm2Signature signature) {

    /// The signed bytes: (chain, epoch, height, block hash, state root, receipt root).
    public static byte[] message(BlockHeader header) {
        return new CanonicalWriter("poyang.attestation.v1")
                .bytes(header.chainId())
                .u64(header.epoch())
                .u64(header.height())
                .bytes(header.hash())
                .bytes(header.stateRoot())
                .bytes(header.receiptsRoot())
                .toArray();
    }

    public Bytes blockHash() {
        return header.hash();
    }
}
