package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.List;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
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
        Plan plan = Rules.parse(Plan.parser(), encoded.toByteArray());
        Rules.arguments(plan.hasCollision(), "the plan is of no known kind", "a collision is needed");
        CollisionPlan collision = plan.getCollision();
        Rules.arguments(
                collision.getProtocol().equals(PROTOCOL),
                "the protocol is \"" + collision.getProtocol() + "\"",
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
                        "there is no data set \"" + id + "\"",
                        "the id of a registered data set is needed"));
        ColumnPolicy policy = dataset.getColumnsList().stream()
                .filter(c -> c.getName().equals(column))
                .findFirst()
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.NOT_FOUND,
                        "the data set " + id + " has no column \"" + column + "\"",
                        "a column of its schema is needed"));
        Rules.need(
                policy.getCollisionKey() && policy.getIdentifierKind() == plan.getIdentifierKind(),
                NotarizationErrors.POLICY_FORBIDS,
                "the policy of " + id + " does not allow the column \"" + column + "\" as a collision key of kind "
                        + plan.getIdentifierKind(),
                "ask the owner to allow it, or name a column that is allowed");
        return new Side(dataset, column);
    }

    /// The use policies of both sides, with the sizes registered now.
    ///
    /// @param runs of this pair so far
    static void policies(Parsed parsed, int runs) {
        policy(parsed.left(), parsed.right(), runs);
        policy(parsed.right(), parsed.left(), runs);
    }

    private static void policy(Side own, Side peer, int runs) {
        UsePolicy policy = own.dataset().getPolicy();
        String id = own.dataset().getId();
        forbid(
                policy.getCounterpartiesCount() == 0
                        || policy.getCounterpartiesList().contains(peer.organisation()),
                "the policy of " + id + " does not allow " + peer.organisation() + " as the other side");
        forbid(
                own.dataset().getRoundedRows() >= policy.getMinimumRows(),
                "the policy of " + id + " demands at least " + policy.getMinimumRows() + " own rows");
        forbid(
                policy.getMaximumPeerRows() == 0 || peer.dataset().getRoundedRows() <= policy.getMaximumPeerRows(),
                "the policy of " + id + " allows the other side at most " + policy.getMaximumPeerRows() + " rows");
        forbid(
                policy.getMaximumRunsPerPair() == 0 || runs < policy.getMaximumRunsPerPair(),
                "the policy of " + id + " allows " + policy.getMaximumRunsPerPair() + " runs with the same data set");
    }

    private static void forbid(boolean allowed, String wrong) {
        Rules.need(allowed, NotarizationErrors.POLICY_FORBIDS, wrong, "ask the owner to change the policy");
    }

    /// Whether the sizes that were really read keep within the policies; -1 for a side that has not
    /// committed yet.
    static boolean sizesAllowed(Parsed parsed, long leftRows, long rightRows) {
        return sizeAllowed(parsed.left(), leftRows, rightRows) && sizeAllowed(parsed.right(), rightRows, leftRows);
    }

    private static boolean sizeAllowed(Side own, long ownRows, long peerRows) {
        UsePolicy policy = own.dataset().getPolicy();
        return (ownRows < 0 || ownRows >= policy.getMinimumRows())
                && (peerRows < 0 || policy.getMaximumPeerRows() == 0 || peerRows <= policy.getMaximumPeerRows());
    }

    /// The account that gets the result, which belongs to one of the two departments.
    static void receiver(String receiver, Parsed parsed, ReadableState accounts) {
        boolean fits = AccountsContract.record(accounts, receiver)
                .map(AccountsContract::account)
                .filter(account -> account.has(Role.ANALYST) && party(parsed, account))
                .isPresent();
        Rules.arguments(
                fits,
                "the receiver \"" + receiver + "\" is no analyst of one of the two departments",
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
