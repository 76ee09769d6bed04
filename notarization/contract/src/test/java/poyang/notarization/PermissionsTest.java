package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import poyang.chain.contract.Account;
import poyang.chain.contract.AccountErrors;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.SystemContract;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.wire.schema.AccountKey;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.CertificateKey;
import poyang.wire.schema.CertificateStatus;
import poyang.wire.schema.FreezeRequest;
import poyang.wire.schema.KeyWindow;
import poyang.wire.schema.PermissionLevel;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.Proposal;
import poyang.wire.schema.ProposalKey;
import poyang.wire.schema.ProposalState;
import poyang.wire.schema.ProposedCall;
import poyang.wire.schema.ResourceKey;
import poyang.wire.schema.RuleKind;
import poyang.wire.schema.StoredRevocation;

/// Rules, levels and proposals: who may do what when.
final class PermissionsTest {
    private static final String SUPERVISOR = "supervision/supervisor";
    private static final String FREEZE = "poyang.v1.Accounts/Freeze";
    private static final List<String> ORGANISATIONS = List.of("a", "b", "c", "supervision");
    private static final Set<ErrorCode> BY_RULE =
            Set.of(NotarizationErrors.RULE_FORBIDS, NotarizationErrors.NEEDS_APPROVALS);

    private static void refused(ErrorCode code, Executable call) {
        assertEquals(code, assertThrows(ContractRejection.class, call).code());
    }

    private static PermissionRule.Builder rule(String resource, RuleKind kind) {
        return PermissionRule.newBuilder().setResource(resource).setKind(kind).setReason("规定");
    }

    private static void set(Chain chain, PermissionRule.Builder rule) {
        chain.call(SUPERVISOR, "Permissions", "SetRule", rule.build());
    }

    private static FreezeRequest freezing(String account) {
        return FreezeRequest.newBuilder().setAccount(account).setReason("离职").build();
    }

    private static ProposedCall proposal(String account) {
        return ProposedCall.newBuilder()
                .setResource(FREEZE)
                .setArguments(freezing(account).toByteString())
                .setReason("离职")
                .build();
    }

    private static ProposalKey propose(Chain chain, String by, ProposedCall call) {
        return Rules.parse(ProposalKey.parser(), chain.call(by, "Permissions", "Propose", call));
    }

    private static Proposal approve(Chain chain, String by, ProposalKey key) {
        return Rules.parse(Proposal.parser(), chain.call(by, "Permissions", "Approve", key));
    }

    private static boolean frozen(Chain chain, String account) {
        byte[] record = chain.read(
                SUPERVISOR,
                "Accounts",
                "Get",
                AccountKey.newBuilder().setId(account).build());
        return Rules.parse(AccountRecord.parser(), record).hasFrozen();
    }

    /// What a rule alone says of an account: the model for the matrix.
    private static Optional<ErrorCode> expected(PermissionRule rule, Account account, String owner) {
        boolean named = (rule.getOrganisationsCount() == 0
                        || rule.getOrganisationsList().contains(account.organisation()))
                && (rule.getRolesCount() == 0
                        || account.roles().stream()
                                .anyMatch(role -> rule.getRolesList().contains(role.name())));
        return switch (rule.getKind()) {
            case RULE_ANY -> named ? Optional.empty() : Optional.of(NotarizationErrors.RULE_FORBIDS);
            case RULE_SELF ->
                named && account.organisation().equals(owner)
                        ? Optional.empty()
                        : Optional.of(NotarizationErrors.RULE_FORBIDS);
            case RULE_ALL, RULE_MAJORITY, RULE_SHARE -> Optional.of(NotarizationErrors.NEEDS_APPROVALS);
            default -> Optional.of(NotarizationErrors.RULE_FORBIDS);
        };
    }

    private static List<PermissionRule.Builder> rules(String resource) {
        List<PermissionRule.Builder> rules = new ArrayList<>(List.of(
                rule(resource, RuleKind.RULE_ANY),
                rule(resource, RuleKind.RULE_ANY).addOrganisations("b"),
                rule(resource, RuleKind.RULE_ALL),
                rule(resource, RuleKind.RULE_MAJORITY).addRoles("OWNER"),
                rule(resource, RuleKind.RULE_SHARE).setNumerator(2).setDenominator(3)));
        for (Account.Role role : Account.Role.values()) {
            rules.add(rule(resource, RuleKind.RULE_ANY).addRoles(role.name()));
            rules.add(rule(resource, RuleKind.RULE_ANY).addOrganisations("a").addRoles(role.name()));
        }
        if (resource.startsWith("poyang.v1.Accounts/") && !resource.endsWith("/RotateKey")) {
            rules.add(rule(resource, RuleKind.RULE_SELF));
        }
        if (!resource.startsWith("poyang.v1.Permissions/")) {
            rules.add(rule(resource, RuleKind.RULE_FORBIDDEN));
        }
        return rules;
    }

