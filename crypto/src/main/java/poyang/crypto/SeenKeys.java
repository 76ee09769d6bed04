package poyang.crypto;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import poyang.kernel.Bytes;

/// The public keys met lately, so that a key that keeps signing is checked once and gets its comb although its
/// bytes are decoded again for each transaction. What is kept is a function of the bytes alone: it changes no
/// verdict.
///
/// At most 256 combs of 148 KiB; the key that was asked for longest ago gives way.
final class SeenKeys {
    private static final int CAPACITY = 256;

    /// A comb costs about as much as this many verifications save.
    static final int USES_BEFORE_COMB = 12;

    private static final Map<Bytes, Sm2PublicKey> KEYS = new LinkedHashMap<>(2 * CAPACITY, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, Sm2PublicKey> eldest) {
            return size() > CAPACITY;
        }
    };

    private SeenKeys() {}

    /// @param decode gives none for bytes that are no key, which are not kept
    static Optional<Sm2PublicKey> find(Bytes encoded, Supplier<Optional<Sm2PublicKey>> decode) {
        synchronized (KEYS) {
            Sm2PublicKey known = KEYS.get(encoded);
            if (known != null) {
                return Optional.of(known);
            }
        }
        Optional<Sm2PublicKey> found = decode.get();
        synchronized (KEYS) {
            return found.map(key -> {
                Sm2PublicKey first = KEYS.putIfAbsent(encoded, key);
                return first == null ? key : first;
            });
        }
    }
}
