package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm3;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// A server's set, prepared once for many small sets to be asked about: the tags of its masked keys as a sorted
/// table, with version and signature. Clients keep it; what it says of keys that the server was not asked about is
/// nothing ({@link UnbalancedPsi}).
public final class PreparedSet {
    private static final String DOMAIN = "poyang.psi.prepared-set.v1";
    private static final byte[] SIGNED = "poyang.psi.prepared-set.signed.v1".getBytes(StandardCharsets.US_ASCII);

    private final long version;
    private final int keys;
    private final int tagBits;
    private final Bytes table;
    private final TagTable tags;

    /// @param version that the server counts up with each change of set or key
    PreparedSet(long version, int keys, int tagBits, TagTable tags) {
        this.version = version;
        this.keys = keys;
        this.tagBits = tagBits;
        this.tags = tags;
        table = Bytes.wrap(tags.toBytes());
    }

    public long version() {
        return version;
    }

    /// How many different keys the server has.
    public int keys() {
        return keys;
    }

    boolean contains(long first, long second) {
        return tags.contains(first, second);
    }

    private byte[] body() {
        return new CanonicalWriter(DOMAIN)
                .u64(version)
                .u32(keys)
                .u32(tagBits)
                .bytes(table)
                .toArray();
    }

    /// The signed form, for sending and keeping.
    public byte[] signed(SigningKey key) {
        byte[] body = body();
        Signature signature = key.sign(Sm3.digest(SIGNED, body));
        byte[] out = new byte[Signature.ENCODED_BYTES + body.length];
        signature.encoded().copyInto(out, 0);
        System.arraycopy(body, 0, out, Signature.ENCODED_BYTES, body.length);
        return out;
    }

    /// Reads a signed form.
    ///
    /// @param owner the server's key, known from elsewhere
    /// @param atLeast the least version that is taken: a client that has seen one takes no older
    /// @throws PoyangException `BAD_ENCODING` when it is malformed, not the owner's, or too old
    public static PreparedSet verified(byte[] signed, VerificationKey owner, long atLeast) {
        if (signed.length <= Signature.ENCODED_BYTES) {
            throw refused("it ends early");
        }
        byte[] body = Arrays.copyOfRange(signed, Signature.ENCODED_BYTES, signed.length);
        Signature signature = Signature.decode(Arrays.copyOf(signed, Signature.ENCODED_BYTES));
        if (!owner.verify(Sm3.digest(SIGNED, body), signature)) {
            throw refused("its signature does not hold");
        }
        CanonicalReader in = new CanonicalReader(DOMAIN, body);
        long version = in.u64();
        long keys = in.u32();
        long tagBits = in.u32();
        byte[] table = in.array(Integer.MAX_VALUE - 64);
        in.end();
        if (version < atLeast) {
            throw refused("its version " + version + " is older than " + atLeast);
        }
        if (keys < 1 || keys > Integer.MAX_VALUE || tagBits < Tags.STATISTICAL_BITS || tagBits > 128) {
            throw refused("its numbers are impossible");
        }
        if (table.length != TagTable.bytes((int) keys, (int) tagBits)) {
            throw refused("its table has another length than its numbers give");
        }
        TagTable tags = TagTable.read(table, (int) keys, (int) tagBits)
                .orElseThrow(() -> refused("the counts of its table do not sum up"));
        return new PreparedSet(version, (int) keys, (int) tagBits, tags);
    }

    private static PoyangException refused(String wrong) {
        return new PoyangException(
                KernelErrors.BAD_ENCODING, "the prepared set is refused: " + wrong, "get the owner's latest one");
    }

    @Override
    public String toString() {
        return "PreparedSet[version " + version + ", " + keys + " keys]";
    }
}
