package poyang.notarization;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import poyang.chain.contract.ReadableState;
import poyang.notarization.Planned.Side;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.JoinResult;
import poyang.wire.schema.KeyColumns;
import poyang.wire.schema.Network;
import poyang.wire.schema.ProtocolChoice;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.UsePolicy;

/// When two data sets may be collided, by which protocol, and what each side learns by it.
final class CollisionRules {
    static final int KEYS_MAX = 8;
    static final long AT_LEAST_MAX = 1L << 40;
    private static final int ASKER_MAX = 64;
    private static final int MEGABITS_MAX = 1_000_000;
    private static final int DELAY_MAX = 10_000;

    private CollisionRules() {}

    /// @param plan as it was parsed
    /// @param left first party
    /// @param right second party
    record Parsed(CollisionPlan plan, Side left, Side right) implements Planned {
        /// An asker brings nothing.
        @Override
        public List<Side> sides() {
            return asked()
                    ? List.of(left, right, new Side(plan.getAsker(), Dataset.getDefaultInstance(), List.of()))
                    : List.of(left, right);
        }

        /// Whether a third department asks, which alone gets the result.
        boolean asked() {
            return !plan.getAsker().isEmpty();
        }

        ProtocolRegistry.Form form() {
            return CollisionRules.form(plan);
        }

        @Override
        public String protocol() {
            return plan.getProtocol();
        }

        /// A plan that says nothing asks for the rows.
        @Override
        public Reveal reveal() {
            return plan.getReveal() == Reveal.REVEAL_UNSPECIFIED ? Reveal.MATCHING_ROWS : plan.getReveal();
        }

        @Override
        public long atLeast() {
            return plan.getAtLeast();
        }

        @Override
        public boolean canReceive(String organisation) {
            return !asked() || organisation.equals(plan.getAsker());
        }

        @Override
        public Optional<String> breach(Side own, String receiver) {
            return reveal() == Reveal.SIZE_AT_LEAST ? tooFew(own, reveal(), atLeast()) : Optional.empty();
        }

        @Override
        public Optional<ProtocolChoice> choice(String receiver) {
            return CollisionRules.choice(this, asked() || JobRules.receives(receiver, left.organisation()));
        }

        @Override
        public String filled(String words) {
            return words.replace("{k}", Long.toString(plan.getAtLeast()));
        }
    }

    private static ProtocolRegistry.Form form(CollisionPlan plan) {
        return plan.getAsker().isEmpty() ? ProtocolRegistry.Form.PAIR : ProtocolRegistry.Form.ASKED;
    }

    static Parsed parse(CollisionPlan collision, ReadableState datasets) {
        if (!collision.getProtocol().equals(ProtocolRegistry.AUTO)) {
            JobRules.protocolKnown(collision.getProtocol(), form(collision));
        }
        revealed(collision);
        network(collision.getNetwork());
        List<KeyColumns> keys = keys(collision);
        Side left = side(collision.getLeftDataset(), keys, true, datasets);
        Side right = side(collision.getRightDataset(), keys, false, datasets);
        return new Parsed(collision, left, right);
    }

    /// What a policy has against telling something of so few matches.
    static Optional<String> tooFew(Side own, Reveal reveal, long atLeast) {
        UsePolicy policy = own.dataset().getPolicy();
        return atLeast < policy.getMinimumAtLeast()
                ? Optional.of("the policy of " + own.dataset().getId() + " allows " + reveal + " from "
                        + policy.getMinimumAtLeast() + " on, not from " + atLeast)
                : Optional.empty();
    }

