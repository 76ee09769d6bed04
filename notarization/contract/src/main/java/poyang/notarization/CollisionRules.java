package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.ReadableState;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Job;
import poyang.wire.schema.Leakage;
import poyang.wire.schema.Plan;
import poyang.wire.schema.UsePolicy;

/// When two data sets may be collided, and what each side learns by it.
final class CollisionRules {
    static final String PROTOCOL = "dh-sm2";
    static final int PROTOCOL_ID = 1;
    static final int PROTOCOL_VERSION = 1;
    private static final int PLAN_BYTES_MAX = 4096;

    private CollisionRules() {}

    /// One side of a plan, as the chain knows it now.
    record Side(Dataset dataset, String column) {
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
                collision.getProtocol().equals(PROTOCOL),
                "the protocol is " + Rules.quoted(collision.getProtocol()),
                "\"" + PROTOCOL + "\" is needed");
        Rules.arguments(
                collision.getIdentifierKind() != IdentifierKind.IDENTIFIER_KIND_UNSPECIFIED
                        && collision.getIdentifierKind() != IdentifierKind.UNRECOGNIZED,
                "the plan names no identifier kind",
                "TEXT, ID, PHONE or USCC is needed");
        Side left = side(collision.getLeftDataset(), collision.getLeftColumn(), collision, datasets);
        Side right = side(collision.getRightDataset(), collision.getRightColumn(), collision, datasets);
        Rules.arguments(
                !left.organisation().equals(right.organisation()),
                "both data sets belong to " + left.organisation(),
                "data sets of two departments are needed");
        return new Parsed(collision, left, right);
    }

    private static Side side(String id, String column, CollisionPlan plan, ReadableState datasets) {
        Dataset dataset = DatasetsContract.find(datasets, id)
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.NOT_FOUND,
                        "there is no data set " + Rules.quoted(id),
                        "the id of a registered data set is needed"));
        ColumnPolicy policy = dataset.getColumnsList().stream()
                .filter(c -> c.getName().equals(column))
                .findFirst()
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.NOT_FOUND,
                        "the data set " + id + " has no column " + Rules.quoted(column),
                        "a column of its schema is needed"));
        Rules.need(
                policy.getCollisionKey() && policy.getIdentifierKind() == plan.getIdentifierKind(),
                NotarizationErrors.POLICY_FORBIDS,
                "the policy of " + id + " does not allow the column " + Rules.quoted(column)
                        + " as a collision key of kind " + plan.getIdentifierKind(),
                "ask the owner to allow it, or name a column that is allowed");
        return new Side(dataset, column);
    }

    /// The use policies of both sides, with the sizes registered now.
    ///
    /// @param runs of this pair so far
    static void policies(Parsed parsed, int runs) {
        List<Long> rows = parsed.sides().stream()
                .map(side -> side.dataset().getRoundedRows())
                .toList();
        breach(parsed, rows.get(0), rows.get(1)).ifPresent(CollisionRules::forbid);
        for (Side side : parsed.sides()) {
            int most = side.dataset().getPolicy().getMaximumRunsPerPair();
            if (most != 0 && runs >= most) {
                forbid("the policy of " + side.dataset().getId() + " allows " + most + " runs with the same data set");
            }
        }
    }

    private static void forbid(String wrong) {
        throw Rules.rejection(NotarizationErrors.POLICY_FORBIDS, wrong, "ask the owner to change the policy");
    }

    /// What in the policies as they are now stands against the sizes that were really read.
    ///
    /// @param leftRows -1 for a side that has not committed yet
    /// @param rightRows the same
    static Optional<String> breach(ByteString plan, ReadableState datasets, long leftRows, long rightRows) {
        try {
            return breach(parse(plan, datasets), leftRows, rightRows);
        } catch (ContractRejection revoked) {
            return Optional.of(revoked.wrong());
        }
    }

    private static Optional<String> breach(Parsed parsed, long leftRows, long rightRows) {
        return breach(parsed.left(), parsed.right(), leftRows, rightRows)
                .or(() -> breach(parsed.right(), parsed.left(), rightRows, leftRows));
    }

    private static Optional<String> breach(Side own, Side peer, long ownRows, long peerRows) {
        UsePolicy policy = own.dataset().getPolicy();
        String id = own.dataset().getId();
        if (policy.getCounterpartiesCount() > 0
                && !policy.getCounterpartiesList().contains(peer.organisation())) {
            return Optional.of("the policy of " + id + " does not allow " + peer.organisation() + " as the other side");
        }
        if (ownRows >= 0 && ownRows < policy.getMinimumRows()) {
            return Optional.of("the policy of " + id + " demands at least " + policy.getMinimumRows() + " own rows");
        }
        if (policy.getMaximumPeerRows() != 0 && peerRows > policy.getMaximumPeerRows()) {
            return Optional.of(
                    "the policy of " + id + " allows the other side at most " + policy.getMaximumPeerRows() + " rows");
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

    static boolean receives(Job job, String organisation) {
        return job.getReceiver().startsWith(organisation + "/");
    }

    static Leakage leakage(String organisation, boolean receives) {
        return Leakage.newBuilder()
                .setOrganisation(organisation)
                .setLearns(receives ? "双方共有的标识，以及对方不同标识的个数" : "接收方不同标识的个数，此外一无所知")
                .setLearnsEnglish(
                        receives
                                ? "the identifiers that both sides have, and how many different identifiers the other side has"
                                : "how many different identifiers the receiver has, and nothing else")
                .build();
    }
}
