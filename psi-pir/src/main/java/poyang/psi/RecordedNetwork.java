package poyang.psi;

import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;

/// Counts and digests the frames that a party exchanges with one peer. Both parties of an undisturbed
/// run get the same transcript digest.
public final class RecordedNetwork implements PartyNetwork {
    private final PartyNetwork network;
    private final Sm3 sent = new Sm3();
    private final Sm3 received = new Sm3();
    private long framesSent;
    private long framesReceived;
    private long bytesSent;
    private long bytesReceived;

    public RecordedNetwork(PartyNetwork network) {
        this.network = network;
    }

    @Override
    public PartyId self() {
        return network.self();
    }

    @Override
    public List<PartyId> peers() {
        return network.peers();
    }

    @Override
    public void send(PartyId to, byte[] frame) {
        framesSent++;
        bytesSent += frame.length;
        record(sent, frame);
        network.send(to, frame);
    }

    @Override
    public byte[] receive(PartyId from) {
        byte[] frame = network.receive(from);
        framesReceived++;
        bytesReceived += frame.length;
        record(received, frame);
        return frame;
    }

    private static void record(Sm3 direction, byte[] frame) {
        int n = frame.length;
        direction
                .update(new byte[] {(byte) (n >>> 24), (byte) (n >>> 16), (byte) (n >>> 8), (byte) n})
                .update(frame);
    }

    public long framesSent() {
        return framesSent;
    }

    public long framesReceived() {
        return framesReceived;
    }

    public long bytesSent() {
        return bytesSent;
    }

    public long bytesReceived() {
        return bytesReceived;
    }

    /// Ends the recording and gives the digest: SM3 over the digests of the two directions, first that
    /// from the party whose name comes first.
    public Bytes transcript(PartyId peer) {
        byte[] mine = sent.digest();
        byte[] theirs = received.digest();
        boolean first = self().compareTo(peer) < 0;
        return Sm3.hash(new CanonicalWriter("poyang.transcript.v1")
                .bytes(first ? mine : theirs)
                .bytes(first ? theirs : mine)
                .toArray());
    }
}
