package poyang.notarization;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.NodeDirectory;
import poyang.chain.contract.ReadableState;
import poyang.chain.proofs.Epoch;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.wire.schema.Empty;
import poyang.wire.schema.FrozenNode;
import poyang.wire.schema.FrozenNodes;
import poyang.wire.schema.NodeAddressNotice;
import poyang.wire.schema.NodeAdmission;
import poyang.wire.schema.NodeDismissal;
import poyang.wire.schema.NodeFreezeRequest;
import poyang.wire.schema.RegisteredNode;
import poyang.wire.schema.RegisteredNodes;

/// The register of nodes: which ones supervisors admitted besides the validators, where each said
/// that it is reached, and which ones supervisors froze. State: `node/NODE` → RegisteredNode;
/// `frozen/NODE` → FrozenNode. Emits `nodes.registered` (key: the node, payload: RegisteredNode)
/// and `nodes.changed` (key: the node, payload: FrozenNode) to everybody.
///
/// A node speaks for itself alone: with the key that the present or the proposed epoch names for
/// it, or that it was admitted with. An announced address leads others there and proves nothing:
/// who is there, its certificate says.
///
/// No freeze stops the chain: of the present epoch's validators so many stay free that they are a
/// quorum, and no next epoch names a frozen one.
public final class NodesContract extends ServiceContract implements NodeDirectory {
    static final String NAME = "poyang.v1.Nodes";
    private static final String FROZEN = "frozen/";
    private static final String NODE = "node/";
    private static final int MOST_NODES = 1_024;
    private static final byte[] BROADCAST = {-1, -1, -1, -1};

    public NodesContract() {
        super(NAME);
        call("Freeze", NodeFreezeRequest.parser(), NodesContract::freeze);
        call("Unfreeze", NodeFreezeRequest.parser(), NodesContract::unfreeze);
        call("Admit", NodeAdmission.parser(), NodesContract::admit);
        call("Dismiss", NodeDismissal.parser(), NodesContract::dismiss);
        call("Announce", NodeAddressNotice.parser(), NodesContract::announce);
        read(
                "Registry",
                Empty.parser(),
                (_, _, state) -> RegisteredNodes.newBuilder()
                        .addAllNodes(all(state, NODE, RegisteredNode.parser()))
                        .build());
        read(
                "List",
                Empty.parser(),
                (_, _, state) -> FrozenNodes.newBuilder()
                        .addAllNodes(all(state, FROZEN, FrozenNode.parser()))
                        .build());
    }

    private static RegisteredNode admit(NodeAdmission asked, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(sender.isGenesis() || sender.has(Role.SUPERVISOR), sender, "supervisors admit nodes");
        Rules.name("node", asked.getNode());
        needFree(asked.getNode(), state);
        if (!sender.isGenesis()) {
            needNoValidator(asked.getNode(), context);
        }
        VerificationKey key = key(asked, context);
        Optional<RegisteredNode> known =
                state.get(NODE + asked.getNode()).map(value -> stored(RegisteredNode.parser(), value));
        Rules.need(
                known.isPresent() || all(state, NODE, RegisteredNode.parser()).size() < MOST_NODES,
                NotarizationErrors.WRONG_STATE,
                MOST_NODES + " nodes are on the register",
                "dismiss one first");
        return registered(
                known.orElse(RegisteredNode.getDefaultInstance()).toBuilder()
                        .setNode(asked.getNode())
                        .setPublicKey(ChainBytes.of(key.encoded())),
                context,
                state);
    }

    private static VerificationKey key(NodeAdmission asked, CallContext context) {
        VerificationKey key;
        try {
            key = VerificationKey.decode(asked.getPublicKey().toByteArray());
        } catch (PoyangException e) {
            throw Rules.rejection(
                    NotarizationErrors.BAD_ARGUMENTS, "the key of " + asked.getNode() + " is none", e.right());
        }
        Rules.arguments(
                key.suite() == context.suite(),
                "the key of " + asked.getNode() + " is of another suite",
                "a key of the chain's suite is needed");
        return key;
    }

    private static RegisteredNode dismiss(NodeDismissal asked, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(sender.has(Role.SUPERVISOR), sender, "supervisors dismiss nodes");
        Rules.name("node", asked.getNode());
        need(state, NODE + asked.getNode(), RegisteredNode.parser(), "node");
        needNoValidator(asked.getNode(), context);
        EpochsContract.needNoNextWith(asked.getNode(), context, state.of(EpochsContract.NAME));
        state.delete(NODE + asked.getNode());
        RegisteredNode gone = RegisteredNode.newBuilder()
                .setNode(asked.getNode())
                .setHeight(context.height())
                .build();
        return said(gone, context);
    }

    private static void needNoValidator(String node, CallContext context) {
        Rules.need(
                Epoch.decode(context.epoch().toArray()).find(new PartyId(node)).isEmpty(),
                NotarizationErrors.WRONG_STATE,
                Rules.quoted(node) + " is a validator: the epoch says so, and names its key",
                "propose an epoch without it, or with another key");
    }

    private static RegisteredNode announce(NodeAddressNotice notice, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(sender.isValidator(), sender, "nodes announce where they are reached, each for itself");
        String node = sender.id().substring(Account.VALIDATORS.length() + 1);
        needAddress(notice);
        Optional<RegisteredNode> known = state.get(NODE + node).map(value -> stored(RegisteredNode.parser(), value));
        if (known.filter(before ->
                        before.getAddress().equals(notice.getAddress()) && before.getPort() == notice.getPort())
                .isPresent()) {
            return known.get();
        }
        return registered(
                known.orElse(RegisteredNode.getDefaultInstance()).toBuilder()
                        .setNode(node)
                        .setAddress(notice.getAddress())
                        .setPort(notice.getPort()),
                context,
                state);
    }

