package poyang.chain.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poyang.chain.consensus.Batch;
import poyang.chain.consensus.fallback.FallbackEntry;
import poyang.chain.ledger.Ledger;
import poyang.kernel.Bytes;

/// What the present epoch's engine asked to keep before this start of the node.
///
/// @param entries of the engine
/// @param batches of blocks that are not executed yet
record Recovered(Map<String, Bytes> entries, List<Batch> batches) {
    /// @param kept learns what lies there
    /// @param round that the ledger took in last
    static Recovered from(Ledger ledger, KeptBatches kept, long round) {
        Map<String, Bytes> entries = new LinkedHashMap<>();
        List<Batch> batches = new ArrayList<>();
        long executed = Engines.place(ledger.epochs().last(), round);
        ledger.safety().all("").forEach((key, value) -> {
            if (!key.startsWith(KeptBatches.PREFIX)) {
                if (!key.equals(ConsensusLoop.KEPT_POINT) && !key.startsWith(FallbackEntry.PREFIX)) {
                    entries.put(key, value);
                }
                return;
            }
            kept.found(key);
            if (key.compareTo(KeptBatches.key(executed + 1, "")) >= 0) {
                batches.add(Batch.decode(value.toArray()));
            }
        });
        return new Recovered(entries, batches);
    }
}
