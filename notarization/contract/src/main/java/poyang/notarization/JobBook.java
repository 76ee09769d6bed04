package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import poyang.chain.contract.Account;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;
import poyang.wire.schema.Failure;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobList;
import poyang.wire.schema.JobPage;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobState;
import poyang.wire.schema.JobStep;

/// The jobs in the state, how they change, and who hears of it.
///
/// State of `poyang.v1.Jobs`: `job/ID` → Job; `runs/DATASETS` → number of runs, decimal; `seed/HEX` and
/// `root/HEX` → job that committed to it.
final class JobBook {
    static final String JOBS = "poyang.v1.Jobs";
    private static final List<JobState> OPEN = List.of(JobState.AWAITING_CONSENT, JobState.READY, JobState.RUNNING);
    private static final int PAGE_MAX = 100;
    private static final int LOOKED_MAX = 5_000;
    private static final int STEPS_MAX = 200;
    /// AWAITING_CONSENT, READY, RUNNING, an end: what one attempt may add to the history.
    private static final int STEPS_OF_AN_ATTEMPT = 4;
    /// The root over no rows, which no salt can make fresh.
    private static final ByteString EMPTY_ROOT = ChainBytes.of(MerkleTree.root(List.of()));

    private final CallContext context;
    private final ContractState jobs;

    JobBook(CallContext context, ContractState anyState) {
        this.context = context;
        jobs = anyState.writable(JOBS);
    }

    static Optional<Job> find(ReadableState anyState, String id) {
        return anyState.of(JOBS).get("job/" + id).map(value -> ServiceContract.stored(Job.parser(), value));
    }

    /// A job that the sender takes part in; everybody else learns nothing, not even that it is there.
    Job ofParty(String id) {
        Account sender = context.sender();
        return find(jobs, id)
                .filter(job -> side(job, sender.organisation()) >= 0
                        || job.getSubmitter().equals(sender.id()))
                .orElseThrow(() -> ServiceContract.notFound("job"));
    }

    /// A part of the jobs that the reader may see, in the order of their ids; an answer that looked through many
    /// jobs of others may hold few or none.
    static JobList list(JobPage page, Account reader, ReadableState jobs) {
        int limit = page.getLimit() == 0 ? PAGE_MAX : page.getLimit();
        Rules.arguments(
                limit >= 1 && limit <= PAGE_MAX,
                "the part holds " + Integer.toUnsignedString(limit) + " jobs",
                "1 to " + PAGE_MAX + " are possible, and 0 for the most");
        JobList.Builder list = JobList.newBuilder();
        String after = page.getAfter();
        for (int looked = 0; looked < LOOKED_MAX; looked += PAGE_MAX) {
            List<ReadableState.Entry> entries = jobs.scan("job/", after, PAGE_MAX);
            for (ReadableState.Entry entry : entries) {
                after = entry.key();
                Job job = ServiceContract.stored(Job.parser(), entry.value().toArray());
                if (JobsContract.sees(reader, job) && (OPEN.contains(job.getState()) || !page.getOpen())) {
                    list.addJobs(job);
                }
                if (list.getJobsCount() == limit) {
                    return list.setNext(after).build();
                }
            }
            if (entries.size() < PAGE_MAX) {
                return list.build();
            }
        }
        return list.setNext(after).build();
    }

    /// A department's place in the job, from 0; -1 for strangers.
    static int side(Job job, String organisation) {
        for (int i = 0; i < job.getPartiesCount(); i++) {
            if (job.getParties(i).getOrganisation().equals(organisation)) {
                return i;
            }
        }
        return -1;
    }

    void needState(Job job, JobState... wanted) {
        Rules.need(
                List.of(wanted).contains(job.getState()),
                NotarizationErrors.WRONG_STATE,
                "the job is in state " + job.getState(),
                "this is for jobs in state " + List.of(wanted));
    }

    void needTime(Job job) {
        Rules.need(
                context.timestampMillis() <= job.getDeadlineMillis(),
                NotarizationErrors.DEADLINE_PASSED,
                "the job's time was up at " + job.getDeadlineMillis(),
                "call Expire, and Retry for a new attempt");
    }

    void needAttempt(Job job, int attempt) {
        Rules.need(
                job.getAttempt() == attempt,
                NotarizationErrors.WRONG_STATE,
                "the job is in attempt " + job.getAttempt() + ", not " + attempt,
                "the current attempt is needed");
    }

    /// A further attempt must find room for all its steps, so that no attempt is stopped half-way.
    void needSteps(Job job) {
        Rules.need(
                job.getHistoryCount() + STEPS_OF_AN_ATTEMPT <= STEPS_MAX,
                NotarizationErrors.WRONG_STATE,
                "the job changed its state " + job.getHistoryCount() + " times",
                "submit a new job");
    }

    /// An id is the beginning of a transaction's id, and whatever stands under it stays.
    void needNew(String id) {
        Rules.need(
                jobs.get("job/" + id).isEmpty(),
                NotarizationErrors.EXISTS,
                "there is a job of this id",
                "send it in a new transaction");
    }

    /// Runs of these data sets together so far.
    int runs(String together) {
        return jobs.get("runs/" + together)
                .map(value -> Integer.parseInt(Bytes.wrap(value).utf8()))
                .orElse(0);
    }

    void countRun(String together) {
        jobs.put(
                "runs/" + together,
                Bytes.utf8(Integer.toString(runs(together) + 1)).toArray());
    }

    /// Commitments are used once on this chain: fresh salts and a fresh seed for every attempt.
    void fresh(ByteString inputRoot, ByteString seedCommitment, Job job) {
        if (!inputRoot.equals(EMPTY_ROOT)) {
            once("root", inputRoot, job);
        }
        once("seed", seedCommitment, job);
    }

    private void once(String kind, ByteString commitment, Job job) {
        String key = kind + "/" + ChainBytes.hex(commitment);
        Rules.need(
                jobs.get(key).isEmpty(),
                NotarizationErrors.NOT_FRESH,
                "this " + kind + " was committed to before",
                "fresh salts and a fresh seed for every attempt are needed");
        jobs.put(key, Bytes.utf8(job.getId()).toArray());
    }

    /// Brings the job into a state and writes it down.
    Job enter(Job.Builder job, JobState state, String note) {
        job.setState(state)
                .addHistory(JobStep.newBuilder()
                        .setState(state)
                        .setAttempt(job.getAttempt())
                        .setHeight(context.height())
                        .setMillis(context.timestampMillis())
                        .setAccount(context.sender().id())
                        .setNote(note));
        return keep(job.build());
    }

    Job fail(Job.Builder job, Failure.Builder failure) {
        job.setFailure(failure);
        return enter(job, JobState.FAILED, failure.getCode());
    }

    /// Keeps a job and tells all its departments.
    Job keep(Job job) {
        jobs.put("job/" + job.getId(), job.toByteArray());
        context.emit(new ContractEvent(
                "jobs.changed",
                job.getId(),
                Bytes.wrap(job.toByteArray()),
                job.getPartiesList().stream().map(JobParty::getOrganisation).toList()));
        return job;
    }
}
