package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.ReadableState;
import poyang.notarization.ProtocolRegistry.Protocol;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Job;
import poyang.wire.schema.JoinResult;
import poyang.wire.schema.KeyColumns;
import poyang.wire.schema.Leakage;
import poyang.wire.schema.Network;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ProtocolChoice;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.UsePolicy;

/// When two data sets may be collided, by which protocol, and what each side learns by it.
final class CollisionRules {
    private static final int PLAN_BYTES_MAX = 4096;
    private static final int KEYS_MAX = 8;
    private static final long AT_LEAST_MAX = 1L << 40;
    private static final int MEGABITS_MAX = 1_000_000;
    private static final int DELAY_MAX = 10_000;

    private CollisionRules() {}

    /// One side of a plan, as the chain knows it now.
    ///
    /// @param columns the key columns in order
    record Side(Dataset dataset, List<String> columns) {
        String organisation() {
            return dataset.getOrganisation();
        }
    }

    /// @param plan as it was parsed
    /// @param left first party
    /// @param right second party
    record Parsed(CollisionPlan plan, Side left, Side right) {
        List<Side> sides() {
            return List.of(left, right);
        }

        /// Names the unordered pair of data sets in the counter of runs.
        String pair() {
            String one = left.dataset().getId();
            String other = right.dataset().getId();
            return one.compareTo(other) < 0 ? one + "|" + other : other + "|" + one;
        }

        Side other(Side side) {
            return side.organisation().equals(left.organisation()) ? right : left;
        }

        /// What the receiver gets to know; a plan that says nothing asks for the rows.
        Reveal reveal() {
            return plan.getReveal() == Reveal.REVEAL_UNSPECIFIED ? Reveal.MATCHING_ROWS : plan.getReveal();
        }
    }

    static Parsed parse(ByteString encoded, ReadableState datasets) {
        Rules.arguments(
                encoded.size() <= PLAN_BYTES_MAX,
                "the plan has " + encoded.size() + " bytes",
                "at most " + PLAN_BYTES_MAX + " are needed");
        Plan plan = Rules.parse(Plan.parser(), encoded.toByteArray());
        Rules.arguments(plan.hasCollision(), "the plan is of no known kind", "a collision is needed");
        CollisionPlan collision = plan.getCollision();
        Rules.arguments(
                collision.getProtocol().equals(ProtocolRegistry.AUTO)
                        || ProtocolRegistry.named(collision.getProtocol()).isPresent(),
                "the protocol is " + Rules.quoted(collision.getProtocol()),
                "one of " + names(ProtocolRegistry.all()) + ", or \"" + ProtocolRegistry.AUTO + "\", is needed");
        revealed(collision);
        network(collision.getNetwork());
        List<KeyColumns> keys = keys(collision);
        Side left = side(collision.getLeftDataset(), keys, true, datasets);
        Side right = side(collision.getRightDataset(), keys, false, datasets);
        Rules.arguments(
                !left.organisation().equals(right.organisation()),
                "both data sets belong to " + left.organisation(),
                "data sets of two departments are needed");
        return new Parsed(collision, left, right);
    }

    private static String names(List<Protocol> protocols) {
        return String.join(", ", protocols.stream().map(Protocol::name).toList());
    }

