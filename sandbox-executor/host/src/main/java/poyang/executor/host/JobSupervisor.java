package poyang.executor.host;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.SdkErrors;
import poyang.sdk.VerifiedBlock;
import poyang.wire.schema.AbortRequest;
import poyang.wire.schema.Event;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobList;
import poyang.wire.schema.JobPage;
import poyang.wire.schema.JobState;

/// Watches the chain for jobs of this department and does what their states ask for. Events are hints:
/// what is acted upon is proven state.
///
/// An attempt that was under way when this process died is aborted on chain, never taken up again; one
/// that had not committed yet starts afresh.
final class JobSupervisor {
    private static final Logger LOG = LoggerFactory.getLogger(JobSupervisor.class);
    private static final String JOBS = "poyang.v1.Jobs";
    private static final Set<JobState> OPEN = Set.of(JobState.AWAITING_CONSENT, JobState.READY, JobState.RUNNING);
    /// States that no attempt follows.
    private static final Set<JobState> ENDED = Set.of(JobState.COMPLETED, JobState.REFUSED, JobState.CANCELLED);
    /// A job that failed may be tried again so long, and go on where it was.
    private static final long KEPT_MILLIS = TimeUnit.DAYS.toMillis(30);

    private static final long SWEEP_MILLIS = 2_000;
    private static final long OTHERS_WORD_MILLIS = 15_000;

    private final String organisation;
    private final ChainAccount chain;
    private final ChainFacts facts;
    private final JobAttempt.Desk desk;
    private final Journal journal;
    private final InstantSource clock;
    private final Semaphore room;
    private final Map<String, JobAttempt> attempts = new ConcurrentHashMap<>();
    private final Map<String, Job> open = new ConcurrentHashMap<>();

    /// Writes what happened into the audit log; a failure there must stop the process.
    interface Journal {
        void record(String action, String subject, String detail);

        /// The same for what takes effect only once its record is anchored on chain, which it is when this returns.
        default void release(String action, String subject, String detail) {
            record(action, subject, detail);
        }
    }

    JobSupervisor(JobAttempt.Desk desk, ChainAccount chain, Journal journal, InstantSource clock, int attemptsAtOnce) {
        this.desk = desk;
        this.chain = chain;
        this.journal = journal;
        this.clock = clock;
        organisation = desk.organisation();
        facts = desk.facts();
        room = new Semaphore(attemptsAtOnce);
    }

    /// Runs until interrupted.
    void run() throws InterruptedException {
        Thread sweeper = Thread.ofVirtual().name("expiry").start(this::sweep);
        try {
            long height = takeStock();
            chain.follow(height + 1, this::hear);
        } finally {
            sweeper.interrupt();
        }
    }

    /// Looks at all jobs once; gives the height up to which nothing was missed.
    private long takeStock() throws InterruptedException {
        while (true) {
            try {
                long height = chain.height();
                facts.reached(height);
                String after = "";
                do {
                    JobPage page =
                            JobPage.newBuilder().setOpen(true).setAfter(after).build();
                    JobList listed = JobList.parseFrom(chain.read(JOBS, "List", page));
                    for (Job job : listed.getJobsList()) {
                        consider(facts.job(job.getId(), 0));
                    }
                    after = listed.getNext();
                } while (!after.isEmpty());
                desk.results().forgetRunsBefore(clock.millis() - KEPT_MILLIS);
                for (String job : desk.results().runs()) {
                    consider(facts.job(job, 0));
                }
                return height;
            } catch (PoyangException e) {
                if (e.code().category() != ErrorCode.Category.ENVIRONMENT) {
                    throw e;
                }
                LOG.warn("the chain cannot be read yet: {}", e.wrong());
                Thread.sleep(SWEEP_MILLIS);
            } catch (InvalidProtocolBufferException e) {
                throw new PoyangException(
                        SdkErrors.NOT_PROVEN, "a node's list of jobs is malformed", "one release is needed", e);
            }
        }
    }

    private void hear(VerifiedBlock block) {
        facts.reached(block.height());
        for (Event event : block.events()) {
            if (event.getTopic().equals("accounts.changed")) {
                facts.changed(event.getKey());
            }
            if (event.getTopic().equals("jobs.changed")) {
                try {
                    consider(facts.job(event.getKey(), block.height()));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                } catch (PoyangException e) {
                    LOG.warn("job {} could not be looked at: {}", event.getKey(), e.wrong());
                }
            }
        }
    }

    private int side(Job job) {
        for (int i = 0; i < job.getPartiesCount(); i++) {
            if (job.getParties(i).getOrganisation().equals(organisation)) {
                return i;
            }
        }
        return -1;
    }

