package poyang.chain.proofs;

import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// What a block changed in the state: each key that has another value after it than before, or none any more.
/// Whoever has the state before gets the state after by it, and knows by the root in the block's header
/// whether it is the right one; by itself a write set proves nothing.
///
/// @param writes ascending by contract and key, each key once
public record WriteSet(List<Write> writes) {
    private static final String DOMAIN = "poyang.write-set.v1";
    private static final int CONTRACT_BYTES_MAX = 4 << 10;
    /// No state has a longer key, nor one with U+0000.
    private static final int KEY_BYTES_MAX = 1 << 10;
    private static final int VALUE_BYTES_MAX = 16 << 20;
    private static final int WRITES_MAX = 1 << 20;

    /// A key and its value after the block.
    ///
    /// @param value none: the key goes
    public record Write(String contract, String key, Optional<Bytes> value) {
        private boolean isBelow(Write other) {
            int contracts = Bytes.utf8(contract).compareTo(Bytes.utf8(other.contract));
            return contracts < 0 || contracts == 0 && Bytes.utf8(key).compareTo(Bytes.utf8(other.key)) < 0;
        }
    }

    public WriteSet {
        writes = List.copyOf(writes);
    }

    /// About how many octets it has.
    public long size() {
        long size = 0;
        for (Write write : writes) {
            size += 64L + write.contract().length() + write.key().length();
            size += write.value().map(Bytes::length).orElse(0);
        }
        return size;
    }

    public byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .list(
                        writes,
                        (w, write) -> w.text(write.contract())
                                .text(write.key())
                                .flag(write.value().isPresent())
                                .bytes(write.value().orElse(Bytes.empty())))
                .toArray();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for anything but the canonical form of a write set
    public static WriteSet decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        WriteSet set = new WriteSet(in.list(WRITES_MAX, WriteSet::write));
        in.end();
        for (int i = 1; i < set.writes.size(); i++) {
            if (!set.writes.get(i - 1).isBelow(set.writes.get(i))) {
                throw Names.bad("writes are not in the order of their keys", null);
            }
        }
        return set;
    }

    private static Write write(CanonicalReader in) {
        String contract = in.text(CONTRACT_BYTES_MAX);
        String key = in.text(KEY_BYTES_MAX);
        if (contract.indexOf('\0') >= 0 || key.indexOf('\0') >= 0) {
            throw Names.bad("a key holds U+0000", null);
        }
        boolean present = in.flag();
        Bytes value = in.bytes(VALUE_BYTES_MAX);
        if (!present && value.length() > 0) {
            throw Names.bad("a key that goes has a value", null);
        }
        return new Write(contract, key, present ? Optional.of(value) : Optional.empty());
    }
}
