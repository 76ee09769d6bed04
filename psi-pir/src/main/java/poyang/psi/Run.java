package poyang.psi;

import java.util.Arrays;
import poyang.crypto.Sm3;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// One party's side of a run: frames to and from the peer, each counted in a digest of its direction.
final class Run {
    private static final int PIECE_BYTES = 1024;

    private final String protocol;
    private final boolean receives;
    private final CollisionSession session;
    private final Sm3 fromReceiver = new Sm3();
    private final Sm3 fromSender = new Sm3();
    private byte[] seed = new byte[0];
    private long peerKeys;

    private Run(String protocol, boolean receives, CollisionSession session) {
        this.protocol = protocol;
        this.receives = receives;
        this.session = session;
    }

    /// A run of a protocol that has an opening of its own.
    static Run of(String protocol, boolean receives, CollisionSession session) {
        return new Run(protocol, receives, session);
    }

    /// Opens a run; afterwards {@link #seed} and {@link #peerKeys} are known.
    static Run open(CollisionProtocol protocol, boolean receives, long ownKeys, CollisionSession session) {
        Run run = new Run(protocol.name(), receives, session);
        Opening.Opened opened = Opening.exchange(run, protocol, receives, ownKeys);
        run.seed = opened.seed();
        run.peerKeys = opened.peerKeys();
        return run;
    }

    byte[] seed() {
        return seed.clone();
    }

    long peerKeys() {
        return peerKeys;
    }

    PartyId peer() {
        return session.peer();
    }

    /// The peer, for a protocol inside this run.
    PartyNetwork network() {
        return new RunNetwork(this, session.network().self(), session.peer());
    }

    RandomSource random(String label) {
        return session.random().fork(label);
    }

    Workers workers() {
        return session.workers();
    }

    void at(Progress.Phase phase, long done, long total) {
        session.progress().at(phase, done, total);
    }

    void send(byte[] frame) {
        record(receives, frame);
        session.network().send(session.peer(), frame);
    }

    /// The next frame, which must have `bytes` bytes.
    byte[] frame(String what, int bytes) {
        byte[] frame = session.network().receive(session.peer());
        if (frame.length != bytes) {
            throw misbehaved("its frame of " + what + " has " + frame.length + " bytes instead of " + bytes);
        }
        record(!receives, frame);
        return frame;
    }

    /// The next frame, whatever its length.
    byte[] frame() {
        byte[] frame = session.network().receive(session.peer());
        record(!receives, frame);
        return frame;
    }

    private void record(boolean receiver, byte[] frame) {
        (receiver ? fromReceiver : fromSender).update(digest(frame));
    }

    /// SM3 over the length, the digests of whole pieces of 1,024 bytes, and the rest.
    static byte[] digest(byte[] frame) {
        int pieces = frame.length / PIECE_BYTES;
        Sm3 hash = new Sm3();
        byte[] length = new byte[4];
        Octets.put(length, 0, frame.length, length.length);
        hash.update(length).update(Sm3.digestMany(frame, PIECE_BYTES, pieces));
        return hash.update(frame, pieces * PIECE_BYTES, frame.length - pieces * PIECE_BYTES)
                .digest();
    }

    /// Both parties compare what they saw of all frames, both directions.
    void confirm() {
        byte[] seen = Sm3.digest(fromReceiver.digest(), fromSender.digest());
        session.network().send(session.peer(), seen.clone());
        byte[] theirs = session.network().receive(session.peer());
        if (!Arrays.equals(seen, theirs)) {
            throw misbehaved("it saw other frames than were sent, or sent other frames than were seen");
        }
    }

    PoyangException misbehaved(String wrong) {
        return PoyangException.accusing(
                session.peer(),
                KernelErrors.PEER_MISBEHAVED,
                "the other party " + session.peer() + " broke the protocol " + protocol + ": " + wrong,
                "run the job again with a party that follows the protocol");
    }
}
