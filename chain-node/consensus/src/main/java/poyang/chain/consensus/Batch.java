package poyang.chain.consensus;

import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// Transactions that one validator admitted and spreads together.
///
/// @param author who spreads them
/// @param sequence counts the author's batches, so that no two are alike
/// @param transactions opaque here; at least one
public record Batch(PartyId author, long sequence, List<Bytes> transactions) {
    public static final int MOST_TRANSACTIONS = 1_000;
    public static final int MOST_BYTES = 1 << 20;
    private static final String DOMAIN = "poyang.batch.v1";
    private static final String ID_DOMAIN = "poyang.batch-id.v1";

    public Batch {
        transactions = List.copyOf(transactions);
    }

    /// The digest of all transactions' digests, which are made several at a time.
    public Bytes id(CryptoSuite suite) {
        return suite.hash(new CanonicalWriter(ID_DOMAIN)
                .text(author.name())
                .u64(sequence)
                .list(suite.hashAll(transactions), CanonicalWriter::bytes)
                .toArray());
    }

    long bytes() {
        long sum = 0;
        for (Bytes transaction : transactions) {
            sum += transaction.length();
        }
        return sum;
    }

    /// Whether count and size are within bounds.
    boolean fits() {
        return !transactions.isEmpty() && transactions.size() <= MOST_TRANSACTIONS && bytes() <= MOST_BYTES;
    }

    /// The canonical form.
    public byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .text(author.name())
                .u64(sequence)
                .list(transactions, CanonicalWriter::bytes)
                .toArray();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for anything but the canonical form of a batch
    public static Batch decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        Batch batch =
                new Batch(new PartyId(in.text(64)), in.u64(), in.list(MOST_TRANSACTIONS, r -> r.bytes(MOST_BYTES)));
        in.end();
        return batch;
    }
}
