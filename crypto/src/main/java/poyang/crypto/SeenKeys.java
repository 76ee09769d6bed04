package poyang.crypto;

import java.util.LinkedHashMap;
import java.util.Map;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Verifier;
import poyang.kernel.Bytes;

/// The verifiers of keys met lately, so that a key that keeps signing gets its comb although it is decoded
/// again for each transaction. What is kept is a function of the key alone: it changes no verdict.
///
/// At most 256 combs of 185 KiB; the key that was asked for longest ago gives way.
final class SeenKeys {
    private static final int CAPACITY = 256;

    /// A comb costs about as much as this many verifications save.
    static final int USES_BEFORE_COMB = 12;

    private static final Map<Bytes, Sm2Verifier> VERIFIERS = new LinkedHashMap<>(2 * CAPACITY, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, Sm2Verifier> eldest) {
            return size() > CAPACITY;
        }
    };

    private SeenKeys() {}

    static Sm2Verifier verifier(Bytes encoded, Sm2Point point) {
        synchronized (VERIFIERS) {
            return VERIFIERS.computeIfAbsent(encoded, key -> new Sm2Verifier(point, USES_BEFORE_COMB));
        }
    }
}
