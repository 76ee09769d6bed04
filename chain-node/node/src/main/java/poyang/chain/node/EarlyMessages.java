package poyang.chain.node;

import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// What peers that are in the next epoch already say, until it begins here. Only so much is kept: what is lost
/// is said again. Safe for use by several threads.
final class EarlyMessages {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyMessages.class);
    private static final int MOST = 2_000;
    private static final long MOST_BYTES = 32 << 20;

    private final ArrayDeque<Early> waiting = new ArrayDeque<>();
    private long bytes;
    private long begun;

    private record Early(PartyId from, int channel, Bytes payload) {}

    /// Takes a message as the transport brought it.
    interface Receiver {
        void received(PartyId from, int channel, Bytes payload);
    }

    /// True: it is dealt with.
    ///
    /// @param epoch in which the message was said
    synchronized boolean keep(long epoch, PartyId from, int channel, Bytes payload) {
        if (epoch > begun && waiting.size() < MOST && bytes + payload.length() <= MOST_BYTES) {
            waiting.add(new Early(from, channel, payload));
            bytes += payload.length();
        }
        return true;
    }

    /// The epoch has begun here: hands over what waited for it.
    void begun(long epoch, Receiver receiver) {
        List<Early> now;
        synchronized (this) {
            begun = epoch;
            bytes = 0;
            now = List.copyOf(waiting);
            waiting.clear();
        }
        for (Early message : now) {
            try {
                receiver.received(message.from(), message.channel(), message.payload());
            } catch (PoyangException e) {
                LOG.warn("a message of {} waited for epoch {} and is none", message.from(), epoch);
            }
        }
    }
}
