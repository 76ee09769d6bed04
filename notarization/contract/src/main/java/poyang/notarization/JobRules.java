package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.ReadableState;
import poyang.kernel.Bug;
import poyang.notarization.Planned.Side;
import poyang.notarization.ProtocolRegistry.Protocol;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Job;
import poyang.wire.schema.Leakage;
import poyang.wire.schema.Plan;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.UsePolicy;

/// When data sets may be computed on together, by which protocol, and what each side learns by it: what holds for
/// plans of every kind.
final class JobRules {
    private static final int PLAN_BYTES_MAX = 16 << 10;

    private JobRules() {}

    static Planned parse(ByteString encoded, ReadableState datasets) {
        Rules.arguments(
                encoded.size() <= PLAN_BYTES_MAX,
                "the plan has " + encoded.size() + " bytes",
                "at most " + PLAN_BYTES_MAX + " are needed");
        Plan plan = Rules.parse(Plan.parser(), encoded.toByteArray());
        Planned planned = switch (plan.getKindCase()) {
            case COLLISION -> CollisionRules.parse(plan.getCollision(), datasets);
            case SCORING -> ScoringRules.parse(plan.getScoring(), datasets);
            case AGGREGATION -> AggregationRules.parse(plan.getAggregation(), datasets);
            case GROUP_COLLISION -> GroupRules.parse(plan.getGroupCollision(), datasets);
            case MATCH_SUM -> MatchSumRules.parse(plan.getMatchSum(), datasets);
            case PROOF -> ProofRules.parse(plan.getProof(), datasets);
            case KIND_NOT_SET -> throw unknownKind();
        };
        TreeSet<String> organisations = new TreeSet<>();
        for (Side side : planned.sides()) {
            Rules.arguments(
                    organisations.add(side.organisation()),
                    "two parties are of " + side.organisation(),
                    "parties of different departments are needed");
        }
        return planned;
    }

    private static ContractRejection unknownKind() {
        return Rules.rejection(
                NotarizationErrors.BAD_ARGUMENTS,
                "the plan is of no known kind",
                "a collision of two or of a group, sums over matches, a scoring, an aggregation or a proof is needed");
    }

