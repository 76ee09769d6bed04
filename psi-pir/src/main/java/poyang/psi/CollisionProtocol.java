package poyang.psi;

/// What a collision protocol is: its source, what each side learns, what a run costs. An owner reads
/// the leakage before consenting; an executor's host bounds a run by the cost; tests compare the
/// formulas with counters.
///
/// @param id stable number of the protocol in this project's registry
/// @param version raised when the frames change
/// @param name as jobs name it
/// @param citation the papers
/// @param adversary against whom it is secure
/// @param receiverLearns Chinese
/// @param receiverLearnsEnglish English
/// @param senderLearns Chinese
/// @param senderLearnsEnglish English
/// @param chunkPoints points in one frame at most
public record CollisionProtocol(
        int id,
        int version,
        String name,
        String citation,
        String adversary,
        String receiverLearns,
        String receiverLearnsEnglish,
        String senderLearns,
        String senderLearnsEnglish,
        int chunkPoints) {

    /// Diffie–Hellman intersection on the SM2 curve.
    public static final CollisionProtocol DH_SM2 = new CollisionProtocol(
            1,
            1,
            "dh-sm2",
            "C. Meadows, IEEE S&P 1986; B. Huberman, M. Franklin, T. Hogg, ACM EC 1999; hashing to the curve: RFC 9380",
            "semi-honest, either party",
            "双方共有的标识，以及对方不同标识的个数",
            "the identifiers that both sides have, and how many different identifiers the other side has",
            "接收方不同标识的个数",
            "how many different identifiers the receiver has",
            4096);

    static final int HEADER_BYTES = 44;
    static final int POINT_BYTES = 33;
    static final int TAG_BYTES = 16;

    /// Frames that the receiver sends.
    public long receiverFrames(long receiverKeys) {
        return 1 + chunks(receiverKeys);
    }

    /// Bytes in the frames that the receiver sends.
    public long receiverBytes(long receiverKeys) {
        return HEADER_BYTES + POINT_BYTES * receiverKeys;
    }

    /// Frames that the sender sends.
    public long senderFrames(long receiverKeys, long senderKeys) {
        return 1 + chunks(senderKeys) + chunks(receiverKeys);
    }

    /// Bytes in the frames that the sender sends.
    public long senderBytes(long receiverKeys, long senderKeys) {
        return HEADER_BYTES + POINT_BYTES * senderKeys + TAG_BYTES * receiverKeys;
    }

    /// The largest frame in bytes.
    public int frameBytes() {
        return chunkPoints * POINT_BYTES;
    }

    /// Messages that wait for one another: headers, masked sets, tags.
    public int rounds() {
        return 3;
    }

    long chunks(long keys) {
        return (keys + chunkPoints - 1) / chunkPoints;
    }
}
