package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.contract.AccountErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.NodeFreezeRequest;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.PeerStatus;
import poyang.wire.schema.RegisteredNode;
import poyang.wire.schema.RegisteredNodes;

/// Four validators of which a supervisor freezes one: the others go on without it and hear it no more, until it is
/// free and catches up.
@Timeout(300)
final class FrozenNodeTest {
    private static final String NODES = "poyang.v1.Nodes";
    private static final NodeFreezeRequest LAST = NodeFreezeRequest.newBuilder()
            .setNode("validator-4")
            .setReason("失陷")
            .build();

    @TempDir
    private Path folder;

    private int records;

    private long record(ChainAccount writer) {
        return writer.call(
                        "poyang.v1.Evidence",
                        "Record",
                        EvidenceRecord.newBuilder()
                                .setSubject("evidence " + records++)
                                .setDigest(Collisions.hash("content " + records))
                                .build())
                .getHeight();
    }

    private static boolean linked(ChainAccount account, Validators nodes, int at) {
        NodeStatus status = account.status(nodes.api.get(at));
        return status.getPeersList().stream()
                .filter(peer -> peer.getNode().equals("validator-4"))
                .anyMatch(PeerStatus::getConnected);
    }

    @Test
    void theOthersGoOnWithoutAFrozenValidatorUntilItIsFree() throws Exception {
        try (Validators nodes = new Validators(folder)) {
            ChainAccount writer = nodes.account("a/analyst", nodes.key("a/analyst"), nodes.api.subList(0, 3));
            ChainAccount supervisor = nodes.account(
                    "supervision/supervisor", nodes.key("supervision/supervisor"), nodes.api.subList(0, 3));
            announced(supervisor, nodes);
            long first = record(writer);
            await(() -> nodes.height(3) >= first);
            long frozen = supervisor.call(NODES, "Freeze", LAST).getHeight();
            await(() -> List.of(0, 1, 2).stream().noneMatch(at -> linked(supervisor, nodes, at)));
            // It hears nothing of what comes now, and nothing that it signs is taken.
            long last = 0;
            for (int i = 0; i < 2; i++) {
                last = record(writer);
            }
            assertTrue(last > frozen);
            assertTrue(nodes.height(3) < last, "height " + nodes.height(3) + " of " + last);
            PoyangException barred = assertThrows(
                    PoyangException.class,
                    () -> nodes.submit(
                            writer.client(),
                            "validators/validator-4",
                            nodes.validatorKey(3),
                            "poyang.v1.Evidence/Record",
                            any()));
            assertEquals(AccountErrors.ACCOUNT_FROZEN.name(), barred.code().name());
            PoyangException needed = assertThrows(
                    PoyangException.class,
                    () -> supervisor.call(
                            NODES,
                            "Freeze",
                            LAST.toBuilder().setNode("validator-3").build()));
            assertTrue(needed.wrong().contains("quorum"), needed.wrong());
            long free = supervisor.call(NODES, "Unfreeze", LAST).getHeight();
            await(() -> nodes.height(3) >= free);
            // Its vote counts again: the chain needs it when another is away.
            nodes.stop(2);
            ChainAccount rest = nodes.account("a/analyst", nodes.key("a/analyst"), nodes.api.subList(0, 2));
            assertTrue(record(rest) > free);
        }
    }

    private static EvidenceRecord any() {
        return EvidenceRecord.newBuilder().setSubject("any").build();
    }

    /// Each node was told of those alone that were started before it; the chain tells all of all,
    /// and where they are.
    private static void announced(ChainAccount reader, Validators nodes) throws InterruptedException {
        await(() -> register(reader).equals(nodes.peerPorts()));
        await(() -> nodes.api.subList(0, 3).stream().allMatch(node -> direct(reader, node) == Validators.COUNT - 1));
    }

    private static long direct(ChainAccount reader, NodeAddress node) {
        return reader.status(node).getPeersList().stream()
                .filter(peer -> peer.getConnected() && peer.getVia().isEmpty())
                .count();
    }

    private static Map<String, Integer> register(ChainAccount reader) {
        RegisteredNodes nodes = ChainForms.attested(
                RegisteredNodes.parser(), Bytes.wrap(reader.read(NODES, "Registry", Empty.getDefaultInstance())));
        return nodes.getNodesList().stream()
                .collect(Collectors.toMap(RegisteredNode::getNode, RegisteredNode::getPort));
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "it did not come to that");
            Thread.sleep(50);
        }
    }
}
