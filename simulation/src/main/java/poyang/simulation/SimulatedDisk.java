package poyang.simulation;

import java.util.ArrayList;
import java.util.List;

/// A log of entries; a crash loses those that were not synced.
///
/// @param <P> the entries
public final class SimulatedDisk<P> {
    private final List<P> synced = new ArrayList<>();
    private final List<P> written = new ArrayList<>();

    public void write(List<P> entries) {
        written.addAll(entries);
    }

    public void sync() {
        synced.addAll(written);
        written.clear();
    }

    public void crash() {
        written.clear();
    }

    /// A crash in the middle of a sync: the first of the entries that were not synced survive.
    public void tear(int surviving) {
        synced.addAll(written.subList(0, Math.min(surviving, written.size())));
        written.clear();
    }

    /// How many entries a crash would lose now.
    public int unsynced() {
        return written.size();
    }

    /// All that survived, oldest first.
    public List<P> entries() {
        return List.copyOf(synced);
    }
}
