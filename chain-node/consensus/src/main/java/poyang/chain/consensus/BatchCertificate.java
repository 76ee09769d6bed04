package poyang.chain.consensus;

import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// Shows that a batch can be had: so many validators hold it that every quorum has an honest one among them.
/// Consensus orders these; a block's payload is their encodings.
///
/// @param batch its id
/// @param transactions how many it holds, and `bytes` how much, as the holders signed
/// @param holders signed {@link #message}; in ascending order, without repetition
public record BatchCertificate(Bytes batch, int transactions, long bytes, List<FinalityProof.Signed> holders) {
    private static final String DOMAIN = "poyang.batch-certificate.v1";
    private static final int MOST_HOLDERS = 1024;

    public BatchCertificate {
        holders = List.copyOf(holders);
    }

    /// How many holders a certificate needs: more than can be faulty.
    static int needed(Epoch epoch) {
        return epoch.validators().size() - epoch.quorum() + 1;
    }

    /// The bytes that a holder signs.
    static byte[] message(Bytes chainId, Epoch epoch, Bytes batch, int transactions, long bytes) {
        return new CanonicalWriter("poyang.batch-held.v1")
                .bytes(chainId)
                .u64(epoch.number())
                .bytes(batch)
                .u32(transactions)
                .u64(bytes)
                .toArray();
    }

    /// What is to be checked of it; empty when it is refused without looking at a signature.
    Optional<List<Signatures.Signed>> claims(Bytes chainId, Epoch epoch) {
        int previous = -1;
        for (FinalityProof.Signed holder : holders) {
            int index = epoch.indexOf(holder.validator());
            if (index <= previous) {
                return Optional.empty();
            }
            previous = index;
        }
        boolean sensible = transactions > 0
                && transactions <= Batch.MOST_TRANSACTIONS
                && bytes >= 0
                && bytes <= Batch.MOST_BYTES
                && holders.size() >= needed(epoch);
        if (!sensible) {
            return Optional.empty();
        }
        Bytes message = Bytes.wrap(message(chainId, epoch, batch, transactions, bytes));
        return Optional.of(holders.stream()
                .map(holder -> new Signatures.Signed(holder.validator(), message, holder.signature()))
                .toList());
    }

    /// The canonical form.
    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .bytes(batch)
                .u32(transactions)
                .u64(bytes)
                .list(holders, QuorumCertificate::write)
                .toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` for anything but the canonical form of a certificate
    public static BatchCertificate decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        BatchCertificate certificate = new BatchCertificate(
                in.exactly(CryptoSuite.DIGEST_BYTES),
                count(in.u32()),
                in.u64(),
                in.list(MOST_HOLDERS, QuorumCertificate::signed));
        in.end();
        return certificate;
    }

    private static int count(long transactions) {
        if (transactions > Batch.MOST_TRANSACTIONS) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING,
                    "a batch of " + transactions + " transactions",
                    "at most " + Batch.MOST_TRANSACTIONS + " are possible");
        }
        return (int) transactions;
    }

    /// The same for an item of a block's payload, which may be anything.
    public static Optional<BatchCertificate> of(Bytes item) {
        try {
            return Optional.of(decode(item.toArray()));
        } catch (PoyangException e) {
            return Optional.empty();
        }
    }
}
