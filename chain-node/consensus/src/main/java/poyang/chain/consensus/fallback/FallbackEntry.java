package poyang.chain.consensus.fallback;

import poyang.chain.consensus.BftEntry;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// What a validator must not forget once it has closed an epoch.
public sealed interface FallbackEntry {
    /// Keys of all entries begin so.
    String PREFIX = "fallback/";

    String CLOSED = PREFIX + "closed";
    String DECIDING = PREFIX + "deciding/";

    /// The epoch is closed here, for good.
    record Shut(Claim claim) implements FallbackEntry {}

    /// A promise in the agreement about which closure counts.
    record Promise(BftEntry entry) implements FallbackEntry {}

    default String key(CryptoSuite suite) {
        return switch (this) {
            case Shut _ -> CLOSED;
            case Promise(BftEntry entry) -> DECIDING + entry.key(suite);
        };
    }

    default Bytes encoded() {
        return switch (this) {
            case Shut(Claim claim) -> Bytes.wrap(claim.encoded());
            case Promise(BftEntry entry) -> entry.encoded();
        };
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for what {@link #encoded} did not make
    static FallbackEntry decode(String key, Bytes encoded) {
        return key.equals(CLOSED)
                ? new Shut(Claim.decode(encoded.toArray()))
                : new Promise(BftEntry.decode(key.substring(DECIDING.length()), encoded));
    }
}
