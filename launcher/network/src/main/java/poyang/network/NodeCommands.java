package poyang.network;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
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
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
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
import poyang.wire.schema.TransactionReceipt;

/// Which nodes a chain has besides its validators, where each is reached, and which are frozen.
@Command(
        name = "node",
        description = "Admits a node to a chain or dismisses it; freezes one, which no other hears then; lists them.")
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
        return by.with(random, clock, account -> {
            NodeAdmission admission = NodeAdmission.newBuilder()
                    .setNode(node)
                    .setPublicKey(ByteString.copyFrom(Bytes.fromHex(key).toArray()))
                    .build();
            return said("admitted", node, account.call(CONTRACT, "Admit", admission));
        });
    }

    @Command(description = "By a supervisor: takes a node that is no validator off the register, with its address.")
    int dismiss(@Parameters(paramLabel = "NODE") String node, @Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            NodeDismissal dismissal = NodeDismissal.newBuilder().setNode(node).build();
            return said("dismissed", node, account.call(CONTRACT, "Dismiss", dismissal));
        });
    }

    private int said(String what, String node, TransactionReceipt receipt) {
        return new Report(command.commandLine().getOut(), json)
                .say(what, node)
                .say("block", receipt.getHeight())
                .done(0);
    }

    private int changed(ChainAccount account, String method, String node, String reason) {
        TransactionReceipt receipt = account.call(
                CONTRACT,
                method,
                NodeFreezeRequest.newBuilder().setNode(node).setReason(reason).build());
        return said(method.equals("Freeze") ? "frozen" : "free", node, receipt);
    }

    @Command(
            description =
                    "The nodes on the register and where they are reached; the frozen ones, who froze them and why.")
    int list(@Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = new Report(command.commandLine().getOut(), json)
                    .list("nodes")
                    .list("frozen");
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
