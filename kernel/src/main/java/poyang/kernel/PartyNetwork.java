package poyang.kernel;

import java.util.List;

/// What a protocol sees of its peers: reliable, ordered, authenticated frames between named parties.
///
/// A call blocks the party's own thread. Protocol code holds no socket, clock or thread; under test
/// the parties run one at a time in a seeded order.
public interface PartyNetwork {
    PartyId self();

    /// The other parties, in ascending order of name.
    List<PartyId> peers();

    /// Sends one frame; the caller gives up the array. May block until the peer has room.
    ///
    /// @throws PoyangException `PEER_LOST` when the session has ended
    void send(PartyId to, byte[] frame);

    /// The next frame from `from`, which now belongs to the caller.
    ///
    /// @throws PoyangException `PEER_LOST` when the session has ended or its time is up
    byte[] receive(PartyId from);
}