    /// Every operation of every contract × every role in three departments, good and frozen × every kind of
    /// rule. The arguments are empty but for the owner, so that whoever passes the rule meets the contract.
    @Test
    void aRuleHoldsForEveryCallEveryRoleAndEveryStateOfTheAccount() {
        Chain chain = Chain.peopled();
        Sm2PrivateKey key = Sm2PrivateKey.generate(new SeededRandom(new byte[32], "permissions-test"));
        chain.epoch = Epoch.bft(0, List.of(new Validator(new PartyId("validator-1"), key.publicKey())))
                .encoded();
        byte[] aboutA = AccountKey.newBuilder().setId("a/nobody").build().toByteArray();
        int decided = 0;
        for (SystemContract installed : ServiceLoader.load(SystemContract.class)) {
            if (!installed.name().startsWith("poyang.")) {
                continue;
            }
            assertTrue(
                    new PermissionsContract()
                            .resources().stream().anyMatch(each -> each.startsWith(installed.name() + "/")),
                    installed.name());
        }
        for (String resource : new PermissionsContract().resources()) {
            String contract = resource.substring("poyang.v1.".length(), resource.indexOf('/'));
            String method = resource.substring(resource.indexOf('/') + 1);
            for (PermissionRule.Builder each : rules(resource)) {
                PermissionRule rule = each.build();
                chain.view(PermissionRules.CONTRACT).put("rule/" + resource, rule.toByteArray());
                for (String organisation : List.of("a", "b", "supervision")) {
                    for (Account.Role role : Account.Role.values()) {
                        Account account =
                                chain.find(organisation + "/" + role.name().toLowerCase(Locale.ROOT));
                        boolean self = rule.getKind() == RuleKind.RULE_SELF;
                        Optional<ErrorCode> said = said(chain, account, contract, method, self ? aboutA : new byte[0]);
                        assertEquals(expected(rule, account, "a"), said, rule + " " + account.id());
                        decided++;
                    }
                }
            }
            chain.view(PermissionRules.CONTRACT).delete("rule/" + resource);
        }
        assertTrue(decided > 10_000, decided + " decisions");
        barredWhateverTheRules(chain);
    }

    /// No rule opens what the account's state closes: every node asks this first, whatever the call, and in
    /// that order. Each role, free, frozen by an administrator and by a supervisor, free again, with a revoked
    /// certificate, with a key that is not good any more or not yet, over every operation under a rule that
    /// lets everybody.
    private static void barredWhateverTheRules(Chain chain) {
        AccountsContract directory = new AccountsContract();
        for (String resource : new PermissionsContract().resources()) {
            chain.view(PermissionRules.CONTRACT)
                    .put(
                            "rule/" + resource,
                            rule(resource, RuleKind.RULE_ANY).build().toByteArray());
        }
        for (Account.Role role : Account.Role.values()) {
            String id = "a/" + role.name().toLowerCase(Locale.ROOT);
            boolean low = role != Account.Role.SUPERVISOR
                    && role != Account.Role.CONSOLE
                    && role != Account.Role.AUTHORITY
                    && role != Account.Role.ADMINISTRATOR;
            for (String by : low ? List.of(SUPERVISOR, "a/administrator") : List.of(SUPERVISOR)) {
                assertEquals(Set.of(Optional.empty()), verdicts(chain, directory, id));
                chain.call(by, "Accounts", "Freeze", freezing(id));
                assertEquals(Set.of(Optional.of(AccountErrors.ACCOUNT_FROZEN)), verdicts(chain, directory, id));
                chain.call(by, "Accounts", "Unfreeze", freezing(id));
            }
            assertEquals(Set.of(Optional.empty()), verdicts(chain, directory, id));
            TreeMap<String, Bytes> good = new TreeMap<>(chain.state);
            revoke(chain, id);
            assertEquals(Set.of(Optional.of(AccountErrors.CERTIFICATE_REVOKED)), verdicts(chain, directory, id));
            chain.call(SUPERVISOR, "Accounts", "Freeze", freezing(id));
            assertEquals(Set.of(Optional.of(AccountErrors.ACCOUNT_FROZEN)), verdicts(chain, directory, id));
            chain.state.clear();
            chain.state.putAll(good);
            keysAreGoodInTheirTime(chain, id);
            chain.state.clear();
            chain.state.putAll(good);
        }
        assertEquals(Optional.empty(), directory.find("a/nobody", chain.view("")), "who is unknown signs nothing");
    }

