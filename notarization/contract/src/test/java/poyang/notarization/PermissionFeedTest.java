package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.sdk.ChainAccount;
import poyang.sdk.PermissionChange;
import poyang.sdk.VerifiedBlock;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.FreezeRequest;
import poyang.wire.schema.NodeFreezeRequest;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.Role;
import poyang.wire.schema.RuleKind;

/// A supervisor who follows the chain of real validators hears of each change with the block that holds it.
final class PermissionFeedTest {
    @TempDir
    Path folder;

    private final LinkedBlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    /// @param with the height of the block with which the feed brought it
    private record Heard(PermissionChange change, long with) {}

    private void hear(VerifiedBlock block) {
        PermissionChange.in(block).forEach(change -> heard.add(new Heard(change, block.height())));
    }

    private void awaitChange(String subject, String words, long height) throws InterruptedException {
        Heard next = heard.poll(60, TimeUnit.SECONDS);
        assertNotNull(next, "nothing was heard of " + subject);
        PermissionChange change = next.change();
        assertEquals(subject, change.subject());
        assertEquals(height, change.height(), "it names the block that holds it");
        assertEquals(height, next.with(), "and is heard with that block");
        assertTrue(change.words().contains(words), change.words());
    }

    @Test
    void aSupervisorHearsOfEachChangeWithItsBlock() throws Exception {
        try (Validators nodes = new Validators(folder)) {
            ChainAccount supervisor = nodes.account("supervision/supervisor");
            long from = supervisor.height() + 1;
            Thread follower = Thread.ofVirtual().start(() -> {
                try {
                    supervisor.follow(from, this::hear);
                } catch (InterruptedException e) {
                    // the test is over
                }
            });
            ChainAccount other = nodes.account("a/supervisor");
            FreezeRequest freezing = FreezeRequest.newBuilder()
                    .setAccount("b/owner")
                    .setReason("离职")
                    .build();
            long frozen = other.call("poyang.v1.Accounts", "Freeze", freezing).getHeight();
            awaitChange("b/owner", "FROZEN by a/supervisor (离职)", frozen);
            long free = other.call("poyang.v1.Accounts", "Unfreeze", freezing).getHeight();
            awaitChange("b/owner", "roles [OWNER]", free);
            PermissionRule rule = PermissionRule.newBuilder()
                    .setResource("poyang.v1.Accounts/Freeze")
                    .setKind(RuleKind.RULE_MAJORITY)
                    .addAllRoles(List.of("SUPERVISOR"))
                    .setReason("两人以上")
                    .build();
            long ruled = other.call("poyang.v1.Permissions", "SetRule", rule).getHeight();
            awaitChange(rule.getResource(), "RULE_MAJORITY", ruled);
            AccountRecord fresh = Chain.account("b", "deputy", Role.OWNER);
            long registered = nodes.account("b/administrator")
                    .call("poyang.v1.Accounts", "Register", fresh)
                    .getHeight();
            awaitChange("b/deputy", "roles [OWNER]", registered);
            NodeFreezeRequest node = NodeFreezeRequest.newBuilder()
                    .setNode("validator-4")
                    .setReason("失陷")
                    .build();
            long cut = other.call("poyang.v1.Nodes", "Freeze", node).getHeight();
            awaitChange("validator-4", "node, FROZEN by a/supervisor (失陷)", cut);
            follower.interrupt();
            follower.join();
        }
    }
}
