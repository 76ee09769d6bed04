package poyang.chain.ledger;

import java.util.Map;
import java.util.TreeMap;

/// Keeps states that others are taking over from being forgotten, for as long as they are asked for, and within
/// bounds: whoever asks for ever, or for many states, does not stop pruning. Time is counted in blocks.
final class Leases {
    /// A state stays for so many blocks after it was last asked for.
    static final long BLOCKS = Ledger.NONCE_WINDOW;
    /// And for no more than so many after it was first asked for.
    static final long BLOCKS_MAX = 20 * BLOCKS;

    private static final int STATES_MAX = 8;

    private final TreeMap<Long, Lease> leases = new TreeMap<>();

    private record Lease(long first, long last) {
        boolean over(long now) {
            return now - last > BLOCKS || now - first > BLOCKS_MAX;
        }
    }

    /// The state after the block at `height` was asked for when the ledger was at `now`.
    synchronized void renew(long height, long now) {
        Lease known = leases.get(height);
        if (known != null) {
            leases.put(height, new Lease(known.first(), now));
        } else if (leases.size() < STATES_MAX) {
            leases.put(height, new Lease(now, now));
        }
    }

    /// The lowest height that must be kept, when the retention wants `wanted`. A lease that is over stays until its
    /// state, below the horizon, is forgotten, so that it cannot be begun again.
    synchronized long keptFrom(long wanted, long now, long horizon) {
        long kept = wanted;
        for (Map.Entry<Long, Lease> lease : leases.entrySet()) {
            if (!lease.getValue().over(now)) {
                kept = Math.min(kept, lease.getKey());
            }
        }
        leases.headMap(horizon, false).clear();
        return kept;
    }
}