    /// The account has a certificate, and it is revoked as of the last block.
    private static void revoke(Chain chain, String id) {
        CertificateKey certificate = CertificateKey.newBuilder()
                .setIssuer(ByteString.copyFrom(new byte[] {1}))
                .setSerial(ByteString.copyFrom(new byte[] {2}))
                .build();
        ByteString hash = ByteString.copyFrom(new byte[32]);
        AccountRecord record =
                AccountsContract.record(chain.view(AccountsContract.NAME), id).orElseThrow();
        chain.view(AccountsContract.NAME)
                .put(
                        "account/" + id,
                        record.toBuilder().setCertificateHash(hash).build().toByteArray());
        chain.view(CertificatesContract.NAME).put("hash/" + ChainBytes.hex(hash), certificate.toByteArray());
        CertificateStatus status = CertificateStatus.newBuilder()
                .setCertificate(certificate)
                .setRevocation(StoredRevocation.newBuilder().setHeight(chain.height))
                .build();
        chain.view(CertificatesContract.NAME).put("certificate/01/02", status.toByteArray());
    }

    /// The same of every operation, since a signature is judged before anybody looks what is asked for.
    private static void keysAreGoodInTheirTime(Chain chain, String id) {
        long from = chain.height + 10;
        KeyWindow old = KeyWindow.newBuilder()
                .setPublicKey(ChainBytes.of(Chain.KEY))
                .setUntilHeight(from + 5)
                .build();
        KeyWindow next = old.toBuilder().setFromHeight(from).clearUntilHeight().build();
        AccountRecord record =
                AccountsContract.record(chain.view(AccountsContract.NAME), id).orElseThrow();
        chain.view(AccountsContract.NAME)
                .put(
                        "account/" + id,
                        record.toBuilder().addKeys(old).addKeys(next).build().toByteArray());
        List<poyang.chain.contract.KeyWindow> keys = chain.find(id).keys();
        assertEquals(2, keys.size());
        for (long height = from - 2; height <= from + 7; height++) {
            assertEquals(
                    height <= from + 5 ? Optional.empty() : Optional.of(AccountErrors.KEY_STOPPED),
                    keys.getFirst().refusal(id, height).map(ContractRejection::code));
            assertEquals(
                    height >= from ? Optional.empty() : Optional.of(AccountErrors.KEY_NOT_YET_GOOD),
                    keys.getLast().refusal(id, height).map(ContractRejection::code));
        }
    }

    /// What a node says of each operation before the contract is asked.
    private static Set<Optional<ErrorCode>> verdicts(Chain chain, AccountsContract directory, String id) {
        Set<Optional<ErrorCode>> verdicts = new LinkedHashSet<>();
        for (String resource : new PermissionsContract().resources()) {
            Optional<ErrorCode> barred =
                    directory.barred(id, chain.height + 1, chain.view("")).map(ContractRejection::code);
            String contract = resource.substring("poyang.v1.".length(), resource.indexOf('/'));
            String method = resource.substring(resource.indexOf('/') + 1);
            TreeMap<String, Bytes> before = new TreeMap<>(chain.state);
            verdicts.add(barred.or(() -> said(chain, chain.find(id), contract, method, new byte[0])));
            chain.state.clear();
            chain.state.putAll(before);
        }
        return verdicts;
    }

    /// What the rules said; empty when the contract itself was asked.
    private static Optional<ErrorCode> said(
            Chain chain, Account account, String contract, String method, byte[] arguments) {
        try {
            chain.execute(account, contract, method, arguments);
            return Optional.empty();
        } catch (ContractRejection e) {
            return Optional.of(e.code()).filter(BY_RULE::contains);
        }
    }