    private static void revealed(CollisionPlan plan) {
        Rules.arguments(
                plan.getReveal() != Reveal.UNRECOGNIZED && plan.getJoin() != JoinResult.UNRECOGNIZED,
                "the plan reveals or lists something that the schema does not know",
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
    }

    private static void network(Network network) {
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
        Rules.arguments(
                keys.size() <= KEYS_MAX,
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

    private static Side side(String id, List<KeyColumns> keys, boolean left, ReadableState datasets) {
        Dataset dataset = DatasetsContract.find(datasets, id)
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.NOT_FOUND,
                        "there is no data set " + Rules.quoted(id),
                        "the id of a registered data set is needed"));
        List<String> columns = new ArrayList<>();
        for (KeyColumns key : keys) {
            String column = left ? key.getLeftColumn() : key.getRightColumn();
            ColumnPolicy policy = dataset.getColumnsList().stream()
                    .filter(c -> c.getName().equals(column))
                    .findFirst()
                    .orElseThrow(() -> Rules.rejection(
                            NotarizationErrors.NOT_FOUND,
                            "the data set " + id + " has no column " + Rules.quoted(column),
                            "a column of its schema is needed"));
            Rules.need(
                    policy.getCollisionKey() && policy.getIdentifierKind() == key.getIdentifierKind(),
                    NotarizationErrors.POLICY_FORBIDS,
                    "the policy of " + id + " does not allow the column " + Rules.quoted(column)
                            + " as a collision key of kind " + key.getIdentifierKind(),
                    "ask the owner to allow it, or name a column that is allowed");
            columns.add(column);
        }
        return new Side(dataset, List.copyOf(columns));
    }

    /// What the plan's "auto" comes to; empty where the plan names a protocol.
    ///
    /// @param receiverLeft whether the left side gets the result
    static Optional<ProtocolChoice> choice(Parsed parsed, boolean receiverLeft) {
        if (!parsed.plan().getProtocol().equals(ProtocolRegistry.AUTO)) {
            return Optional.empty();
        }
        List<Protocol> able = ProtocolRegistry.all().stream()
                .filter(p -> p.learns(parsed.reveal()).isPresent())
                .filter(p -> parsed.sides().stream().allMatch(side -> admits(side, p.name())))
                .toList();
        if (able.isEmpty()) {
            throw forbidden("the policies of " + parsed.left().dataset().getId() + " and "
                    + parsed.right().dataset().getId() + " have no protocol in common that reveals "
                    + parsed.reveal());
        }
        return Optional.of(ProtocolChoices.fastest(
                able,
                parsed.plan().getNetwork(),
                rows(receiverLeft ? parsed.left() : parsed.right()),
                rows(receiverLeft ? parsed.right() : parsed.left())));
    }

    private static boolean admits(Side side, String protocol) {
        UsePolicy policy = side.dataset().getPolicy();
        return policy.getProtocolsCount() == 0 || policy.getProtocolsList().contains(protocol);
    }

    private static long rows(Side side) {
        return side.dataset().getRoundedRows();
    }

    /// The protocol of a job: the chosen one, or the one that its plan names.
    static Protocol protocol(Job.Builder job, CollisionPlan plan) {
        String name = job.hasChoice() ? job.getChoice().getProtocol() : plan.getProtocol();
        return ProtocolRegistry.named(name)
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.POLICY_FORBIDS,
                        "the protocol " + Rules.quoted(name) + " is no longer known",
                        "submit a new job"));
    }

    /// The use policies of both sides, with the sizes registered now.
    ///
    /// @param runs of this pair so far
    static void policies(Parsed parsed, Protocol protocol, int runs, DatasetUses uses) {
        Rules.need(
                protocol.learns(parsed.reveal()).isPresent(),
                NotarizationErrors.BAD_ARGUMENTS,
                "the protocol " + protocol.name() + " cannot reveal " + parsed.reveal(),
                "name one that can, or \"" + ProtocolRegistry.AUTO + "\"");
        breach(parsed, protocol.name(), rows(parsed.left()), rows(parsed.right()))
                .ifPresent(wrong -> {
                    throw forbidden(wrong);
                });
        for (Side side : parsed.sides()) {
            int most = side.dataset().getPolicy().getMaximumRunsPerPair();
            if (most != 0 && runs >= most) {
                throw forbidden(
                        "the policy of " + side.dataset().getId() + " allows " + most + " runs with the same data set");
            }
            uses.breach(side.dataset(), parsed.other(side).organisation()).ifPresent(wrong -> {
                throw forbidden(wrong);
            });
        }
    }

    private static ContractRejection forbidden(String wrong) {
        return Rules.rejection(NotarizationErrors.POLICY_FORBIDS, wrong, "ask the owner to change the policy");
    }

    /// What in the policies as they are now stands against the sizes that were really read.
    ///
    /// @param leftRows -1 for a side that has not committed yet
    /// @param rightRows the same
    static Optional<String> breach(Job.Builder job, ReadableState datasets, long leftRows, long rightRows) {
        try {
            Parsed parsed = parse(job.getPlan(), datasets);
            return breach(parsed, protocol(job, parsed.plan()).name(), leftRows, rightRows);
        } catch (ContractRejection revoked) {
            return Optional.of(revoked.wrong());
        }
    }

    private static Optional<String> breach(Parsed parsed, String protocol, long leftRows, long rightRows) {
        return terms(parsed, parsed.left(), protocol)
                .or(() -> terms(parsed, parsed.right(), protocol))
                .or(() -> sizes(parsed.left(), parsed.right(), leftRows, rightRows))
                .or(() -> sizes(parsed.right(), parsed.left(), rightRows, leftRows));
    }

    /// What a side's policy has against partner, protocol and what is revealed.
    private static Optional<String> terms(Parsed parsed, Side own, String protocol) {
        UsePolicy policy = own.dataset().getPolicy();
        String id = own.dataset().getId();
        String peer = parsed.other(own).organisation();
        if (policy.getCounterpartiesCount() > 0
                && !policy.getCounterpartiesList().contains(peer)) {
            return Optional.of("the policy of " + id + " does not allow " + peer + " as the other side");
        }
        if (!admits(own, protocol)) {
            return Optional.of("the policy of " + id + " does not allow the protocol " + protocol);
        }
        if (policy.getRevealsCount() > 0 && !policy.getRevealsList().contains(parsed.reveal())) {
            return Optional.of("the policy of " + id + " does not allow to reveal " + parsed.reveal());
        }
        if (parsed.reveal() == Reveal.SIZE_AT_LEAST && parsed.plan().getAtLeast() < policy.getMinimumAtLeast()) {
            return Optional.of("the policy of " + id + " allows SIZE_AT_LEAST from " + policy.getMinimumAtLeast()
                    + " on, not from " + parsed.plan().getAtLeast());
        }
        return Optional.empty();
    }

    private static Optional<String> sizes(Side own, Side peer, long ownRows, long peerRows) {
        UsePolicy policy = own.dataset().getPolicy();
        String id = own.dataset().getId();
        if (ownRows >= 0 && ownRows < policy.getMinimumRows()) {
            return Optional.of("the policy of " + id + " demands at least " + policy.getMinimumRows() + " own rows");
        }
        if (policy.getMaximumPeerRows() != 0 && peerRows > policy.getMaximumPeerRows()) {
            return Optional.of(
                    "the policy of " + id + " allows the other side at most " + policy.getMaximumPeerRows() + " rows");
        }
        if (peerRows >= 0 && peerRows < policy.getMinimumPeerRows()) {
            return Optional.of("the policy of " + id + " demands at least " + policy.getMinimumPeerRows() + " rows of "
                    + peer.organisation());
        }
        return Optional.empty();
    }

    /// The account that gets the result, which belongs to one of the two departments.
    static void receiver(String receiver, Parsed parsed, ReadableState accounts) {
        boolean fits = AccountsContract.record(accounts, receiver)
                .map(AccountsContract::account)
                .filter(account -> account.has(Role.ANALYST) && party(parsed, account))
                .isPresent();
        Rules.arguments(
                fits,
                "the receiver " + Rules.quoted(receiver) + " is no analyst of one of the two departments",
                "an account with the role ANALYST of " + parsed.left().organisation() + " or "
                        + parsed.right().organisation() + " is needed");
    }

    static boolean party(Parsed parsed, Account account) {
        return parsed.sides().stream().anyMatch(side -> side.organisation().equals(account.organisation()));
    }

    static boolean receives(String receiver, String organisation) {
        return receiver.startsWith(organisation + "/");
    }

    /// What a party gets to know, in the words of the protocol's descriptor.
    static Leakage leakage(Parsed parsed, Protocol protocol, String organisation, boolean receives) {
        ProtocolRegistry.Learns learns = protocol.learns(parsed.reveal()).orElseThrow();
        return Leakage.newBuilder()
                .setOrganisation(organisation)
                .setLearns(filled(receives ? learns.receiver() : learns.sender(), parsed))
                .setLearnsEnglish(filled(receives ? learns.receiverEnglish() : learns.senderEnglish(), parsed))
                .build();
    }

    private static String filled(String words, Parsed parsed) {
        return words.replace("{k}", Long.toString(parsed.plan().getAtLeast()));
    }
}
