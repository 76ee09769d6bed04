package poyang.network;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.tools.Report;
import poyang.wire.schema.Empty;
import poyang.wire.schema.FrozenNode;
import poyang.wire.schema.FrozenNodes;
import poyang.wire.schema.NodeFreezeRequest;
import poyang.wire.schema.TransactionReceipt;

/// Which nodes of a chain are frozen.
@Command(name = "node", description = "Freezes a node of a chain, which no other hears then, unfreezes it, lists them.")
final class NodeCommands {
    private static final String CONTRACT = "poyang.v1.Nodes";

    private final RandomSource random = ProcessRandom.open("node");
    private final InstantSource clock = InstantSource.system();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "say it as one JSON object")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    @Command(description = "By a supervisor: the others cut its links and refuse what it signs.")
    int freeze(
            @Parameters(paramLabel = "NODE") String node,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return by.with(random, clock, account -> changed(account, "Freeze", node, reason));
    }

    @Command(description = "By a supervisor: it is heard again.")
    int unfreeze(
            @Parameters(paramLabel = "NODE") String node,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return by.with(random, clock, account -> changed(account, "Unfreeze", node, reason));
    }

    private int changed(ChainAccount account, String method, String node, String reason) {
        TransactionReceipt receipt = account.call(
                CONTRACT,
                method,
                NodeFreezeRequest.newBuilder().setNode(node).setReason(reason).build());
        return new Report(command.commandLine().getOut(), json)
                .say(method.equals("Freeze") ? "frozen" : "free", node)
                .say("block", receipt.getHeight())
                .done(0);
    }

    @Command(description = "The frozen nodes, who froze them and why.")
    int list(@Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = new Report(command.commandLine().getOut(), json).list("frozen");
            FrozenNodes nodes = ChainForms.attested(
                    FrozenNodes.parser(), Bytes.wrap(account.read(CONTRACT, "List", Empty.getDefaultInstance())));
            for (FrozenNode node : nodes.getNodesList()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("node", node.getNode());
                fields.put("height", node.getHeight());
                fields.put("account", node.getAccount());
                fields.put("reason", node.getReason());
                Report _ = report.item(
                        "frozen",
                        fields,
                        "%s  since block %d  by %s (%s)"
                                .formatted(node.getNode(), node.getHeight(), node.getAccount(), node.getReason()));
            }
            if (nodes.getNodesCount() == 0) {
                Report _ = report.hint("No node is frozen.");
            }
            return report.done(0);
        });
    }
}