    @Test
    void departmentsAgreeOrNothingHappens() {
        for (RuleKind kind : List.of(RuleKind.RULE_ALL, RuleKind.RULE_MAJORITY, RuleKind.RULE_SHARE)) {
            Chain chain = Chain.peopled();
            PermissionRule.Builder rule =
                    rule(FREEZE, kind).addRoles("ADMINISTRATOR").addRoles("SUPERVISOR");
            if (kind == RuleKind.RULE_SHARE) {
                rule.setNumerator(1).setDenominator(2);
            }
            set(chain, rule);
            refused(
                    NotarizationErrors.NEEDS_APPROVALS,
                    () -> chain.call(SUPERVISOR, "Accounts", "Freeze", freezing("b/owner")));
            int needed = switch (kind) {
                case RULE_ALL -> 4;
                case RULE_MAJORITY -> 3;
                default -> 2;
            };
            ProposalKey key = propose(chain, SUPERVISOR, proposal("b/owner"));
            refused(NotarizationErrors.EXISTS, () -> approve(chain, SUPERVISOR, key));
            refused(NotarizationErrors.NOT_ALLOWED, () -> approve(chain, "a/owner", key));
            for (int i = 1; i < needed; i++) {
                assertFalse(frozen(chain, "b/owner"), kind + " after " + i);
                Proposal now = approve(chain, ORGANISATIONS.get(i - 1) + "/administrator", key);
                assertEquals(
                        i + 1 == needed ? ProposalState.PROPOSAL_DONE : ProposalState.PROPOSAL_OPEN, now.getState());
            }
            assertTrue(frozen(chain, "b/owner"), kind.name());
            refused(NotarizationErrors.WRONG_STATE, () -> approve(chain, "c/administrator", key));
            assertTrue(chain.events.stream()
                    .anyMatch(event -> event.topic().equals("accounts.changed")
                            && event.contract().equals(AccountsContract.NAME)));
        }
    }

    @Test
    void anApprovalCountsOnlyWhileItsAccountMayAct() {
        Chain chain = Chain.peopled();
        set(
                chain,
                rule(FREEZE, RuleKind.RULE_SHARE)
                        .setNumerator(3)
                        .addRoles("ADMINISTRATOR")
                        .addRoles("SUPERVISOR"));
        ProposalKey first = propose(chain, SUPERVISOR, proposal("b/owner"));
        ProposalKey second = propose(chain, SUPERVISOR, proposal("a/administrator"));
        approve(chain, "a/administrator", first);
        approve(chain, "b/administrator", second);
        approve(chain, "c/administrator", second);
        assertTrue(frozen(chain, "a/administrator"));
        approve(chain, "b/administrator", first);
        assertFalse(frozen(chain, "b/owner"), "a's administrator is frozen by now");
        approve(chain, "c/administrator", first);
        assertTrue(frozen(chain, "b/owner"));
    }

