package poyang.notarization;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import poyang.chain.contract.ReadableState;
import poyang.notarization.Planned.Side;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.GroupCollisionPlan;
import poyang.wire.schema.GroupMember;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.JoinResult;
import poyang.wire.schema.ProtocolChoice;
import poyang.wire.schema.Reveal;

/// When three departments or more may be collided together. The receiver's department leads: its keys are told.
final class GroupRules {
    private static final int MEMBERS_MIN = 3;
    private static final int MEMBERS_MAX = 10;

    private GroupRules() {}

    /// @param sides in the plan's order
    record Parsed(GroupCollisionPlan plan, List<Side> sides) implements Planned {
        @Override
        public String protocol() {
            return plan.getProtocol();
        }

        @Override
        public Reveal reveal() {
            return Reveal.MATCHING_ROWS;
        }

        @Override
        public boolean canReceive(String organisation) {
            return true;
        }

        @Override
        public Optional<String> breach(Side own, String receiver) {
            return Optional.empty();
        }

        @Override
        public Optional<ProtocolChoice> choice(String receiver) {
            if (!protocol().equals(ProtocolRegistry.AUTO)) {
                return Optional.empty();
            }
            long leader = 0;
            List<Long> others = new ArrayList<>();
            for (Side side : sides) {
                if (JobRules.receives(receiver, side.organisation())) {
                    leader = JobRules.rows(side);
                } else {
                    others.add(JobRules.rows(side));
                }
            }
            return Optional.of(ProtocolChoices.ofGroup(
                    JobRules.able(this, ProtocolRegistry.Form.GROUP), plan.getNetwork(), leader, others));
        }

        @Override
        public String filled(String words) {
            return words;
        }
    }

    static Parsed parse(GroupCollisionPlan plan, ReadableState datasets) {
        if (!plan.getProtocol().equals(ProtocolRegistry.AUTO)) {
            JobRules.protocolKnown(plan.getProtocol(), ProtocolRegistry.Form.GROUP);
        }
        Rules.arguments(
                plan.getJoin() != JoinResult.UNRECOGNIZED,
                "the plan lists something that a collision cannot tell",
                "INNER, LEFT or DIFFERENCE is needed");
        CollisionRules.network(plan.getNetwork());
        int members = plan.getMembersCount();
        Rules.arguments(
                members >= MEMBERS_MIN && members <= MEMBERS_MAX,
                "the plan has " + members + " members",
                MEMBERS_MIN + " to " + MEMBERS_MAX + " are needed; of two, a collision of two");
        int keys = plan.getIdentifierKindsCount();
        Rules.arguments(
                keys >= 1 && keys <= CollisionRules.KEYS_MAX,
                "the plan names " + keys + " key columns",
                "1 to " + CollisionRules.KEYS_MAX + " are needed");
        return new Parsed(
                plan,
                plan.getMembersList().stream()
                        .map(member -> side(member, plan.getIdentifierKindsList(), datasets))
                        .toList());
    }

    private static Side side(GroupMember member, List<IdentifierKind> kinds, ReadableState datasets) {
        Dataset dataset = JobRules.dataset(member.getDataset(), datasets);
        List<String> columns = member.getColumnsList();
        Rules.arguments(
                columns.size() == kinds.size() && new TreeSet<>(columns).size() == columns.size(),
                "the member " + dataset.getId() + " names " + columns.size() + " key columns, or one twice",
                kinds.size() + " different columns are needed");
        for (int i = 0; i < columns.size(); i++) {
            JobRules.collisionKey(dataset, columns.get(i), kinds.get(i));
        }
        return new Side(dataset, columns);
    }
}
