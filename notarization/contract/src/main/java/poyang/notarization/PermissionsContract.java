package poyang.notarization;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.wire.schema.Approval;
import poyang.wire.schema.Empty;
import poyang.wire.schema.LevelList;
import poyang.wire.schema.PermissionLevel;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.Proposal;
import poyang.wire.schema.ProposalKey;
import poyang.wire.schema.ProposalList;
import poyang.wire.schema.ProposalState;
import poyang.wire.schema.ProposedCall;
import poyang.wire.schema.ResourceKey;
import poyang.wire.schema.RuleKind;
import poyang.wire.schema.RuleList;

/// Rules over calls, levels of accounts, and calls that several departments must want. State:
/// `rule/RESOURCE` → PermissionRule, `level/NAME` → PermissionLevel, `proposal/ID` → Proposal.
public final class PermissionsContract extends ServiceContract {
    private static final long PROPOSAL_MILLIS = 7L * 24 * 3_600_000;
    private static final int LEVEL_ACCOUNTS_MAX = 256;
    private static final String SET_RULE = PermissionRules.CONTRACT + "/SetRule";
    /// Contracts whose things belong to departments, so that SELF means something.
    private static final Set<String> OWNED =
            Set.of(OrganisationsContract.NAME, AccountsContract.NAME, DatasetsContract.NAME);

    private static final Set<String> NEVER_FORBIDDEN = Set.of(
            SET_RULE,
            PermissionRules.CONTRACT + "/DropRule",
            PermissionRules.CONTRACT + "/Propose",
            PermissionRules.CONTRACT + "/Approve");

    private final AccountsContract accounts = new AccountsContract();
    private final TreeMap<String, ServiceContract> contracts = new TreeMap<>();

    public PermissionsContract() {
        super(PermissionRules.CONTRACT);
        call("SetRule", PermissionRule.parser(), this::setRule);
        call("DropRule", ResourceKey.parser(), PermissionsContract::dropRule);
        call("SetLevel", PermissionLevel.parser(), PermissionsContract::setLevel);
        call("Propose", ProposedCall.parser(), this::propose);
        call("Approve", ProposalKey.parser(), this::approve);
        call("Withdraw", ProposalKey.parser(), PermissionsContract::withdraw);
        read(
                "Rules",
                Empty.parser(),
                (_, _, state) -> RuleList.newBuilder()
                        .addAllRules(all(state, "rule/", PermissionRule.parser()))
                        .build());
        read(
                "Levels",
                Empty.parser(),
                (_, _, state) -> LevelList.newBuilder()
                        .addAllLevels(all(state, "level/", PermissionLevel.parser()))
                        .build());
        read(
                "Proposals",
                Empty.parser(),
                (_, _, state) -> ProposalList.newBuilder()
                        .addAllProposals(all(state, "proposal/", Proposal.parser()))
                        .build());
        for (ServiceContract each : List.of(
                new OrganisationsContract(),
                accounts,
                new DatasetsContract(),
                new JobsContract(),
                new ReceiptsContract(),
                new ViewsContract(),
                new ZeroKnowledgeContract(),
                new EpochsContract(),
                new NodesContract(),
                new ConsensusContract(),
                new EvidenceContract(),
                new AuditContract(),
                new CertificatesContract(),
                this)) {
            contracts.put(each.name(), each);
        }
    }

