package poyang.psi;

/// What a run sends, as formulas give it before and counters show it afterwards.
///
/// @param receiverFrames frames that the receiver sends
/// @param receiverBytes bytes in them
/// @param senderFrames frames that the sender sends
/// @param senderBytes bytes in them
/// @param frameBytes the largest frame
/// @param rounds messages that wait for one another
public record Cost(
        long receiverFrames, long receiverBytes, long senderFrames, long senderBytes, int frameBytes, int rounds) {

    Cost plus(Cost more) {
        return new Cost(
                receiverFrames + more.receiverFrames,
                receiverBytes + more.receiverBytes,
                senderFrames + more.senderFrames,
                senderBytes + more.senderBytes,
                Math.max(frameBytes, more.frameBytes),
                rounds + more.rounds);
    }
}
