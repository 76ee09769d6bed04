package poyang.psi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// The transcript of a run of many buckets, of which several may be under way: each bucket has one of its own, in the
/// order of its own frames, and so has the opening. What they give together does not depend on which bucket's frame
/// crossed before which, so that both parties, and whoever runs a side again, come to the same:
///
/// SM3(that of the opening ‖ list of (bucket, its own) in ascending order). Which bucket a frame is of
/// stands before it and is checked by {@link BucketLines}; here frames are without that.
///
/// Safe on several threads.
final class BucketTranscripts {
    private static final String DOMAIN = "poyang.transcript.buckets.v1";

    private final PartyId peer;
    private final RecordedNetwork opening;
    private final Map<Integer, Bytes> buckets = new TreeMap<>();
    private long sent;
    private long received;

    BucketTranscripts(CollisionSession session) {
        peer = session.peer();
        opening = new RecordedNetwork(session.network());
    }

    /// Records the opening.
    RecordedNetwork opening() {
        return opening;
    }

    /// Takes in a bucket that is done.
    ///
    /// @param tagBytes that stood before each frame
    synchronized void done(int bucket, RecordedNetwork line, int tagBytes) {
        sent += line.bytesSent() + tagBytes * line.framesSent();
        received += line.bytesReceived() + tagBytes * line.framesReceived();
        buckets.put(bucket, line.transcript(peer));
    }

    /// Ends the recording.
    synchronized DiskCollision.Exchanged whole() {
        List<Map.Entry<Integer, Bytes>> each = new ArrayList<>(buckets.entrySet());
        Bytes all = Sm3.hash(new CanonicalWriter(DOMAIN)
                .bytes(opening.transcript(peer))
                .list(each, (w, bucket) -> w.u32(bucket.getKey()).bytes(bucket.getValue()))
                .toArray());
        return new DiskCollision.Exchanged(all, opening.bytesSent() + sent, opening.bytesReceived() + received);
    }
}
