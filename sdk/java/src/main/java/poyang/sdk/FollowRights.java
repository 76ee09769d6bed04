package poyang.sdk;

import java.util.Optional;
import java.util.function.BiFunction;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.FollowRight;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.Role;

/// Who may follow audit logs: a supervisor who may act, and who said so on chain within a day, which the rules of
/// permission allowed; a rule that was set for that call since then has to be asked again.
final class FollowRights {
    /// How long a right lasts, by the clock of the process that is asked.
    static final long LASTS_MILLIS = 24 * 3_600_000L;

    private static final String PERMISSIONS = "poyang.v1.Permissions";
    private static final String CALL = AuditAnchors.CONTRACT + "/Follow";

    private FollowRights() {}

    /// @throws PoyangException `KEY_NOT_GOOD`, `ACCOUNT_BARRED`, `NOT_A_FOLLOWER`
    static void need(String account, VerificationKey key, Facts facts, long nowMillis) {
        needActing(account, key, facts);
        lacking(account, facts::value, nowMillis).ifPresent(wrong -> {
            throw refused(wrong);
        });
    }

    /// Why an account may not follow, as far as its word on chain goes; empty when it may.
    static Optional<String> lacking(String account, BiFunction<String, String, Optional<Bytes>> state, long nowMillis) {
        Optional<FollowRight> right = state.apply(AuditAnchors.CONTRACT, "follower/" + account)
                .map(value -> ChainForms.attested(FollowRight.parser(), value));
        if (right.isEmpty() || nowMillis - right.get().getMillis() > LASTS_MILLIS) {
            return Optional.of(account + " did not say on chain within a day that it follows audit logs");
        }
        Optional<PermissionRule> rule = state.apply(PERMISSIONS, "rule/" + CALL)
                .map(value -> ChainForms.attested(PermissionRule.parser(), value));
        return rule.filter(set -> set.getHeight() > right.get().getHeight())
                .map(set -> "since " + account + " said in block " + right.get().getHeight()
                        + " that it follows audit logs, a rule was set for that, in block " + set.getHeight());
    }

    /// What can end within a moment: the account's standing, role and key.
    static void needActing(String account, VerificationKey key, Facts facts) {
        AccountRecord record = facts.account(account).orElseThrow(() -> refused("the chain has no account " + account));
        AccountKeys.needGood(record, key, facts.nextHeight());
        AccountKeys.needActing(record);
        facts.needUnbarred(account);
        if (!record.getRolesList().contains(Role.SUPERVISOR)) {
            throw new PoyangException(
                    SdkErrors.NOT_A_FOLLOWER,
                    "audit records are for supervisors, and " + account + " has the roles " + record.getRolesList(),
                    "have a supervisor look");
        }
    }

    private static PoyangException refused(String wrong) {
        return new PoyangException(
                SdkErrors.NOT_A_FOLLOWER, wrong, "call " + CALL + " first, or propose it where a rule asks for more");
    }
}
