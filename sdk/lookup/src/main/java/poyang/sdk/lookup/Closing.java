package poyang.sdk.lookup;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.wire.schema.CloseLookup;

/// The end of a look-up: one transaction, with the report to the supervisors and the asker's own tally.
final class Closing {
    private static final int TRIES = 20;
    private static final long PAUSE_MILLIS = 200;

    private final PrivateLookup.Counterparts others;
    private final RandomSource random;

    Closing(PrivateLookup.Counterparts others, RandomSource random) {
        this.others = others;
        this.random = random;
    }

    /// @param keywords that were counted
    /// @param complaint empty when all was well
    record Closed(String lookup, String view, int keywords, int matched, String complaint) {}

    void close(Closed ended, Bytes digest, List<SupervisorReport.Supervisor> supervisors) throws InterruptedException {
        CloseLookup.Builder closing = CloseLookup.newBuilder()
                .setLookup(ended.lookup())
                .addAllReports(SupervisorReport.sealed(ended.lookup(), ended.complaint(), digest, supervisors, random));
        for (int attempt = 0; attempt < TRIES; attempt++) {
            OwnTally.Part part = OwnTally.of(ended.view(), others.tally(ended.view()), others)
                    .plus(ended.keywords(), ended.matched(), others, random.fork("tally-" + attempt));
            if (others.close(closing.setTally(part.tally()).build())) {
                part.due().ifPresent(others::tell);
                return;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new PoyangException(
                LookupErrors.NOT_STANDING,
                "the look-up could not be closed: the account's tally of the view kept changing",
                "look up with one process for an account at a time");
    }
}
