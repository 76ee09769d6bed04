package poyang.wire.transport;

import java.util.Optional;
import poyang.kernel.PartyId;

/// What a node knows about its link with one peer; counters run since the transport started.
///
/// @param via the node that puts the link through, when there is no direct way
/// @param roundTripMicros of the last answered ping; 0 before the first
/// @param lastHeardMillisAgo since anything came from it; -1 when nothing ever did
/// @param waitingFrames accepted for sending and not yet handed to the network
/// @param droppedFrames pushed out of a full queue, oldest first
/// @param duplicateFrames received again and not delivered again
/// @param pauses how often nothing was read from it for a while, because it sent too much
/// @param malformed messages that could not be read
/// @param points held against it for malformed messages; they fade
/// @param links links made; one less than this is how often the peer was lost
public record PeerStatistics(
        PartyId peer,
        boolean connected,
        Optional<PartyId> via,
        long roundTripMicros,
        long lastHeardMillisAgo,
        int waitingFrames,
        long sentFrames,
        long sentBytes,
        long receivedFrames,
        long receivedBytes,
        long droppedFrames,
        long duplicateFrames,
        long pauses,
        long malformed,
        long points,
        long links) {}