    private synchronized void consider(Job job) {
        int side = side(job);
        if (side < 0) {
            return;
        }
        if (OPEN.contains(job.getState())) {
            open.put(job.getId(), job);
        } else {
            open.remove(job.getId());
        }
        if (ENDED.contains(job.getState())) {
            desk.results().forgetRun(job.getId());
        }
        JobAttempt known = attempts.get(job.getId());
        if (known != null && known.job().getAttempt() == job.getAttempt()) {
            goOn(known, job);
            return;
        }
        if (known != null) {
            known.stop(movedOn(job));
        }
        if (job.getState() == JobState.READY && !job.getParties(side).hasCommitment()) {
            start(job, side);
        } else if (job.getState() == JobState.READY
                || job.getState() == JobState.RUNNING
                        && job.getParties(side).getReceiptTransaction().isEmpty()) {
            abort(job, ExecutorErrors.EXECUTOR_LOST);
        }
    }

    private static void goOn(JobAttempt attempt, Job job) {
        if (job.getState() == JobState.RUNNING) {
            attempt.running(job);
        } else if (job.getState() != JobState.READY && job.getState() != JobState.COMPLETED) {
            attempt.stop(movedOn(job));
        }
    }

    private static PoyangException movedOn(Job job) {
        return new PoyangException(
                ExecutorErrors.CANCELLED,
                "the job is in state " + job.getState() + ", attempt " + job.getAttempt(),
                "see the job's history on chain");
    }

    private void start(Job job, int side) {
        JobAttempt attempt = new JobAttempt(desk, job, side);
        attempts.put(job.getId(), attempt);
        journal.record("attempt-start", job.getId(), "attempt " + job.getAttempt());
        Thread _ = Thread.ofVirtual().name("attempt " + job.getId()).start(() -> {
            try {
                room.acquire();
                try {
                    attempt.run();
                    journal.record("attempt-done", job.getId(), "attempt " + job.getAttempt());
                } finally {
                    room.release();
                }
            } catch (PoyangException e) {
                end(attempt, e);
            } catch (InterruptedException | RuntimeException e) {
                end(
                        attempt,
                        new PoyangException(ExecutorErrors.INTERNAL, "the attempt failed: " + e, "report this", e));
            }
            attempts.remove(job.getId(), attempt);
        });
    }

    private void end(JobAttempt attempt, PoyangException failure) {
        attempt.failed(failure);
        FailureCode code = FailureCode.of(failure);
        journal.record(
                "attempt-failed",
                attempt.job().getId(),
                "attempt " + attempt.job().getAttempt() + " " + code);
        if (!told(attempt, failure)) {
            abort(attempt.job(), failure);
        }
    }

    /// Whether the chain knows that the attempt is over. A side that ends it for a reason of its own says so on chain:
    /// the others let it, so that the job's failure is that reason and not that they lost it.
    private static boolean told(JobAttempt attempt, PoyangException failure) {
        try {
            return failure.code().equals(HostErrors.PEER_ENDED)
                    ? attempt.stoppedWithin(OTHERS_WORD_MILLIS)
                    : attempt.stopped();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return attempt.stopped();
        }
    }

    private void abort(Job job, ErrorCode code) {
        abort(job, new PoyangException(code, "the executor stopped during the attempt", "retry the job"));
    }

    private void abort(Job job, PoyangException failure) {
        FailureCode code = FailureCode.of(failure);
        call(
                "Abort",
                AbortRequest.newBuilder()
                        .setJob(job.getId())
                        .setAttempt(job.getAttempt())
                        .setCode(code.name())
                        .setDetail(code.sentence())
                        .setAccused(accused(job, failure, code))
                        .build());
    }

    /// Another party of the job that broke the protocol; empty where there is none to name.
    private String accused(Job job, PoyangException failure, FailureCode code) {
        return failure.accused()
                .map(PartyId::name)
                .filter(_ -> code.accuses())
                .filter(name -> !name.equals(organisation))
                .filter(name -> job.getPartiesList().stream()
                        .anyMatch(party -> party.getOrganisation().equals(name)))
                .orElse("");
    }

    /// A refusal means that the job has moved on without us, which its state will tell.
    private void call(String method, Message arguments) {
        try {
            var _ = chain.call(JOBS, method, arguments);
        } catch (PoyangException e) {
            LOG.info("Jobs.{} had no effect: {}", method, e.wrong());
        }
    }

    /// Expires jobs whose time is up.
    private void sweep() {
        try {
            while (true) {
                Thread.sleep(SWEEP_MILLIS);
                for (Job job : List.copyOf(open.values())) {
                    if (clock.millis() > job.getDeadlineMillis() + SWEEP_MILLIS) {
                        call("Expire", JobKey.newBuilder().setId(job.getId()).build());
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.info("no longer watching deadlines");
        }
    }

    /// Ends all attempts because this process stops, and says so on chain.
    void stop() {
        PoyangException because = new PoyangException(
                ExecutorErrors.EXECUTOR_LOST, "this executor was stopped", "retry the job when it is up again");
        for (JobAttempt attempt : List.copyOf(attempts.values())) {
            attempt.stop(because);
            abort(attempt.job(), because);
        }
    }
}
