package poyang.chain.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poyang.chain.consensus.Batch;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// What clients bring to a node that only observes goes to a validator, and to the next one when no block has it
/// after a while: sending again is harmless.
final class Forwarding {
    private static final String DOMAIN = "poyang.forwarded.v1";
    private static final int MOST_TOGETHER = 512;
    private static final long PATIENCE_MILLIS = 3_000;

    private final LinkedHashMap<Bytes, Long> open = new LinkedHashMap<>();
    private int turn;

    /// Sends to one peer.
    interface Outlet {
        void send(PartyId to, Bytes message);
    }

    /// Takes these over, and sends what waits for too long.
    void forward(List<Bytes> fresh, Epoch epoch, long nowMillis, Outlet outlet) {
        fresh.forEach(item -> open.putIfAbsent(item, 0L));
        List<Bytes> due = new ArrayList<>();
        for (Map.Entry<Bytes, Long> each : open.entrySet()) {
            if (nowMillis - each.getValue() >= PATIENCE_MILLIS && due.size() < MOST_TOGETHER) {
                each.setValue(nowMillis);
                due.add(each.getKey());
            }
        }
        if (due.isEmpty()) {
            return;
        }
        List<Validator> validators = epoch.validators();
        PartyId to = validators.get(turn++ % validators.size()).id();
        List<Bytes> message = new ArrayList<>();
        long bytes = 0;
        for (Bytes item : due) {
            if (bytes + item.length() > Batch.MOST_BYTES) {
                outlet.send(to, encoded(message));
                message.clear();
                bytes = 0;
            }
            message.add(item);
            bytes += item.length();
        }
        outlet.send(to, encoded(message));
    }

    /// A block has these.
    void settled(List<Bytes> ordered) {
        ordered.forEach(open::remove);
    }

    /// Gives back what no block has yet.
    List<Bytes> end() {
        List<Bytes> left = List.copyOf(open.keySet());
        open.clear();
        return left;
    }

    private static Bytes encoded(List<Bytes> items) {
        return new CanonicalWriter(DOMAIN).list(items, CanonicalWriter::bytes).toBytes();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for what no observer sends
    static List<Bytes> decode(byte[] message) {
        CanonicalReader in = new CanonicalReader(DOMAIN, message);
        List<Bytes> items = in.list(MOST_TOGETHER, r -> r.bytes(Batch.MOST_BYTES));
        in.end();
        return items;
    }
}
