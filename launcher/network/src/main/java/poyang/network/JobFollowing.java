package poyang.network;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ExecutorClient;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobProgress;
import poyang.wire.schema.JobQuery;
import poyang.wire.schema.JobState;

/// Tells people what the executor of the account's own department says of a running attempt. A courtesy beside the
/// chain's word: where the department takes no part, or its executor is not reached, nothing is told.
final class JobFollowing implements AutoCloseable {
    private static final int STEPS = 20;
    private static final int UNITS = 1000;
    private static final long AGAIN_MILLIS = 1_000;

    private final ChainAccount account;
    private final ExecutorClient executors;
    private final PrintWriter to;
    private final String organisation;
    private Optional<Thread> following = Optional.empty();
    private int attempt;
    private String told = "";

    JobFollowing(ChainAccount account, ExecutorClient executors, PrintWriter to) {
        this.account = account;
        this.executors = executors;
        this.to = to;
        organisation = account.name().substring(0, account.name().indexOf('/'));
    }

    /// Begins to follow the attempt that the job is in, where it is another one than before.
    void at(Job job) {
        boolean runs = job.getState() == JobState.READY || job.getState() == JobState.RUNNING;
        boolean ours = job.getPartiesList().stream()
                .anyMatch(party -> party.getOrganisation().equals(organisation));
        if (!runs || !ours || job.getAttempt() == attempt) {
            return;
        }
        close();
        attempt = job.getAttempt();
        JobQuery query = JobQuery.newBuilder()
                .setJob(job.getId())
                .setAttempt(job.getAttempt())
                .build();
        following = Optional.of(Thread.ofVirtual().start(() -> follow(query)));
    }

    /// Takes the stream up again while the attempt runs: an executor may not know of it yet, or be started anew.
    private void follow(JobQuery query) {
        try {
            while (true) {
                once(query);
                Thread.sleep(AGAIN_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void once(JobQuery query) throws InterruptedException {
        try {
            executors.progress(organisation, account.query("poyang.v1.Executor", "Progress", query), this::tell);
        } catch (PoyangException e) {
            // the chain says how the job ends
        }
    }

    /// Twenty lines for each phase at most.
    private void tell(JobProgress progress) {
        long step = progress.getTotal() == 0 ? 0 : STEPS * progress.getDone() / progress.getTotal();
        String now = progress.getPhase() + " " + step;
        if (!now.equals(told)) {
            told = now;
            to.println(words(progress));
            to.flush();
        }
    }

    static String words(JobProgress progress) {
        List<String> words = new ArrayList<>();
        words.add(progress.getPhase());
        if (progress.getDone() > 0) {
            words.add(String.format(Locale.ROOT, "%,d", progress.getDone())
                    + (progress.getTotal() > 0 ? String.format(Locale.ROOT, " of %,d", progress.getTotal()) : ""));
        }
        if (progress.getTotalBytes() > 0) {
            words.add(bytes(progress.getBytesSent()) + " sent");
            words.add(bytes(progress.getBytesReceived()) + " received, of " + bytes(progress.getTotalBytes())
                    + " at most");
        }
        if (progress.getSecondsLeft() > 0) {
            words.add("some " + progress.getSecondsLeft() + " s left");
        }
        return String.join(", ", words);
    }

    private static String bytes(long count) {
        return count < UNITS
                ? count + " B"
                : count < UNITS * UNITS
                        ? String.format(Locale.ROOT, "%.1f kB", count / (double) UNITS)
                        : String.format(Locale.ROOT, "%.1f MB", count / (double) (UNITS * UNITS));
    }

    @Override
    public void close() {
        following.ifPresent(Thread::interrupt);
    }
}
