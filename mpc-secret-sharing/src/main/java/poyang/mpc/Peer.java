package poyang.mpc;

import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// One protocol's conversation with one peer: messages of lengths that both sides know, cut into
/// frames.
///
/// - rejects: a frame of another length than the protocol gives: `PEER_MISBEHAVED`
public final class Peer {
    /// The largest frame; a longer message is cut.
    public static final int FRAME_BYTES = 1 << 17;

    private final PartyNetwork network;
    private final PartyId id;
    private final String protocol;

    /// @param protocol its name, for messages to people
    public Peer(PartyNetwork network, PartyId id, String protocol) {
        this.network = network;
        this.id = id;
        this.protocol = protocol;
    }

    public PartyId self() {
        return network.self();
    }

    public PartyId id() {
        return id;
    }

    /// Sends a message, which the caller gives up.
    public void send(byte[] message) {
        if (message.length <= FRAME_BYTES) {
            network.send(id, message);
            return;
        }
        for (int at = 0; at < message.length; at += FRAME_BYTES) {
            byte[] frame = new byte[Math.min(FRAME_BYTES, message.length - at)];
            System.arraycopy(message, at, frame, 0, frame.length);
            network.send(id, frame);
        }
    }

    /// The next message of the peer, which has as many bytes.
    ///
    /// @param what it holds, for messages to people
    public byte[] receive(String what, int bytes) {
        if (bytes <= FRAME_BYTES) {
            return frame(what, bytes);
        }
        byte[] message = new byte[bytes];
        for (int at = 0; at < bytes; at += FRAME_BYTES) {
            byte[] frame = frame(what, Math.min(FRAME_BYTES, bytes - at));
            System.arraycopy(frame, 0, message, at, frame.length);
        }
        return message;
    }

    private byte[] frame(String what, int bytes) {
        byte[] frame = network.receive(id);
        if (frame.length != bytes) {
            throw misbehaved("its frame of " + what + " has " + frame.length + " bytes instead of " + bytes);
        }
        return frame;
    }

    /// How many frames a message of as many bytes makes.
    public static long frames(long bytes) {
        return Math.max(1, (bytes + FRAME_BYTES - 1) / FRAME_BYTES);
    }

    /// The abort of a run whose peer does not follow the protocol. For secrets' sake a failed check
    /// says no more than that it failed.
    public PoyangException misbehaved(String wrong) {
        return PoyangException.accusing(
                id,
                KernelErrors.PEER_MISBEHAVED,
                "the other party " + id + " broke the protocol " + protocol + ": " + wrong,
                "run the job again, as a new session, with a party that follows the protocol");
    }
}
