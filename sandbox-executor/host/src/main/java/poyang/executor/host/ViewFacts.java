package poyang.executor.host;

import java.util.Locale;
import java.util.Optional;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ProvenValue;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.View;

/// What the chain says of views and look-ups, by proofs: an executor acts on nothing else.
final class ViewFacts {
    static final String VIEWS = "poyang.v1.Views";
    private static final String NOT_FOR_THIS_ACCOUNT = "READ_NOT_ALLOWED";
    private static final int TRIES = 50;
    private static final long PAUSE_MILLIS = 100;

    private final ChainAccount chain;

    ViewFacts(ChainAccount chain) {
        this.chain = chain;
    }

    /// A view as it is after the block at `height` or a later one; empty where there is none.
    ///
    /// @throws PoyangException `NOT_FINAL` when the nodes asked are behind for too long
    Optional<View> view(String id, long height) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            ProvenValue value = chain.state(VIEWS, "view/" + id, 0);
            if (value.height() >= height) {
                return value.value().map(found -> ChainForms.attested(View.parser(), found));
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new PoyangException(
                SdkErrors.NOT_FINAL,
                "no node proves the view " + id + " at height " + height,
                "have the nodes looked at");
    }

    /// A look-up; waits a little for a node that is behind the asker's.
    Optional<Lookup> lookup(String id) throws InterruptedException {
        int slash = id.lastIndexOf('/');
        if (slash < 1 || !id.substring(slash + 1).matches("[1-9][0-9]{0,11}")) {
            return Optional.empty();
        }
        long number = Long.parseLong(id.substring(slash + 1));
        String key = String.format(Locale.ROOT, "lookup/%s/%012d", id.substring(0, slash), number);
        for (int i = 0; i < TRIES; i++) {
            Optional<Lookup> found = known(key);
            if (found.isPresent()) {
                return found;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return Optional.empty();
    }

    /// A node that does not have the look-up yet cannot say whom it is for, and refuses.
    private Optional<Lookup> known(String key) throws InterruptedException {
        try {
            return chain.state(VIEWS, key, 0).value().map(value -> ChainForms.attested(Lookup.parser(), value));
        } catch (PoyangException e) {
            if (e.code().name().equals(NOT_FOR_THIS_ACCOUNT)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