    /// Every call that a rule may be about.
    Set<String> resources() {
        return contracts.values().stream()
                .flatMap(contract -> contract.methods().stream().map(method -> contract.name() + "/" + method))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Empty setRule(PermissionRule made, CallContext context, ContractState state) {
        supervisor(context);
        PermissionRules.valid(made, state, resources());
        Rules.arguments(
                made.getKind() != RuleKind.RULE_FORBIDDEN || !NEVER_FORBIDDEN.contains(made.getResource()),
                "with " + made.getResource() + " forbidden no rule could ever be changed",
                "another kind is needed");
        String resource = made.getResource();
        Rules.arguments(
                made.getKind() != RuleKind.RULE_SELF
                        || OWNED.contains(contract(resource).name())
                                && contract(resource).namesOwners(method(resource)),
                resource + " does not name a department that it is about",
                "SELF is for calls that do");
        PermissionRule kept = made.toBuilder()
                .setAccount(context.sender().id())
                .setHeight(context.height())
                .build();
        state.put("rule/" + kept.getResource(), kept.toByteArray());
        changed(context, kept.getResource(), kept);
        return Empty.getDefaultInstance();
    }

    private static Empty dropRule(ResourceKey key, CallContext context, ContractState state) {
        supervisor(context);
        PermissionRule gone = need(state, "rule/" + key.getResource(), PermissionRule.parser(), "rule");
        state.delete("rule/" + key.getResource());
        changed(
                context,
                gone.getResource(),
                PermissionRule.newBuilder()
                        .setResource(gone.getResource())
                        .setAccount(context.sender().id())
                        .setHeight(context.height())
                        .build());
        return Empty.getDefaultInstance();
    }

    private static Empty setLevel(PermissionLevel made, CallContext context, ContractState state) {
        supervisor(context);
        Rules.name("name", made.getName());
        Rules.text("title", made.getTitle(), 0, 200);
        Rules.arguments(
                made.getAccountsCount() <= LEVEL_ACCOUNTS_MAX
                        && new TreeSet<>(made.getAccountsList()).size() == made.getAccountsCount()
                        && made.getAccount().isEmpty()
                        && made.getHeight() == 0,
                "the level names an account twice, or too many, or who set it",
                "up to " + LEVEL_ACCOUNTS_MAX + " different accounts are needed");
        made.getAccountsList().forEach(account -> AccountsContract.need(state.of(AccountsContract.NAME), account));
        PermissionLevel kept = made.toBuilder()
                .setAccount(context.sender().id())
                .setHeight(context.height())
                .build();
        if (kept.getAccountsCount() == 0) {
            for (PermissionRule rule : all(state, "rule/", PermissionRule.parser())) {
                Rules.need(
                        !rule.getRolesList().contains(kept.getName()),
                        NotarizationErrors.WRONG_STATE,
                        "the rule for " + rule.getResource() + " asks for the level " + kept.getName(),
                        "change that rule first");
            }
            state.delete("level/" + kept.getName());
        } else {
            state.put("level/" + kept.getName(), kept.toByteArray());
        }
        changed(context, "level/" + kept.getName(), kept);
        return Empty.getDefaultInstance();
    }

    private ProposalKey propose(ProposedCall call, CallContext context, ContractState state) {
        Rules.text("reason", call.getReason(), 1, 200);
        PermissionRules rules = new PermissionRules(state);
        PermissionRule rule = several(rules, call.getResource());
        contract(call.getResource())
                .check(method(call.getResource()), call.getArguments().toByteArray());
        Proposal.Builder made = Proposal.newBuilder()
                .setId(context.transactionId().hex())
                .setCall(call)
                .setProposer(context.sender().id())
                .setState(ProposalState.PROPOSAL_OPEN)
                .setHeight(context.height())
                .setUntilMillis(context.timestampMillis() + PROPOSAL_MILLIS);
        if (rules.counts(rule, context.sender())) {
            made.addApprovals(approval(context));
        }
        Proposal kept = keep(carriedOutWhenWanted(made, rules, rule, context, state), context, state);
        return ProposalKey.newBuilder().setId(kept.getId()).build();
    }

    private Proposal approve(ProposalKey key, CallContext context, ContractState state) {
        Proposal before = open(key, state);
        Rules.need(
                context.timestampMillis() <= before.getUntilMillis(),
                NotarizationErrors.DEADLINE_PASSED,
                "the time for this proposal is up",
                "propose the call again");
        PermissionRules rules = new PermissionRules(state);
        PermissionRule rule = several(rules, before.getCall().getResource());
        Rules.allowed(
                rules.counts(rule, context.sender()), context.sender(), "an account that the rule counts approves");
        String own = context.sender().organisation();
        Rules.need(
                before.getApprovalsList().stream()
                        .noneMatch(given -> organisation(given).equals(own)),
                NotarizationErrors.EXISTS,
                own + " has approved",
                "another department's approval is needed");
        Proposal.Builder after = before.toBuilder().addApprovals(approval(context));
        return keep(carriedOutWhenWanted(after, rules, rule, context, state), context, state);
    }

    private Proposal.Builder carriedOutWhenWanted(
            Proposal.Builder proposal,
            PermissionRules rules,
            PermissionRule rule,
            CallContext context,
            ContractState state) {
        TreeSet<String> approving = new TreeSet<>();
        for (Approval approval : proposal.getApprovalsList()) {
            // An account that the rule no longer counts, or that is barred now, does not want it any more.
            acting(approval.getAccount(), context, state)
                    .filter(account -> rules.counts(rule, account))
                    .ifPresent(account -> approving.add(account.organisation()));
        }
        if (!rules.satisfied(rule, approving)) {
            return proposal;
        }
        Account proposer = acting(proposal.getProposer(), context, state)
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.NOT_ALLOWED,
                        proposal.getProposer() + " proposed this and may not act now",
                        "have somebody else propose it"));
        String resource = proposal.getCall().getResource();
        ServiceContract contract = contract(resource);
        byte[] _ = contract.executeApproved(
                method(resource),
                proposal.getCall().getArguments().toByteArray(),
                new InTheNameOf(context, proposer, contract.name()),
                state.writable(contract.name()));
        return proposal.setState(ProposalState.PROPOSAL_DONE);
    }

    private Optional<Account> acting(String id, CallContext context, ReadableState state) {
        return accounts.find(id, state)
                .filter(_ -> accounts.barred(id, context.height(), state).isEmpty());
    }

    private static Proposal withdraw(ProposalKey key, CallContext context, ContractState state) {
        Proposal before = open(key, state);
        Rules.allowed(
                before.getProposer().equals(context.sender().id()), context.sender(), "the proposer withdraws it");
        return keep(before.toBuilder().setState(ProposalState.PROPOSAL_WITHDRAWN), context, state);
    }

    private static Proposal open(ProposalKey key, ContractState state) {
        Proposal found = need(state, "proposal/" + key.getId(), Proposal.parser(), "proposal");
        Rules.need(
                found.getState() == ProposalState.PROPOSAL_OPEN,
                NotarizationErrors.WRONG_STATE,
                "the proposal is " + found.getState(),
                "an open one is needed");
        return found;
    }

    private static Proposal keep(Proposal.Builder proposal, CallContext context, ContractState state) {
        Proposal kept = proposal.build();
        state.put("proposal/" + kept.getId(), kept.toByteArray());
        changed(context, "proposal/" + kept.getId(), kept);
        return kept;
    }

    private static Approval approval(CallContext context) {
        return Approval.newBuilder()
                .setAccount(context.sender().id())
                .setHeight(context.height())
                .build();
    }

    private static String organisation(Approval approval) {
        return approval.getAccount().substring(0, approval.getAccount().indexOf('/'));
    }

    /// The rule of a call that one account cannot make alone.
    private static PermissionRule several(PermissionRules rules, String resource) {
        return rules.rule(resource)
                .filter(rule -> switch (rule.getKind()) {
                    case RULE_ALL, RULE_MAJORITY, RULE_SHARE -> true;
                    case RULE_ANY, RULE_SELF, RULE_FORBIDDEN, RULE_UNSPECIFIED, UNRECOGNIZED -> false;
                })
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.WRONG_STATE,
                        "no rule gives " + Rules.quoted(resource) + " to several departments",
                        "make the call itself"));
    }

    private static void supervisor(CallContext context) {
        Account sender = context.sender();
        Rules.allowed(
                sender.isGenesis() || sender.has(Role.SUPERVISOR), sender, "a supervisor changes rules and levels");
    }

    private ServiceContract contract(String resource) {
        ServiceContract found = contracts.get(resource.substring(0, Math.max(0, resource.indexOf('/'))));
        if (found == null) {
            throw notFound("call");
        }
        return found;
    }

    private static String method(String resource) {
        return resource.substring(resource.indexOf('/') + 1);
    }

    private static void changed(CallContext context, String key, Message now) {
        context.emit(new ContractEvent("permissions.changed", key, Bytes.wrap(now.toByteArray()), List.of()));
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }

    /// The surroundings of an approved call: those of its last approval, but for the sender.
    private record InTheNameOf(CallContext around, Account sender, String contract) implements CallContext {
        @Override
        public CryptoSuite suite() {
            return around.suite();
        }

        @Override
        public Bytes chainId() {
            return around.chainId();
        }

        @Override
        public Optional<Bytes> validatorKey(String name) {
            return around.validatorKey(name);
        }

        @Override
        public Bytes epoch() {
            return around.epoch();
        }

        @Override
        public long height() {
            return around.height();
        }

        @Override
        public long timestampMillis() {
            return around.timestampMillis();
        }

        @Override
        public Bytes transactionId() {
            return around.transactionId();
        }

        @Override
        public void emit(ContractEvent event) {
            around.emit(new ContractEvent(contract, event.topic(), event.key(), event.payload(), event.visibleTo()));
        }
    }
}