    private static void needAddress(NodeAddressNotice notice) {
        byte[] octets = notice.getAddress().toByteArray();
        boolean possible;
        try {
            InetAddress address = InetAddress.getByAddress(octets);
            // What is 16 octets long and comes out shorter is the other form of an address of 4.
            possible = address.getAddress().length == octets.length
                    && !address.isAnyLocalAddress()
                    && !address.isMulticastAddress()
                    && !Arrays.equals(octets, BROADCAST);
        } catch (UnknownHostException e) {
            possible = false;
        }
        Rules.arguments(
                possible,
                "no node can be reached at " + ChainBytes.bytes(notice.getAddress()),
                "the 4 or 16 octets of one machine's address are needed");
        Rules.arguments(
                notice.getPort() >= 1 && notice.getPort() <= 65_535,
                "the port is " + Integer.toUnsignedString(notice.getPort()),
                "1 to 65535 is needed");
    }

    private static RegisteredNode registered(RegisteredNode.Builder node, CallContext context, ContractState state) {
        RegisteredNode written = node.setHeight(context.height()).build();
        state.put(NODE + written.getNode(), written.toByteArray());
        return said(written, context);
    }

    private static RegisteredNode said(RegisteredNode node, CallContext context) {
        context.emit(new ContractEvent("nodes.registered", node.getNode(), Bytes.wrap(node.toByteArray()), List.of()));
        return node;
    }

    private static FrozenNode freeze(NodeFreezeRequest asked, CallContext context, ContractState state) {
        checked(asked, context, "supervisors freeze nodes");
        Rules.need(
                state.get(FROZEN + asked.getNode()).isEmpty(),
                NotarizationErrors.WRONG_STATE,
                Rules.quoted(asked.getNode()) + " is frozen already",
                "unfreeze it first, to freeze it for another reason");
        needQuorumWithout(asked.getNode(), Epoch.decode(context.epoch().toArray()), state);
        EpochsContract.needNoNextWith(asked.getNode(), context, state.of(EpochsContract.NAME));
        FrozenNode frozen = FrozenNode.newBuilder()
                .setNode(asked.getNode())
                .setHeight(context.height())
                .setAccount(context.sender().id())
                .setReason(asked.getReason())
                .build();
        state.put(FROZEN + asked.getNode(), frozen.toByteArray());
        return announced(frozen, context);
    }

    private static FrozenNode unfreeze(NodeFreezeRequest asked, CallContext context, ContractState state) {
        checked(asked, context, "supervisors unfreeze nodes");
        Rules.need(
                state.get(FROZEN + asked.getNode()).isPresent(),
                NotarizationErrors.WRONG_STATE,
                Rules.quoted(asked.getNode()) + " is not frozen",
                "name a node that is");
        state.delete(FROZEN + asked.getNode());
        return announced(
                FrozenNode.newBuilder()
                        .setNode(asked.getNode())
                        .setAccount(context.sender().id())
                        .setReason(asked.getReason())
                        .build(),
                context);
    }

    private static void checked(NodeFreezeRequest asked, CallContext context, String who) {
        Rules.allowed(context.sender().has(Role.SUPERVISOR), context.sender(), who);
        Rules.name("node", asked.getNode());
        Rules.text("reason", asked.getReason(), 1, 200);
    }

    private static FrozenNode announced(FrozenNode node, CallContext context) {
        context.emit(new ContractEvent("nodes.changed", node.getNode(), Bytes.wrap(node.toByteArray()), List.of()));
        return node;
    }

    private static void needQuorumWithout(String node, Epoch epoch, ReadableState nodes) {
        if (epoch.find(new PartyId(node)).isEmpty()) {
            return;
        }
        long left = epoch.validators().stream()
                .filter(validator -> !validator.id().name().equals(node)
                        && nodes.get(FROZEN + validator.id().name()).isEmpty())
                .count();
        Rules.need(
                left >= epoch.quorum(),
                NotarizationErrors.WRONG_STATE,
                "without " + Rules.quoted(node) + " only " + left + " validators would be heard, and the quorum is "
                        + epoch.quorum(),
                "propose an epoch without it first: then freezing it stops nothing");
    }

    /// Refuses a node that is frozen as a validator of the next epoch.
    ///
    /// @param nodes this contract's state
    static void needFree(String node, ReadableState nodes) {
        Rules.need(
                nodes.get(FROZEN + node).isEmpty(),
                NotarizationErrors.WRONG_STATE,
                Rules.quoted(node) + " is frozen",
                "unfreeze it, or propose an epoch without it");
    }

    @Override
    public List<Frozen> frozen(ReadableState state) {
        return all(state.of(NAME), FROZEN, FrozenNode.parser()).stream()
                .map(node -> new Frozen(node.getNode(), node.getHeight(), node.getAccount(), node.getReason()))
                .toList();
    }

    @Override
    public List<Registered> registered(ReadableState state) {
        return all(state.of(NAME), NODE, RegisteredNode.parser()).stream()
                .map(node -> new Registered(
                        node.getNode(),
                        ChainBytes.bytes(node.getPublicKey()),
                        ChainBytes.bytes(node.getAddress()),
                        node.getPort()))
                .toList();
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }
}