    static Dataset dataset(String id, ReadableState datasets) {
        return DatasetsContract.find(datasets, id)
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.NOT_FOUND,
                        "there is no data set " + Rules.quoted(id),
                        "the id of a registered data set is needed"));
    }

    static ColumnPolicy column(Dataset dataset, String column) {
        return dataset.getColumnsList().stream()
                .filter(c -> c.getName().equals(column))
                .findFirst()
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.NOT_FOUND,
                        "the data set " + dataset.getId() + " has no column " + Rules.quoted(column),
                        "a column of its schema is needed"));
    }

    /// Names the protocol that a plan asks for, whatever its kind.
    static void protocolKnown(String protocol, ProtocolRegistry.Form form) {
        List<String> known =
                ProtocolRegistry.of(form).stream().map(Protocol::name).toList();
        Rules.arguments(
                known.contains(protocol),
                "the protocol is " + Rules.quoted(protocol),
                "one of " + String.join(", ", known) + " is needed");
    }

    static boolean admits(Side side, String protocol) {
        UsePolicy policy = side.dataset().getPolicy();
        return policy.getProtocolsCount() == 0 || policy.getProtocolsList().contains(protocol);
    }

    static long rows(Side side) {
        return side.dataset().getRoundedRows();
    }

    /// What receipts repeat of a plan, read without any data set: policies may have changed since the run began.
    record Stated(String protocol, Reveal reveal, long atLeast) {}

    static Stated stated(Job job) {
        Plan plan = ServiceContract.stored(Plan.parser(), job.getPlan().toByteArray());
        return switch (plan.getKindCase()) {
            case COLLISION ->
                new Stated(
                        plan.getCollision().getProtocol(),
                        plan.getCollision().getReveal(),
                        plan.getCollision().getAtLeast());
            case SCORING -> new Stated(plan.getScoring().getProtocol(), Reveal.SCORES, 0);
            case AGGREGATION -> new Stated(plan.getAggregation().getProtocol(), Reveal.TOTALS, 0);
            case GROUP_COLLISION -> new Stated(plan.getGroupCollision().getProtocol(), Reveal.MATCHING_ROWS, 0);
            case MATCH_SUM ->
                new Stated(
                        plan.getMatchSum().getProtocol(),
                        Reveal.MATCH_SUMS,
                        plan.getMatchSum().getAtLeast());
            case PROOF -> new Stated(plan.getProof().getProtocol(), Reveal.PROOF, 0);
            case KIND_NOT_SET -> throw new Bug("a job without a plan was kept");
        };
    }

    /// The protocol of a job: the chosen one, or the one that its plan names.
    static Protocol protocol(Job.Builder job, String planned) {
        String name = job.hasChoice() ? job.getChoice().getProtocol() : planned;
        return ProtocolRegistry.named(name)
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.POLICY_FORBIDS,
                        "the protocol " + Rules.quoted(name) + " is no longer known",
                        "submit a new job"));
    }

    /// The use policies of all sides, with the sizes registered now.
    ///
    /// @param runs of these data sets together so far
    static void policies(Planned parsed, String receiver, Protocol protocol, int runs, DatasetUses uses) {
        Rules.need(
                protocol.learns(parsed.reveal()).isPresent(),
                NotarizationErrors.BAD_ARGUMENTS,
                "the protocol " + protocol.name() + " cannot reveal " + parsed.reveal(),
                "name one that can, or \"" + ProtocolRegistry.AUTO + "\"");
        breach(
                        parsed,
                        receiver,
                        protocol.name(),
                        parsed.sides().stream().map(JobRules::rows).toList())
                .ifPresent(wrong -> {
                    throw forbidden(wrong);
                });
        for (Side side : parsed.sides()) {
            int most = side.dataset().getPolicy().getMaximumRunsPerPair();
            if (most != 0 && runs >= most) {
                throw forbidden(
                        "the policy of " + side.dataset().getId() + " allows " + most + " runs with the same data set");
            }
            for (Side other : parsed.others(side)) {
                uses.breach(side.dataset(), other.organisation()).ifPresent(wrong -> {
                    throw forbidden(wrong);
                });
            }
        }
    }

    static ContractRejection forbidden(String wrong) {
        return Rules.rejection(NotarizationErrors.POLICY_FORBIDS, wrong, "ask the owner to change the policy");
    }

    /// What in the policies as they are now stands against the sizes that were really read.
    ///
    /// @param rows of each party in its order, -1 for one that has not committed yet
    static Optional<String> breach(Job.Builder job, ReadableState datasets, List<Long> rows) {
        try {
            Planned parsed = parse(job.getPlan(), datasets);
            return breach(
                    parsed, job.getReceiver(), protocol(job, parsed.protocol()).name(), rows);
        } catch (ContractRejection revoked) {
            return Optional.of(revoked.wrong());
        }
    }

    private static Optional<String> breach(Planned parsed, String receiver, String protocol, List<Long> rows) {
        List<Side> sides = parsed.sides();
        for (Side own : sides) {
            Optional<String> wrong = own.brings() ? terms(parsed, receiver, own, protocol) : Optional.empty();
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        for (int own = 0; own < sides.size(); own++) {
            for (int peer = 0; peer < sides.size(); peer++) {
                if (own != peer && sides.get(own).brings() && sides.get(peer).brings()) {
                    Optional<String> wrong = sizes(sides.get(own), sides.get(peer), rows.get(own), rows.get(peer));
                    if (wrong.isPresent()) {
                        return wrong;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// What a side's policy has against partners, protocol and what is revealed.
    private static Optional<String> terms(Planned parsed, String receiver, Side own, String protocol) {
        UsePolicy policy = own.dataset().getPolicy();
        String id = own.dataset().getId();
        for (Side peer : parsed.others(own)) {
            if (policy.getCounterpartiesCount() > 0
                    && !policy.getCounterpartiesList().contains(peer.organisation())) {
                return Optional.of(
                        "the policy of " + id + " does not allow " + peer.organisation() + " as the other side");
            }
        }
        if (!admits(own, protocol)) {
            return Optional.of("the policy of " + id + " does not allow the protocol " + protocol);
        }
        if (policy.getRevealsCount() > 0 && !policy.getRevealsList().contains(parsed.reveal())) {
            return Optional.of("the policy of " + id + " does not allow to reveal " + parsed.reveal());
        }
        return parsed.breach(own, receiver);
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

    /// The account that gets the result: an analyst of a department that can get it by this plan.
    static void receiver(String receiver, Planned parsed, ReadableState accounts) {
        List<String> able = parsed.sides().stream()
                .map(Side::organisation)
                .filter(parsed::canReceive)
                .toList();
        boolean fits = AccountsContract.record(accounts, receiver)
                .map(AccountsContract::account)
                .filter(account -> account.has(Role.ANALYST) && able.contains(account.organisation()))
                .isPresent();
        Rules.arguments(
                fits,
                "the receiver " + Rules.quoted(receiver) + " is no analyst of a department that gets the result",
                "an account with the role ANALYST of " + String.join(" or ", able) + " is needed");
    }

    static boolean party(Planned parsed, Account account) {
        return parsed.sides().stream().anyMatch(side -> side.organisation().equals(account.organisation()));
    }

    static boolean receives(String receiver, String organisation) {
        return receiver.startsWith(organisation + "/");
    }

    /// What a party gets to know, in the words of the protocol's descriptor.
    static Leakage leakage(Planned parsed, Protocol protocol, String organisation, boolean receives) {
        ProtocolRegistry.Learns learns = protocol.learns(parsed.reveal()).orElseThrow();
        return Leakage.newBuilder()
                .setOrganisation(organisation)
                .setLearns(parsed.filled(receives ? learns.receiver() : learns.sender()))
                .setLearnsEnglish(parsed.filled(receives ? learns.receiverEnglish() : learns.senderEnglish()))
                .build();
    }

    /// The column may be matched as an identifier of this kind.
    static void collisionKey(Dataset dataset, String column, IdentifierKind kind) {
        ColumnPolicy policy = column(dataset, column);
        Rules.need(
                policy.getCollisionKey() && policy.getIdentifierKind() == kind,
                NotarizationErrors.POLICY_FORBIDS,
                "the policy of " + dataset.getId() + " does not allow the column " + Rules.quoted(column)
                        + " as a collision key of kind " + kind,
                "ask the owner to allow it, or name a column that is allowed");
    }

    /// The protocols of a form that all sides' policies admit and that can reveal what is asked; at least one.
    static List<Protocol> able(Planned parsed, ProtocolRegistry.Form form) {
        List<Protocol> able = ProtocolRegistry.of(form).stream()
                .filter(p -> p.learns(parsed.reveal()).isPresent())
                .filter(p -> parsed.sides().stream().allMatch(side -> !side.brings() || admits(side, p.name())))
                .toList();
        if (able.isEmpty()) {
            throw forbidden("the policies of "
                    + parsed.sides().stream()
                            .filter(Side::brings)
                            .map(side -> side.dataset().getId())
                            .collect(Collectors.joining(" and "))
                    + " have no protocol in common that reveals " + parsed.reveal());
        }
        return able;
    }

    /// The column may enter a computation under encryption.
    static void computable(Dataset dataset, String column) {
        Rules.need(
                column(dataset, column).getEncryptedInput(),
                NotarizationErrors.POLICY_FORBIDS,
                "the policy of " + dataset.getId() + " does not allow the column " + Rules.quoted(column)
                        + " in a computation under encryption",
                "ask the owner to allow it, or name a column that is allowed");
    }
}
