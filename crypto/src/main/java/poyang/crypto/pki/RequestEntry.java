package poyang.crypto.pki;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;

/// A request in an authority's books.
///
/// @param requestedBy the operator who submitted it
/// @param decision by whom it was approved or rejected
/// @param serials what was issued on it
public record RequestEntry(
        int number,
        Application application,
        State state,
        String requestedBy,
        Instant requestedAt,
        Decision decision,
        List<BigInteger> serials) {

    /// Who approved or rejected it, empty before; why it was rejected, otherwise empty.
    public record Decision(String decidedBy, String remark) {
        static final Decision NONE = new Decision("", "");
    }

    RequestEntry decided(State next, String by, String remark) {
        return new RequestEntry(number, application, next, requestedBy, requestedAt, new Decision(by, remark), serials);
    }

    RequestEntry issued(List<BigInteger> made) {
        return new RequestEntry(number, application, State.ISSUED, requestedBy, requestedAt, decision, made);
    }

    RequestEntry renewed() {
        return new RequestEntry(number, application, State.RENEWED, requestedBy, requestedAt, decision, serials);
    }
}
