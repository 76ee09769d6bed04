package poyang.chain.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import poyang.chain.consensus.Batch;
import poyang.chain.consensus.BatchCertificate;
import poyang.chain.ledger.SafetyStore;
import poyang.kernel.Bytes;

/// What an engine and its batches lie under on disk. What is voted for or acknowledged must outlive a crash of
/// everybody, and be kept for as long as the last entry that names it.
final class KeptBatches {
    static final String PREFIX = "batch/";
    private static final int FORGET_AT = 64;

    private final SafetyStore safety;
    private final Map<Bytes, String> keys = new LinkedHashMap<>();
    private final TreeSet<String> all = new TreeSet<>();

    KeptBatches(SafetyStore safety) {
        this.safety = safety;
    }

    static String key(long place, String id) {
        return String.format(Locale.ROOT, "%s%016x/%s", PREFIX, place, id);
    }

    /// A batch lies under this key.
    void found(String key) {
        keys.put(Bytes.fromHex(key.substring(key.lastIndexOf('/') + 1)), key);
        all.add(key);
    }

    /// An engine's entry for others lies under this key.
    void entry(String key) {
        all.add(key);
    }

    /// Adds the batches of what is to be kept to what is to be written.
    ///
    /// @param place of the entry
    void keep(Engine.Kept kept, long place, Function<Bytes, Optional<Batch>> find, Map<String, Bytes> entries) {
        for (Bytes item : kept.payload()) {
            Bytes id = BatchCertificate.decode(item.toArray()).batch();
            String key = key(place, id.hex());
            String known = keys.getOrDefault(id, "");
            Optional<Batch> batch = known.compareTo(key) >= 0 ? Optional.empty() : find.apply(id);
            if (batch.isPresent()) {
                entries.put(key, Bytes.wrap(batch.get().encoded()));
                keys.put(id, key);
                all.add(key);
            }
        }
    }

    Optional<Batch> find(Bytes id) {
        return Optional.ofNullable(keys.get(id)).flatMap(safety::get).map(batch -> Batch.decode(batch.toArray()));
    }

    /// Forgets what nobody needs any more, many at once.
    void forget(Engine engine, long orderedRound) {
        List<String> old = new ArrayList<>(all.subSet(engine.keysFrom(), engine.keysBelow(orderedRound)));
        old.addAll(all.subSet(PREFIX, key(engine.placesBelow(orderedRound), "")));
        if (old.size() >= FORGET_AT) {
            safety.delete(old);
            old.forEach(all::remove);
            keys.values().removeAll(new HashSet<>(old));
        }
    }

    /// The epoch is over, and the store forgot all of it.
    void clear() {
        keys.clear();
        all.clear();
    }
}
