package poyang.sdk;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Event;
import poyang.wire.schema.FrozenNode;
import poyang.wire.schema.PermissionLevel;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.Proposal;
import poyang.wire.schema.RuleKind;

/// Something that changed in who may do what, as a block says it: what a supervisor follows.
///
/// @param height of the block
/// @param subject an account, a call, a level, a proposal or a certificate
/// @param words what it is now, in one line
public record PermissionChange(long height, long timestampMillis, String subject, String words) {

    /// The changes in a block, in order; accounts, keys, freezing, rules, levels, proposals, certificates, followers
    /// of audit logs.
    public static List<PermissionChange> in(VerifiedBlock block) {
        List<PermissionChange> found = new ArrayList<>();
        for (Event event : block.events()) {
            String words = words(event);
            if (!words.isEmpty()) {
                found.add(new PermissionChange(block.height(), block.timestampMillis(), event.getKey(), words));
            }
        }
        return found;
    }

    private static String words(Event event) {
        try {
            return switch (event.getTopic()) {
                case "accounts.changed" -> account(AccountRecord.parseFrom(event.getPayload()));
                case "nodes.changed" -> node(FrozenNode.parseFrom(event.getPayload()));
                case "audit.follower" -> "follows all audit logs for a day";
                case "certificates.revoked" -> "the certificate is revoked";
                case "permissions.changed" -> permission(event);
                default -> "";
            };
        } catch (InvalidProtocolBufferException e) {
            return "changed, in a form that this version does not know";
        }
    }

    private static String account(AccountRecord record) {
        String keys = record.getKeysCount() == 0
                ? ""
                : ", newest key good from block "
                        + record.getKeys(record.getKeysCount() - 1).getFromHeight();
        String frozen = record.hasFrozen()
                ? ", FROZEN by " + record.getFrozen().getAccount() + " ("
                        + record.getFrozen().getReason() + ")"
                : "";
        return "account with roles " + record.getRolesList() + keys + frozen;
    }

    private static String node(FrozenNode node) {
        return (node.getHeight() == 0 ? "node, free again by " : "node, FROZEN by ") + node.getAccount() + " ("
                + node.getReason() + ")";
    }

    private static String permission(Event event) throws InvalidProtocolBufferException {
        if (event.getKey().startsWith("level/")) {
            PermissionLevel level = PermissionLevel.parseFrom(event.getPayload());
            return level.getAccountsCount() == 0
                    ? "level dropped by " + level.getAccount()
                    : "level of " + level.getAccountsList() + ", set by " + level.getAccount();
        }
        if (event.getKey().startsWith("proposal/")) {
            Proposal proposal = Proposal.parseFrom(event.getPayload());
            return proposal.getState() + ": " + proposal.getCall().getResource() + " by " + proposal.getProposer()
                    + ", approved by " + proposal.getApprovalsCount() + " ("
                    + proposal.getCall().getReason() + ")";
        }
        PermissionRule rule = PermissionRule.parseFrom(event.getPayload());
        return rule.getKind() == RuleKind.RULE_UNSPECIFIED
                ? "rule dropped by " + rule.getAccount()
                : "rule " + rule.getKind() + " over departments " + rule.getOrganisationsList() + " and roles "
                        + rule.getRolesList() + ", set by " + rule.getAccount() + " (" + rule.getReason() + ")";
    }
}
