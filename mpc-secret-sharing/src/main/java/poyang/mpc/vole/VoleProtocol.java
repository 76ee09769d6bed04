package poyang.mpc.vole;

import poyang.mpc.Peer;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.ot.BaseOt;
import poyang.mpc.ot.OtExtension;

/// What the correlation protocols are: source, adversary, cost. Tests compare the formulas with
/// counters.
///
/// @param id stable number in this project's registry
/// @param version raised when the frames change
/// @param name for people
/// @param citation the papers
/// @param malicious is it secure against parties that do anything, with abort?
/// @param limbs of an element of a: 1 when a is over the prime field, 2 when it is over F
public record VoleProtocol(int id, int version, String name, String citation, boolean malicious, int limbs) {
    private static final String PAPERS = "Boyle et al., ACM CCS 2018 and CRYPTO 2022; Guo et al., EUROCRYPT 2023; "
            + "Masny, Rindal, ACM CCS 2019; Ishai et al., CRYPTO 2003";

    /// Against parties that follow the protocol.
    public static final VoleProtocol SEMI_HONEST = new VoleProtocol(101, 1, "silent-vole", PAPERS, false, 1);

    /// Against parties that do anything.
    public static final VoleProtocol MALICIOUS = new VoleProtocol(
            102, 1, "silent-vole-malicious", PAPERS + "; Roy, CRYPTO 2022; Weng et al., IEEE S&P 2021", true, 1);

    /// {@link #SEMI_HONEST} with a over F.
    public static final VoleProtocol SEMI_HONEST_WIDE = new VoleProtocol(103, 1, "silent-vole-wide", PAPERS, false, 2);

    /// {@link #MALICIOUS} with a over F.
    public static final VoleProtocol MALICIOUS_WIDE =
            new VoleProtocol(104, 1, "silent-vole-wide-malicious", MALICIOUS.citation(), true, 2);

    static final int HEADER_BYTES = 65;
    static final int CHALLENGE_BYTES = 32;
    static final int PROBE_SEED_BYTES = 16;
    static final int VERDICT_BYTES = 32;

    /// Trees whose corrections make one frame.
    static final int GROUP = CodeParameters.GROUP;

    /// The most elements of one run.
    public static int longest() {
        return CodeParameters.LONGEST;
    }

    /// Bits by which a guess of the sender's key fails: log2 |F| = 2·log2 p, rounded down.
    public static int keyBits() {
        return 127;
    }

    int probeBytes() {
        return PROBE_SEED_BYTES + limbs * Goldilocks.BYTES;
    }

    /// Bytes that the sender, who has Δ, sends for a correlation of `length` elements.
    public long senderBytes(int length) {
        CodeParameters code = CodeParameters.of(length);
        long trees = (long) code.blocks() * code.tree().correctionBytes();
        return HEADER_BYTES
                + BaseOt.receiverBytes(OtExtension.BASE)
                + trees
                + (malicious ? CHALLENGE_BYTES + VERDICT_BYTES : 0);
    }

    /// Bytes that the receiver sends.
    public long receiverBytes(int length) {
        CodeParameters code = CodeParameters.of(length);
        return (long) HEADER_BYTES
                + BaseOt.SENDER_BYTES
                + OtExtension.messageBytes(transfers(code))
                + BaseVole.messageBytes(baseCount(code))
                + (malicious ? OtExtension.CHECK_BYTES + BaseVole.CHECK_BYTES + probeBytes() : 0);
    }

    /// Frames that the sender sends.
    public long senderFrames(int length) {
        CodeParameters code = CodeParameters.of(length);
        return 2L + code.blocks() / GROUP + (malicious ? 2 : 0);
    }

    /// Frames that the receiver sends.
    public long receiverFrames(int length) {
        CodeParameters code = CodeParameters.of(length);
        return 2
                + Peer.frames(OtExtension.messageBytes(transfers(code)))
                + Peer.frames(BaseVole.messageBytes(baseCount(code)))
                + (malicious ? 2 : 0);
    }

    /// A shorter correlation may send more. No length up to `length` sends more than both `length` and this one, in
    /// either direction, frames or bytes.
    public static int peak(int length) {
        return CodeParameters.peak(length);
    }

    /// Messages that wait for one another.
    public int rounds() {
        return malicious ? 7 : 4;
    }

    /// Correlated transfers: one for each level of each tree.
    static int transfers(CodeParameters code) {
        return code.blocks() * code.tree().levels();
    }

    /// Elements of the short correlation: one of a's field for a block, one for the check, and those that hide.
    int baseCount(CodeParameters code) {
        return limbs * (code.blocks() + 1) + BaseVole.HIDING;
    }
}
