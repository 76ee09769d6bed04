package poyang.executor.jobs;

import java.util.List;
import java.util.Optional;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.kernel.PoyangException;
import poyang.psi.CollisionProtocol;
import poyang.psi.Cost;
import poyang.psi.IdentifierRule;

/// Who is in both? One key column a side, the receiver gets the common keys.
public final class CollisionJob implements JobKind {
    private static final CollisionProtocol PROTOCOL = CollisionProtocol.DH_SM2;

    @Override
    public boolean computes(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Collision collision ->
                collision.protocol().equals(PROTOCOL.name())
                        && IdentifierRule.named(collision.identifierKind()).isPresent();
        };
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        return new ProtocolFacts(PROTOCOL.id(), PROTOCOL.version(), PROTOCOL.name());
    }

    @Override
    public List<String> columns(JobPlan plan, boolean left) {
        return switch (plan) {
            case JobPlan.Collision collision -> List.of(left ? collision.leftColumn() : collision.rightColumn());
        };
    }

    @Override
    public FrameBounds bounds(JobFacts facts, long ownRows, long peerRows) {
        long receiverRows = facts.receives() ? ownRows : peerRows;
        long senderRows = facts.receives() ? peerRows : ownRows;
        Cost cost = PROTOCOL.cost(receiverRows, senderRows);
        return facts.receives()
                ? new FrameBounds(
                        cost.receiverFrames(),
                        cost.receiverBytes(),
                        cost.senderFrames(),
                        cost.senderBytes(),
                        cost.frameBytes())
                : new FrameBounds(
                        cost.senderFrames(),
                        cost.senderBytes(),
                        cost.receiverFrames(),
                        cost.receiverBytes(),
                        cost.frameBytes());
    }

    @Override
    public JobRun open(JobFacts facts) {
        return switch (facts.plan()) {
            case JobPlan.Collision collision ->
                new CollisionRun(facts, rule(IdentifierRule.named(collision.identifierKind())), PROTOCOL);
        };
    }

    private static IdentifierRule rule(Optional<IdentifierRule> named) {
        return named.orElseThrow(() -> new PoyangException(
                ExecutorErrors.UNKNOWN_JOB_KIND,
                "the plan names an unknown kind of identifier",
                "one of text, id, phone and uscc is needed"));
    }
}
