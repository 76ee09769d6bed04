package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditFeed;
import poyang.sdk.AuditFinding;
import poyang.sdk.AuditFollower;
import poyang.sdk.AuditRecord;
import poyang.sdk.AuditSources;
import poyang.sdk.ChainAccount;
import poyang.sdk.PermissionChange;
import poyang.sdk.VerifiedBlock;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Empty;
import poyang.wire.schema.FollowArguments;
import poyang.wire.schema.FreezeRequest;
import poyang.wire.schema.NodeFreezeRequest;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.ResourceKey;
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
            auditRecordsOfAllValidatorsAreHeardOf(nodes, supervisor, other);
        }
    }

    /// What a follower of the audit logs hears, as lines.
    private static final class Ear implements AuditFollower.Sink {
        private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();

        @Override
        public void record(String log, AuditRecord record) {
            said.add("record " + log + " " + record.initiator() + " " + record.type() + " " + record.subject() + " "
                    + record.result());
        }

        @Override
        public void anchored(String log, long sequence, long height) {
            said.add("anchored " + log);
        }

        @Override
        public void found(AuditFinding finding) {
            said.add(finding.kind() + " " + finding.log() + " " + finding.words());
        }

        /// Until each of the lines was heard, in whatever order; gives the others.
        List<String> await(List<String> lines) throws InterruptedException {
            TreeSet<String> wanted = new TreeSet<>(lines);
            List<String> others = new ArrayList<>();
            while (!wanted.isEmpty()) {
                String next = said.poll(60, TimeUnit.SECONDS);
                assertNotNull(next, "never heard: " + wanted + " but " + others);
                if (!wanted.removeIf(next::startsWith)) {
                    others.add(next);
                }
            }
            return others;
        }
    }

    /// Each record of each validator, and that the chain has anchors of it; a supervisor who is frozen hears no more.
    private static void auditRecordsOfAllValidatorsAreHeardOf(
            Validators nodes, ChainAccount supervisor, ChainAccount other) throws Exception {
        PoyangException owner =
                assertThrows(PoyangException.class, () -> AuditFollower.begin(nodes.account("b/owner")));
        assertEquals("NOT_ALLOWED", owner.code().name());
        Ear ear = new Ear();
        try (AuditSources sources = nodes.audits(supervisor)) {
            assertEquals(Validators.COUNT, sources.logs().size());
            PoyangException early = assertThrows(
                    PoyangException.class,
                    () -> sources.follow(
                            "validators/validator-1/node",
                            supervisor.query(
                                    AuditFeed.SERVICE,
                                    "Follow",
                                    FollowArguments.newBuilder()
                                            .setLog("validators/validator-1/node")
                                            .build()),
                            _ -> {}));
            assertEquals("NOT_A_FOLLOWER", early.code().name(), early.wrong());
            AuditFollower.begin(supervisor);
            AuditFollower follower = new AuditFollower(supervisor, sources, Map.of(), ear);
            Thread following = Thread.ofVirtual().start(() -> {
                try {
                    follower.run(0);
                } catch (InterruptedException e) {
                    // the test is over
                }
            });
            // The fourth validator is frozen, and hears of nothing new.
            List<String> wanted = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                String log = "validators/validator-" + i + "/node";
                wanted.add("record " + log + " validators/validator-" + i + " start");
                wanted.add("record " + log + " supervision/supervisor follow audit log after 0 done");
                wanted.add("anchored " + log);
            }
            List<String> heard = ear.await(wanted);
            var _ = nodes.account("a/owner").read("poyang.v1.Permissions", "Rules", Empty.getDefaultInstance());
            heard.addAll(ear.await(
                    List.of("record validators/validator-1/node a/owner read poyang.v1.Permissions/Rules done")));
            assertEquals(
                    List.of(),
                    heard.stream()
                            .filter(line -> line.startsWith("TAMPERED") || line.startsWith("GAP"))
                            .toList());
            FreezeRequest freezing = FreezeRequest.newBuilder()
                    .setAccount("supervision/supervisor")
                    .setReason("离职")
                    .build();
            var _ = other.call(
                    "poyang.v1.Permissions",
                    "DropRule",
                    ResourceKey.newBuilder()
                            .setResource("poyang.v1.Accounts/Freeze")
                            .build());
            var _ = other.call("poyang.v1.Accounts", "Freeze", freezing);
            var _ = ear.await(List.of("REFUSED validators/validator-1/node"));
            following.interrupt();
            following.join();
        }
    }
}
