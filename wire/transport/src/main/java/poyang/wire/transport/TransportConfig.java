package poyang.wire.transport;

import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Where a node listens, whom it may talk to and where they listen.
///
/// @param self the own name, which must be the name in the own certificate
/// @param listen port 0 lets the system choose
/// @param peers everybody else who may hold a link with this node at first ({@link
///     Transport#know}), and where
/// @param heartbeatMillis how often a ping goes out; a peer silent for five times as long is lost
/// @param reconnectMillis the longest pause between two attempts to dial; the first is 100 ms and
///     each failure doubles it
/// @param queueFrames frames that may wait for one peer
/// @param queueBytes payload bytes that may wait for one peer
/// @param limits what one peer may send; who sends more is read more slowly, and nobody else is
/// @param door the name by which peers are asked for, where several processes' services stand
///     behind one address ({@link Door}); empty for none
public record TransportConfig(
        PartyId self,
        InetSocketAddress listen,
        SortedMap<PartyId, InetSocketAddress> peers,
        long heartbeatMillis,
        long reconnectMillis,
        int queueFrames,
        long queueBytes,
        PeerLimits limits,
        String door) {

    public TransportConfig {
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
        if (peers.containsKey(self)) {
            throw bad("the node \"" + self + "\" is among its own peers", "peers are the other nodes");
        }
        if (heartbeatMillis < 10 || reconnectMillis < 100) {
            throw bad(
                    "heartbeatMillis is " + heartbeatMillis + " and reconnectMillis " + reconnectMillis,
                    "at least 10 and 100 are needed");
        }
        if (queueFrames < 1 || queueBytes < Frame.MAXIMUM_PAYLOAD_BYTES) {
            throw bad(
                    "queueFrames is " + queueFrames + " and queueBytes " + queueBytes,
                    "room for one frame of " + Frame.MAXIMUM_PAYLOAD_BYTES + " bytes is needed");
        }
    }

    /// Without a door.
    public TransportConfig(
            PartyId self,
            InetSocketAddress listen,
            SortedMap<PartyId, InetSocketAddress> peers,
            long heartbeatMillis,
            long reconnectMillis,
            int queueFrames,
            long queueBytes,
            PeerLimits limits) {
        this(self, listen, peers, heartbeatMillis, reconnectMillis, queueFrames, queueBytes, limits, "");
    }

    /// The same whose peers are asked for by a name.
    public TransportConfig towards(String name) {
        return new TransportConfig(
                self, listen, peers, heartbeatMillis, reconnectMillis, queueFrames, queueBytes, limits, name);
    }

    /// A heartbeat a second, at most 5 s between attempts, 4,096 frames and 64 MiB for each peer.
    public static TransportConfig of(PartyId self, InetSocketAddress listen, Map<PartyId, InetSocketAddress> peers) {
        return new TransportConfig(
                self, listen, new TreeMap<>(peers), 1_000, 5_000, 4_096, 64L << 20, PeerLimits.ample());
    }

    private static PoyangException bad(String wrong, String right) {
        return new PoyangException(TransportErrors.BAD_TRANSPORT_CONFIG, wrong, right);
    }
}
