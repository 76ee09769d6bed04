package poyang.notarization;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import poyang.chain.contract.Account;
import poyang.chain.contract.ReadableState;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.PermissionLevel;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.RuleKind;

/// What the rules on chain say of a call, before its contract is asked.
final class PermissionRules {
    static final String CONTRACT = "poyang.v1.Permissions";
    private static final Set<RuleKind> ALONE = Set.of(RuleKind.RULE_ANY, RuleKind.RULE_SELF);

    /// Of the permissions contract.
    private final ReadableState permissions;

    private final ReadableState accounts;

    PermissionRules(ReadableState any) {
        permissions = any.of(CONTRACT);
        accounts = any.of(AccountsContract.NAME);
    }

    Optional<PermissionRule> rule(String resource) {
        return permissions.get("rule/" + resource).map(value -> ServiceContract.stored(PermissionRule.parser(), value));
    }

    /// Refuses a call that the sender may not make alone.
    ///
    /// @param owners departments that the call's arguments name as those it is about
    void check(String resource, Account sender, Supplier<Set<String>> owners) {
        Optional<PermissionRule> found = rule(resource);
        if (found.isEmpty()) {
            return;
        }
        PermissionRule rule = found.get();
        Rules.need(
                rule.getKind() != RuleKind.RULE_FORBIDDEN,
                NotarizationErrors.RULE_FORBIDS,
                "a rule forbids " + resource + " (" + rule.getReason() + ")",
                "have the rule dropped or changed first");
        Rules.need(
                ALONE.contains(rule.getKind()),
                NotarizationErrors.NEEDS_APPROVALS,
                resource + " needs " + words(rule),
                "propose the call, and have the other departments approve it");
        Rules.need(
                counts(rule, sender),
                NotarizationErrors.RULE_FORBIDS,
                "the rule for " + resource + " does not name " + sender.id(),
                words(rule) + " is needed");
        if (rule.getKind() == RuleKind.RULE_SELF) {
            Set<String> about = owners.get();
            Rules.need(
                    !about.isEmpty() && about.stream().allMatch(sender.organisation()::equals),
                    NotarizationErrors.RULE_FORBIDS,
                    resource + " is for a department's own things, and this is about " + new TreeSet<>(about),
                    "have an account of that department do it");
        }
    }

    /// Does the rule count this account?
    boolean counts(PermissionRule rule, Account account) {
        boolean organisation =
                rule.getOrganisationsCount() == 0 || rule.getOrganisationsList().contains(account.organisation());
        return organisation
                && (rule.getRolesCount() == 0 || rule.getRolesList().stream().anyMatch(role -> has(account, role)));
    }

    private boolean has(Account account, String role) {
        if (Character.isUpperCase(role.charAt(0))) {
            return account.has(Account.Role.valueOf(role));
        }
        return permissions
                .get("level/" + role)
                .map(value -> ServiceContract.stored(PermissionLevel.parser(), value))
                .filter(level -> level.getAccountsList().contains(account.id()))
                .isPresent();
    }

    /// Are these departments enough?
    boolean satisfied(PermissionRule rule, Set<String> approving) {
        return approving.size() >= needed(rule);
    }

    /// So many departments must agree.
    int needed(PermissionRule rule) {
        return switch (rule.getKind()) {
            case RULE_ANY, RULE_SELF -> 1;
            case RULE_ALL -> Math.max(1, departments(rule));
            case RULE_MAJORITY -> departments(rule) / 2 + 1;
            case RULE_SHARE ->
                rule.getDenominator() == 0
                        ? rule.getNumerator()
                        : (int) Math.max(
                                1, ceiling((long) departments(rule) * rule.getNumerator(), rule.getDenominator()));
            case RULE_FORBIDDEN, RULE_UNSPECIFIED, UNRECOGNIZED -> Integer.MAX_VALUE;
        };
    }

