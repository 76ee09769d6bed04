package poyang.chain.consensus.raft;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.fallback.Claim;
import poyang.chain.consensus.fallback.Remains;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// What a {@link RaftReplica} left: its log. Nobody lies under Raft, so where a log ends needs no certificate;
/// among those of more than two thirds the one that ends highest has all that a majority copied, by the
/// argument by which a leader has it (ATC 2014, section 5.4.3).
public final class RaftRemains implements Remains {
    private final CryptoSuite suite;
    private final Supplier<Map<String, Bytes>> kept;
    private final Supplier<Applied> applied;
    private @Nullable Map<Bytes, Item> items;

    /// What the ledger took in last.
    public record Applied(long round, Bytes id) {}

    /// @param kept {@link RaftRecord}s by key, as they are then
    public RaftRemains(CryptoSuite suite, Supplier<Map<String, Bytes>> kept, Supplier<Applied> applied) {
        this.suite = suite;
        this.kept = kept;
        this.applied = applied;
    }

    private List<LogEntry> entries() {
        List<LogEntry> found = new ArrayList<>();
        kept.get().forEach((key, value) -> {
            if (RaftRecord.decode(key, value) instanceof RaftRecord.Kept(LogEntry entry)) {
                found.add(entry);
            }
        });
        return found;
    }

    @Override
    public Claim highest() {
        Applied at = applied.get();
        RaftLog log = new RaftLog(suite, entries(), Position.of(at.round()), at.id());
        return new Claim(log.last().round(), log.lastId(), Bytes.empty());
    }

    @Override
    public boolean holds(Claim claim) {
        return claim.round() >= 0 && claim.certificate().isEmpty();
    }

    @Override
    public Optional<Item> find(Bytes id) {
        Map<Bytes, Item> known = items;
        if (known == null) {
            known = new LinkedHashMap<>();
            for (LogEntry entry : entries()) {
                Item item = item(entry);
                known.put(item.id(), item);
            }
            items = known;
        }
        return Optional.ofNullable(known.get(id));
    }

    @Override
    public Item decode(Bytes encoded) {
        return item(LogEntry.decode(encoded.toArray()));
    }

    private Item item(LogEntry entry) {
        return new Item(
                entry.id(suite),
                entry.parent(),
                entry.position().round(),
                entry.author(),
                entry.timestampMillis(),
                entry.payload(),
                Bytes.wrap(entry.encoded()));
    }
}
