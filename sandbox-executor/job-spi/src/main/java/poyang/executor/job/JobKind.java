package poyang.executor.job;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// One kind of job. Found by `ServiceLoader`; stateless. The host asks for names and bounds, the
/// compute child for a run.
public interface JobKind {
    /// Whether this kind computes `plan`.
    boolean computes(JobPlan plan);

    ProtocolFacts protocol(JobPlan plan);

    /// The columns that a party's reader reads, in order; none for a party without a data set.
    ///
    /// @param party its place in the job, from 0
    List<String> columns(JobPlan plan, int party);

    /// The most that a run may exchange with one of the other parties, from sizes that are public.
    ///
    /// A kind of more than two parties must not wait in a circle: frames on their way are few, and a party that
    /// sends takes none in from others until there is room.
    ///
    /// @param rows upper bounds of each party's rows, the own among them
    FrameBounds bounds(JobFacts facts, PartyId peer, Map<PartyId, Long> rows);

    /// How the time of an exchange is shared among the phases that a run reports, in their order, for telling
    /// what is left of it. Phases that are not here take no time worth telling.
    List<PhaseShare> phases(JobPlan plan);

    /// Whether the own side reads a data set.
    default boolean reads(JobFacts facts) {
        return true;
    }

    /// What the process of a run is made ready for.
    ///
    /// @param rows registered of the larger side
    default Work work(JobPlan plan, long rows) {
        return Work.LONG;
    }

    /// How a run goes about its buckets that stays on disk; nothing for a run in memory.
    ///
    /// @param rows registered of the largest side, which all parties know
    /// @param processors that the run may use
    /// @param heapMebibytes that it may use
    default JobFacts.Buckets buckets(JobPlan plan, long rows, int processors, int heapMebibytes) {
        return JobFacts.Buckets.NONE;
    }

    /// What a run leaves for later ones.
    default Keeping keeps(JobFacts facts) {
        return facts.bucketKeys() > 0 ? Keeping.OF_THE_JOB : Keeping.NOTHING;
    }

    /// What stays in a folder of the host, sealed by the child.
    enum Keeping {
        NOTHING,
        /// For the job's next attempt.
        OF_THE_JOB,
        /// For later jobs of the own data set; a receiver's with the same other data set.
        OF_THE_DATA
    }

    /// The shares of the phases that a run of these facts reports.
    default List<PhaseShare> phases(JobFacts facts) {
        return phases(facts.plan());
    }

    /// A fresh run without input, in memory.
    JobRun open(JobFacts facts);

    /// A fresh run without input, on disk where the facts say so.
    default JobRun open(JobFacts facts, Workplace place) {
        return open(facts);
    }

    /// What a run has to do.
    enum Work {
        /// So short that compiling it well takes longer than it saves.
        BRIEF,
        LONG,
        /// Long and numeric: it needs vector instructions, which pay for their slower start.
        NUMERIC
    }

    /// A registered protocol.
    record ProtocolFacts(int id, int version, String name) {}

    /// @param share of the whole; all of them together are 1
    record PhaseShare(String phase, double share) {}

    /// Bounds of one attempt, seen from the own side.
    record FrameBounds(long framesOut, long bytesOut, long framesIn, long bytesIn, int frameBytes) {}

    /// The kind on this process's class path that computes `plan`.
    ///
    /// @throws PoyangException `UNKNOWN_JOB_KIND`
    static JobKind of(JobPlan plan) {
        for (JobKind kind : ServiceLoader.load(JobKind.class)) {
            if (kind.computes(plan)) {
                return kind;
            }
        }
        throw new PoyangException(
                ExecutorErrors.UNKNOWN_JOB_KIND,
                "no kind of job computes " + plan,
                "plan a job of a kind and protocol that this release has");
    }
}