    private static long ceiling(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    /// Named ones, or all that have an account which the rule counts.
    private int departments(PermissionRule rule) {
        if (rule.getOrganisationsCount() > 0) {
            return rule.getOrganisationsCount();
        }
        TreeSet<String> found = new TreeSet<>();
        for (AccountRecord record : ServiceContract.all(accounts, "account/", AccountRecord.parser())) {
            if (!found.contains(record.getOrganisation()) && counts(rule, AccountsContract.account(record))) {
                found.add(record.getOrganisation());
            }
        }
        return found.size();
    }

    private static String words(PermissionRule rule) {
        String who = (rule.getRolesCount() == 0 ? "an account" : "one of " + rule.getRolesList())
                + (rule.getOrganisationsCount() == 0 ? "" : " of " + rule.getOrganisationsList());
        return switch (rule.getKind()) {
            case RULE_ANY -> who;
            case RULE_SELF -> who + " of the department that it is about";
            case RULE_ALL -> "every department, each by " + who;
            case RULE_MAJORITY -> "more than half of the departments, each by " + who;
            case RULE_SHARE ->
                rule.getNumerator() + (rule.getDenominator() == 0 ? "" : "/" + rule.getDenominator())
                        + " of the departments, each by " + who;
            case RULE_FORBIDDEN, RULE_UNSPECIFIED, UNRECOGNIZED -> "nobody";
        };
    }

    /// A rule that can be kept.
    static void valid(PermissionRule rule, ReadableState permissions, Collection<String> resources) {
        Rules.arguments(
                resources.contains(rule.getResource()),
                "there is no such call " + Rules.quoted(rule.getResource()),
                "contract/method of a system contract is needed, for example poyang.v1.Accounts/Freeze");
        Rules.arguments(
                rule.getKind() != RuleKind.RULE_UNSPECIFIED && rule.getKind() != RuleKind.UNRECOGNIZED,
                "the rule has no kind",
                "ANY, ALL, MAJORITY, SHARE, SELF or FORBIDDEN is needed");
        Rules.text("reason", rule.getReason(), 1, 200);
        Rules.arguments(
                rule.getAccount().isEmpty() && rule.getHeight() == 0,
                "who set the rule is given",
                "the contract fills it in");
        distinct("organisations", rule.getOrganisationsList());
        distinct("roles", rule.getRolesList());
        for (String organisation : rule.getOrganisationsList()) {
            Rules.need(
                    permissions
                            .of(OrganisationsContract.NAME)
                            .get("org/" + organisation)
                            .isPresent(),
                    NotarizationErrors.NOT_FOUND,
                    "the organisation " + Rules.quoted(organisation) + " is not registered",
                    "register the organisation first");
        }
        for (String role : rule.getRolesList()) {
            boolean known = Stream.of(Account.Role.values())
                            .anyMatch(each -> each.name().equals(role))
                    || permissions.get("level/" + role).isPresent();
            Rules.need(
                    known,
                    NotarizationErrors.NOT_FOUND,
                    "there is no role or level " + Rules.quoted(role),
                    "a role in capitals, or the name of a level that has accounts, is needed");
        }
        share(rule);
    }

    private static void share(PermissionRule rule) {
        int named = rule.getOrganisationsCount();
        boolean right = rule.getKind() == RuleKind.RULE_SHARE
                ? rule.getNumerator() > 0
                        && rule.getDenominator() >= 0
                        && (rule.getDenominator() == 0
                                ? named == 0 || rule.getNumerator() <= named
                                : rule.getNumerator() <= rule.getDenominator())
                : rule.getNumerator() == 0 && rule.getDenominator() == 0;
        Rules.arguments(
                right,
                "the share is " + rule.getNumerator() + "/" + rule.getDenominator(),
                "for SHARE a number of departments that there are, or a fraction up to 1, and nothing otherwise");
    }

    private static void distinct(String field, List<String> values) {
        Rules.arguments(
                new TreeSet<>(values).size() == values.size(),
                "the field " + field + " names one twice",
                "each once is needed");
    }
}