    @Test
    void aContractsOwnNoIsNotApprovedAway() {
        Chain chain = Chain.peopled();
        set(chain, rule(FREEZE, RuleKind.RULE_SHARE).setNumerator(2));
        ProposalKey byAnalyst = propose(chain, "a/analyst", proposal("b/owner"));
        refused(NotarizationErrors.NOT_ALLOWED, () -> approve(chain, "b/owner", byAnalyst));
        assertFalse(frozen(chain, "b/owner"));
        refused(NotarizationErrors.NOT_ALLOWED, () -> chain.call("b/owner", "Permissions", "Withdraw", byAnalyst));
        chain.call("a/analyst", "Permissions", "Withdraw", byAnalyst);
        refused(NotarizationErrors.WRONG_STATE, () -> approve(chain, "b/owner", byAnalyst));
        ProposalKey late = propose(chain, SUPERVISOR, proposal("b/owner"));
        chain.millis += 8L * 24 * 3_600_000;
        refused(NotarizationErrors.DEADLINE_PASSED, () -> approve(chain, "b/administrator", late));
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> propose(
                        chain,
                        SUPERVISOR,
                        proposal("b/owner").toBuilder()
                                .setArguments(ByteString.copyFromUtf8("\u00ff\u00ff"))
                                .build()));
        refused(
                NotarizationErrors.WRONG_STATE,
                () -> propose(
                        chain,
                        SUPERVISOR,
                        proposal("b/owner").toBuilder()
                                .setResource("poyang.v1.Accounts/Unfreeze")
                                .build()));
    }

    @Test
    void levelsAreRolesOfOnesOwn() {
        Chain chain = Chain.peopled();
        PermissionLevel inspectors = PermissionLevel.newBuilder()
                .setName("inspector")
                .setTitle("巡视员")
                .addAccounts("a/administrator")
                .build();
        PermissionRule.Builder rule = rule(FREEZE, RuleKind.RULE_ANY).addRoles("inspector");
        refused(NotarizationErrors.NOT_FOUND, () -> set(chain, rule));
        refused(NotarizationErrors.NOT_ALLOWED, () -> chain.call("a/owner", "Permissions", "SetLevel", inspectors));
        chain.call(SUPERVISOR, "Permissions", "SetLevel", inspectors);
        set(chain, rule);
        refused(
                NotarizationErrors.RULE_FORBIDS,
                () -> chain.call(SUPERVISOR, "Accounts", "Freeze", freezing("a/owner")));
        chain.call("a/administrator", "Accounts", "Freeze", freezing("a/owner"));
        PermissionLevel nobody = inspectors.toBuilder().clearAccounts().build();
        refused(NotarizationErrors.WRONG_STATE, () -> chain.call(SUPERVISOR, "Permissions", "SetLevel", nobody));
        ResourceKey freeze = ResourceKey.newBuilder().setResource(FREEZE).build();
        refused(NotarizationErrors.NOT_ALLOWED, () -> chain.call("a/administrator", "Permissions", "DropRule", freeze));
        chain.call(SUPERVISOR, "Permissions", "DropRule", freeze);
        chain.call(SUPERVISOR, "Permissions", "SetLevel", nobody);
        chain.call(SUPERVISOR, "Accounts", "Freeze", freezing("b/owner"));
    }

    @Test
    void theRulesOverRulesBindSupervisorsToo() {
        Chain chain = Chain.peopled();
        String setRule = "poyang.v1.Permissions/SetRule";
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> set(chain, rule(setRule, RuleKind.RULE_FORBIDDEN)));
        set(chain, rule(setRule, RuleKind.RULE_MAJORITY).addRoles("SUPERVISOR"));
        PermissionRule.Builder later = rule(FREEZE, RuleKind.RULE_ANY);
        refused(NotarizationErrors.NEEDS_APPROVALS, () -> set(chain, later));
        ProposalKey key = propose(
                chain,
                SUPERVISOR,
                ProposedCall.newBuilder()
                        .setResource(setRule)
                        .setArguments(later.build().toByteString())
                        .setReason("放宽")
                        .build());
        approve(chain, "a/supervisor", key);
        assertTrue(chain.state.keySet().stream().noneMatch(k -> k.contains("rule/" + FREEZE)));
        approve(chain, "b/supervisor", key);
        assertTrue(chain.state.keySet().stream().anyMatch(k -> k.contains("rule/" + FREEZE)));
    }

    @Test
    void aRuleThatCannotBeKeptIsRefused() {
        Chain chain = Chain.peopled();
        for (PermissionRule.Builder wrong : List.of(
                rule("poyang.v1.Accounts/Dance", RuleKind.RULE_ANY),
                rule(FREEZE, RuleKind.RULE_UNSPECIFIED),
                rule(FREEZE, RuleKind.RULE_ANY).setReason(""),
                rule(FREEZE, RuleKind.RULE_ANY).setNumerator(1),
                rule(FREEZE, RuleKind.RULE_ANY).setHeight(1),
                rule(FREEZE, RuleKind.RULE_ANY).addOrganisations("a").addOrganisations("a"),
                rule(FREEZE, RuleKind.RULE_SHARE),
                rule(FREEZE, RuleKind.RULE_SHARE).setNumerator(4).setDenominator(3),
                rule(FREEZE, RuleKind.RULE_SHARE).setNumerator(2).addOrganisations("a"),
                rule("poyang.v1.Jobs/Cancel", RuleKind.RULE_SELF))) {
            refused(NotarizationErrors.BAD_ARGUMENTS, () -> set(chain, wrong));
        }
        for (PermissionRule.Builder wrong : List.of(
                rule(FREEZE, RuleKind.RULE_ANY).addOrganisations("z"),
                rule(FREEZE, RuleKind.RULE_ANY).addRoles("KING"),
                rule(FREEZE, RuleKind.RULE_ANY).addRoles("nobody"))) {
            refused(NotarizationErrors.NOT_FOUND, () -> set(chain, wrong));
        }
    }
}
