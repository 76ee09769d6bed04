package poyang.chain.node;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Of a node that is no validator of the epoch: it decides nothing and says nothing, and takes blocks with their
/// proofs from those who are; and of one that has closed the epoch for good.
///
/// @param shut is the epoch closed? Then what its engine left is kept
record ObserverEngine(boolean shut) implements Engine {
    @Override
    public Steps started(long nowMillis) {
        return NOTHING;
    }

    @Override
    public Steps received(PartyId from, Heard message, long nowMillis) {
        return NOTHING;
    }

    @Override
    public Steps timerFired(String timer, long nowMillis) {
        return NOTHING;
    }

    @Override
    public Steps available(List<Bytes> payload, long nowMillis) {
        return NOTHING;
    }

    @Override
    public Steps arrived(long nowMillis) {
        return NOTHING;
    }

    @Override
    public Steps caughtUp(Bytes id, long round, long nowMillis) {
        return NOTHING;
    }

    @Override
    public long round() {
        return 0;
    }

    @Override
    public Heard decode(byte[] message) {
        throw new PoyangException(
                KernelErrors.BAD_ENCODING,
                "a message of consensus for a node that observes",
                "validators of the epoch are to be told");
    }

    @Override
    public long placesBelow(long orderedRound) {
        return shut ? 0 : orderedRound;
    }

    @Override
    public long place(long round) {
        return round;
    }

    @Override
    public String keysFrom() {
        return "observer/0";
    }

    @Override
    public String keysBelow(long orderedRound) {
        return "observer/0";
    }
}