    private static void revealed(CollisionPlan plan) {
        Rules.arguments(
                plan.getReveal() != Reveal.UNRECOGNIZED
                        && plan.getReveal() != Reveal.SCORES
                        && plan.getReveal() != Reveal.TOTALS
                        && plan.getReveal() != Reveal.MATCH_SUMS
                        && plan.getReveal() != Reveal.PROOF
                        && plan.getJoin() != JoinResult.UNRECOGNIZED,
                "the plan reveals or lists something that a collision cannot tell",
                "MATCHING_ROWS, SIZE_ONLY or SIZE_AT_LEAST, and INNER, LEFT or DIFFERENCE, are needed");
        boolean atLeast = plan.getReveal() == Reveal.SIZE_AT_LEAST;
        Rules.arguments(
                atLeast ? plan.getAtLeast() >= 1 && plan.getAtLeast() <= AT_LEAST_MAX : plan.getAtLeast() == 0,
                "the plan reveals " + plan.getReveal() + " with at_least " + plan.getAtLeast(),
                "a number from 1 to " + AT_LEAST_MAX + " is needed with SIZE_AT_LEAST, and 0 otherwise");
        boolean rows = plan.getReveal() == Reveal.REVEAL_UNSPECIFIED || plan.getReveal() == Reveal.MATCHING_ROWS;
        Rules.arguments(
                rows || plan.getJoin() == JoinResult.JOIN_RESULT_UNSPECIFIED,
                "the plan lists rows (" + plan.getJoin() + ") and reveals only " + plan.getReveal(),
                "leave out what is listed, or reveal MATCHING_ROWS");
        Rules.text("asker", plan.getAsker(), 0, ASKER_MAX);
        Rules.arguments(
                plan.getAsker().isEmpty() || plan.getJoin().getNumber() <= JoinResult.INNER_VALUE,
                "the asker gets " + plan.getJoin() + " of rows that are not its own",
                "INNER is needed: an asker learns what both owners have, and nothing of one alone");
    }

    static void network(Network network) {
        Rules.arguments(
                network.getMegabitsPerSecond() >= 0
                        && network.getMegabitsPerSecond() <= MEGABITS_MAX
                        && network.getDelayMillis() >= 0
                        && network.getDelayMillis() <= DELAY_MAX,
                "the plan's network is out of range",
                "at most " + MEGABITS_MAX + " Mbit/s and a delay of at most " + DELAY_MAX + " ms are needed");
    }

    /// All pairs of key columns, the first of the plan's own fields.
    private static List<KeyColumns> keys(CollisionPlan plan) {
        List<KeyColumns> keys = new ArrayList<>();
        keys.add(KeyColumns.newBuilder()
                .setLeftColumn(plan.getLeftColumn())
                .setRightColumn(plan.getRightColumn())
                .setIdentifierKindValue(plan.getIdentifierKindValue())
                .build());
        keys.addAll(plan.getMoreKeysList());
        return distinct(keys);
    }

    /// As they are, unless they are too many or name a column twice.
    static List<KeyColumns> distinct(List<KeyColumns> keys) {
        Rules.arguments(
                !keys.isEmpty() && keys.size() <= KEYS_MAX,
                "the plan names " + keys.size() + " pairs of key columns",
                "1 to " + KEYS_MAX + " are needed");
        TreeSet<String> left = new TreeSet<>();
        TreeSet<String> right = new TreeSet<>();
        for (KeyColumns key : keys) {
            Rules.arguments(
                    key.getIdentifierKind() != IdentifierKind.IDENTIFIER_KIND_UNSPECIFIED
                            && key.getIdentifierKind() != IdentifierKind.UNRECOGNIZED,
                    "the plan names no identifier kind",
                    "TEXT, ID, PHONE or USCC is needed");
            Rules.arguments(
                    left.add(key.getLeftColumn()) && right.add(key.getRightColumn()),
                    "the plan names a key column twice",
                    "each column at most once is needed");
        }
        return keys;
    }

    static Side side(String id, List<KeyColumns> keys, boolean left, ReadableState datasets) {
        Dataset dataset = JobRules.dataset(id, datasets);
        List<String> columns = new ArrayList<>();
        for (KeyColumns key : keys) {
            String column = left ? key.getLeftColumn() : key.getRightColumn();
            JobRules.collisionKey(dataset, column, key.getIdentifierKind());
            columns.add(column);
        }
        return new Side(dataset, List.copyOf(columns));
    }

    /// What the plan's "auto" comes to; empty where the plan names a protocol.
    ///
    /// @param receiverLeft whether the left side gets the result
    private static Optional<ProtocolChoice> choice(Parsed parsed, boolean receiverLeft) {
        if (!parsed.plan().getProtocol().equals(ProtocolRegistry.AUTO)) {
            return Optional.empty();
        }
        return Optional.of(ProtocolChoices.fastest(
                JobRules.able(parsed, parsed.form()),
                parsed.plan().getNetwork(),
                JobRules.rows(receiverLeft ? parsed.left() : parsed.right()),
                JobRules.rows(receiverLeft ? parsed.right() : parsed.left())));
    }
}
