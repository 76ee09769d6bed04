package poyang.network;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.sdk.ChainForms;
import poyang.tools.Report;
import poyang.wire.schema.Empty;
import poyang.wire.schema.FrozenNode;
import poyang.wire.schema.FrozenNodes;
import poyang.wire.schema.NodeAdmission;
import poyang.wire.schema.NodeDismissal;
import poyang.wire.schema.NodeFreezeRequest;
import poyang.wire.schema.RegisteredNode;
import poyang.wire.schema.RegisteredNodes;

/// Which nodes a chain has besides its validators, where each is reached, and which are frozen.
@Command(
        name = "node",
        description = "Admits a node to a chain or dismisses it; freezes one, which no other hears then; lists them.")
final class NodeCommands extends CommandGroup {
    private static final String CONTRACT = "poyang.v1.Nodes";

    NodeCommands() {
        super("node");
    }

    @Command(description = "By a supervisor: the others cut its links and refuse what it signs.")
    int freeze(
            @Parameters(paramLabel = "NODE") String node,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return call(by, CONTRACT, "Freeze", request(node, reason), "frozen", node);
    }

    @Command(description = "By a supervisor: it is heard again.")
    int unfreeze(
            @Parameters(paramLabel = "NODE") String node,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return call(by, CONTRACT, "Unfreeze", request(node, reason), "free", node);
    }

    @Command(description = "By a supervisor: a node that is no validator may have links with the others, to observe.")
    int admit(
            @Parameters(paramLabel = "NODE") String node,
            @Option(
                            names = "--node-key",
                            paramLabel = "KEY",
                            required = true,
                            description = "its public key in hexadecimal digits")
                    String key,
            @Mixin AccountOptions by) {
        NodeAdmission admission = NodeAdmission.newBuilder()
                .setNode(node)
                .setPublicKey(ByteString.copyFrom(Bytes.fromHex(key).toArray()))
                .build();
        return call(by, CONTRACT, "Admit", admission, "admitted", node);
    }

    @Command(description = "By a supervisor: takes a node that is no validator off the register, with its address.")
    int dismiss(@Parameters(paramLabel = "NODE") String node, @Mixin AccountOptions by) {
        NodeDismissal dismissal = NodeDismissal.newBuilder().setNode(node).build();
        return call(by, CONTRACT, "Dismiss", dismissal, "dismissed", node);
    }

    private static NodeFreezeRequest request(String node, String reason) {
        return NodeFreezeRequest.newBuilder().setNode(node).setReason(reason).build();
    }

    @Command(
            description =
                    "The nodes on the register and where they are reached; the frozen ones, who froze them and why.")
    int list(@Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report().list("nodes").list("frozen");
            RegisteredNodes registered = ChainForms.attested(
                    RegisteredNodes.parser(),
                    Bytes.wrap(account.read(CONTRACT, "Registry", Empty.getDefaultInstance())));
            for (RegisteredNode node : registered.getNodesList()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("node", node.getNode());
                fields.put("address", place(node));
                fields.put("height", node.getHeight());
                Report _ = report.item(
                        "nodes",
                        fields,
                        "%s  at %s  since block %d".formatted(node.getNode(), place(node), node.getHeight()));
            }
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

    private static String place(RegisteredNode node) {
        if (node.getPort() == 0) {
            return "";
        }
        try {
            InetAddress address = InetAddress.getByAddress(node.getAddress().toByteArray());
            return new InetSocketAddress(address, node.getPort()).toString().substring(1);
        } catch (UnknownHostException e) {
            throw new Bug("the chain holds an address that is none", e);
        }
    }
}
