package poyang.notarization;

import java.util.List;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.NodeDirectory;
import poyang.chain.contract.ReadableState;
import poyang.chain.proofs.Epoch;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.wire.schema.Empty;
import poyang.wire.schema.FrozenNode;
import poyang.wire.schema.FrozenNodes;
import poyang.wire.schema.NodeFreezeRequest;

/// Nodes that supervisors froze. State: `frozen/NODE` → FrozenNode. Emits `nodes.changed` (key: the node, payload:
/// FrozenNode) to everybody.
///
/// No freeze stops the chain: of the present epoch's validators so many stay free that they are a quorum, and no
/// next epoch names a frozen one.
public final class NodesContract extends ServiceContract implements NodeDirectory {
    static final String NAME = "poyang.v1.Nodes";
    private static final String FROZEN = "frozen/";

    public NodesContract() {
        super(NAME);
        call("Freeze", NodeFreezeRequest.parser(), NodesContract::freeze);
        call("Unfreeze", NodeFreezeRequest.parser(), NodesContract::unfreeze);
        read(
                "List",
                Empty.parser(),
                (_, _, state) -> FrozenNodes.newBuilder()
                        .addAllNodes(all(state, FROZEN, FrozenNode.parser()))
                        .build());
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
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }
}
