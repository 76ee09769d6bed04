package poyang.executor.jobs;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.executor.job.Workplace;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.Commitment;
import poyang.zkp.uses.ProofOnRequest;
import poyang.zkp.uses.Statement;

/// A statement about a department's committed data, proven to another one that asks, and to everybody.
public final class ProofJob implements JobKind {
    static final String PHASE = "proving";
    /// Of one whom the question is about: a name, and the blind of its tag.
    static final int PERSON_BYTES = 512;

    private static final int BLIND_BYTES = 128;
    private static final int FRAME_BYTES = 256;
    /// Of a proof in either system's JSON.
    private static final int PROOF_BYTES = 8192;
    private static final int VALUE_BYTES = 128;

    @Override
    public boolean computes(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Proof proof -> proof.protocol().equals(ProofOnRequest.NAME);
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _ -> false;
        };
    }

    private static JobPlan.Proof proof(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Proof proof -> proof;
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _ -> throw CollisionJob.unknown("the plan asks for no proof");
        };
    }

    static Statement statement(JobPlan.Proof plan) {
        return ProofOnRequest.statement(plan.commitment(), plan.conditions(), plan.limits(), plan.purpose());
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        return new ProtocolFacts(ProofOnRequest.ID, ProofOnRequest.VERSION, ProofOnRequest.NAME);
    }

    @Override
    public List<String> columns(JobPlan plan, int party) {
        JobPlan.Proof proof = proof(plan);
        if (party == 0) {
            return Commitment.read(proof.commitment()).columns().stream()
                    .map(Column::name)
                    .toList();
        }
        return proof.ofPersons() ? List.of(proof.personColumn()) : List.of();
    }

    @Override
    public boolean reads(JobFacts facts) {
        JobPlan.Proof plan = proof(facts.plan());
        return facts.self().equals(plan.prover()) || plan.ofPersons();
    }

    @Override
    public FrameBounds bounds(JobFacts facts, PartyId peer, Map<PartyId, Long> rows) {
        JobPlan.Proof plan = proof(facts.plan());
        boolean proves = facts.self().equals(plan.prover());
        long persons = plan.ofPersons() ? Objects.requireNonNull(rows.get(proves ? peer : facts.self())) : 0;
        long question = FRAME_BYTES + persons * (PERSON_BYTES + BLIND_BYTES);
        long values = statement(plan).publicNames().size();
        long answer = FRAME_BYTES + Math.max(1, persons) * (PROOF_BYTES + values * VALUE_BYTES);
        int longest = Math.toIntExact(Math.max(question, answer));
        return proves
                ? new FrameBounds(1, answer, 1, question, longest)
                : new FrameBounds(1, question, 1, answer, longest);
    }

    @Override
    public List<PhaseShare> phases(JobPlan plan) {
        return List.of(new PhaseShare(PHASE, 1));
    }

    /// Figures of a column have large circuits, whose sums pay for vectors.
    @Override
    public Work work(JobPlan plan, long rows) {
        return Commitment.read(proof(plan).commitment()).kind() == Commitment.Kind.COLUMN ? Work.NUMERIC : Work.LONG;
    }

    @Override
    public JobRun open(JobFacts facts) {
        throw new Bug("who proves needs a place for the proving key");
    }

    @Override
    public JobRun open(JobFacts facts, Workplace place) {
        JobPlan.Proof plan = proof(facts.plan());
        return facts.self().equals(plan.prover()) ? new ProverRun(facts, plan, place) : new AskerRun(facts, plan);
    }
}
