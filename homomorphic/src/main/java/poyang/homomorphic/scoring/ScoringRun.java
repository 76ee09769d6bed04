package poyang.homomorphic.scoring;

import java.util.Arrays;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// One party's side of a run: frames to and from the peer, each counted in a digest of its direction.
final class ScoringRun {
    static final int HEADER_BYTES = 4 + 24 + 4 + 4 + 1 + 4 + Sm3.DIGEST_BYTES + 8;

    private static final String DOMAIN = "poyang.scoring.header.v1";

    private final ScoringSession session;
    private final boolean model;
    private final Sm3 fromFeatures = new Sm3();
    private final Sm3 fromModel = new Sm3();

    ScoringRun(ScoringSession session, boolean model) {
        this.session = session;
        this.model = model;
    }

    void send(byte[] frame) {
        record(model, frame);
        session.network().send(session.peer(), frame);
    }

    byte[] receive(String what, int bytes) {
        byte[] frame = session.network().receive(session.peer());
        if (frame.length != bytes) {
            throw misbehaved("its frame of " + what + " has " + frame.length + " bytes instead of " + bytes);
        }
        record(!model, frame);
        return frame;
    }

    private void record(boolean ofModel, byte[] frame) {
        (ofModel ? fromModel : fromFeatures).update(Sm3.digest(frame));
    }

    /// Both sides say what they run; gives the number of rows.
    ///
    /// @param rows 0 on the model's side
    long open(ScoringShape shape, long rows) {
        send(new CanonicalWriter(DOMAIN)
                .u32(Scoring.ID)
                .u32(Scoring.VERSION)
                .flag(model)
                .bytes(shape.digest())
                .u64(rows)
                .toArray());
        byte[] header = receive("the header", HEADER_BYTES);
        try {
            CanonicalReader in = new CanonicalReader(DOMAIN, header);
            long id = in.u32();
            long version = in.u32();
            boolean peerModel = in.flag();
            Bytes digest = in.exactly(Sm3.DIGEST_BYTES);
            long peerRows = in.u64();
            in.end();
            if (id != Scoring.ID
                    || version != Scoring.VERSION
                    || peerModel == model
                    || !digest.equals(shape.digest())
                    || peerRows < 0
                    || peerRows > (model ? shape.rowsMax() : 0)) {
                throw misbehaved("its header names another protocol, plan or role, or an impossible number of rows");
            }
            return model ? peerRows : rows;
        } catch (PoyangException e) {
            throw e.code().equals(KernelErrors.BAD_ENCODING) ? misbehaved("its header is malformed") : e;
        }
    }

    /// Both parties compare what they saw of all frames, both directions.
    void confirm() {
        byte[] seen = Sm3.digest(fromFeatures.digest(), fromModel.digest());
        session.network().send(session.peer(), seen.clone());
        if (!Arrays.equals(seen, session.network().receive(session.peer()))) {
            throw misbehaved("it saw other frames than were sent, or sent other frames than were seen");
        }
    }

    PoyangException misbehaved(String wrong) {
        return PoyangException.accusing(
                session.peer(),
                KernelErrors.PEER_MISBEHAVED,
                "the other party " + session.peer() + " broke the protocol " + Scoring.NAME + ": " + wrong,
                "run the job again with a party that follows the protocol");
    }
}
