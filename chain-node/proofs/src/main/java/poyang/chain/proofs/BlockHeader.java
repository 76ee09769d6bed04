package poyang.chain.proofs;

import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// A block's header, made by every node for itself after it executed the ordered batch; equal inputs
/// give equal headers, and the attestations say that they were equal.
///
/// @param chainId hash of the genesis
/// @param epoch number of the epoch whose validators attest
/// @param height 1 for the first block after genesis (height 0)
/// @param previousHash hash of the header below
/// @param round consensus round that ordered the batch
/// @param proposer who proposed the batch
/// @param timestampMillis the batch's time; never less than in the header below
/// @param transactionCount number of transactions
/// @param transactionsRoot Merkle root over the transactions' bytes
/// @param stateRoot root of the state tree after the block
/// @param receiptsRoot Merkle root over the transactions' receipts
public record BlockHeader(
        Bytes chainId,
        long epoch,
        long height,
        Bytes previousHash,
        long round,
        PartyId proposer,
        long timestampMillis,
        int transactionCount,
        Bytes transactionsRoot,
        Bytes stateRoot,
        Bytes receiptsRoot) {
    private static final String DOMAIN = "poyang.block-header.v1";

    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .bytes(chainId)
                .u64(epoch)
                .u64(height)
                .bytes(previousHash)
                .u64(round)
                .text(proposer.name())
                .u64(timestampMillis)
                .u32(transactionCount)
                .bytes(transactionsRoot)
                .bytes(stateRoot)
                .bytes(receiptsRoot)
                .toBytes();
    }

    public static BlockHeader decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        BlockHeader header = new BlockHeader(
                in.exactly(CryptoSuite.DIGEST_BYTES),
                in.u64(),
                in.u64(),
                in.exactly(CryptoSuite.DIGEST_BYTES),
                in.u64(),
                Names.party(in),
                in.u64(),
                Names.count(in),
                in.exactly(CryptoSuite.DIGEST_BYTES),
                in.exactly(CryptoSuite.DIGEST_BYTES),
                in.exactly(CryptoSuite.DIGEST_BYTES));
        in.end();
        return header;
    }

    public Bytes hash(CryptoSuite suite) {
        return suite.hash(encoded().toArray());
    }
}
