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

    static final Cost NOTHING = new Cost(0, 0, 0, 0, 0, 0);

    Cost times(int runs) {
        return new Cost(
                runs * receiverFrames,
                runs * receiverBytes,
                runs * senderFrames,
                runs * senderBytes,
                frameBytes,
                runs * rounds);
    }

    /// The larger of each.
    Cost or(Cost other) {
        return new Cost(
                Math.max(receiverFrames, other.receiverFrames),
                Math.max(receiverBytes, other.receiverBytes),
                Math.max(senderFrames, other.senderFrames),
                Math.max(senderBytes, other.senderBytes),
                Math.max(frameBytes, other.frameBytes),
                Math.max(rounds, other.rounds));
    }

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
