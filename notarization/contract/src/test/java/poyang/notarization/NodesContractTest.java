package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.EpochWithdrawal;
import poyang.wire.schema.FrozenNodes;
import poyang.wire.schema.NodeFreezeRequest;
import poyang.wire.schema.Role;

/// Who may freeze which node in every state, and that no freeze stops the chain.
final class NodesContractTest {
    private static final String SUPERVISOR = "supervision/supervisor";

    private final Chain chain = Chain.peopled();
    private final Epoch present;

    NodesContractTest() {
        SeededRandom random = new SeededRandom(new byte[32], "nodes-contract-test");
        List<Validator> validators = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            validators.add(new Validator(
                    new PartyId("validator-" + i),
                    Sm2PrivateKey.generate(random).publicKey()));
        }
        present = Epoch.bft(0, validators);
        chain.epoch = present.encoded();
    }

    private void node(String sender, String method, String node) {
        byte[] _ = chain.call(
                sender,
                "Nodes",
                method,
                NodeFreezeRequest.newBuilder().setNode(node).setReason("失陷").build());
    }

    private static void refused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(ContractRejection.class, call::run).code());
    }

    private List<String> frozen() {
        return Rules.parse(FrozenNodes.parser(), chain.read("a/analyst", "Nodes", "List", Empty.getDefaultInstance()))
                .getNodesList()
                .stream()
                .map(node -> node.getNode() + " " + node.getAccount() + " " + node.getReason())
                .toList();
    }

    private EpochProposal proposal(int without) {
        EpochProposal.Builder proposal =
                EpochProposal.newBuilder().setNumber(1).setEngine("raft").setBlockTimeMillis(500);
        present.validators().stream()
                .filter(v -> !v.id().name().equals("validator-" + without))
                .forEach(v -> proposal.addValidators(EpochValidator.newBuilder()
                        .setId(v.id().name())
                        .setPublicKey(ChainBytes.of(v.publicKey().encoded()))));
        return proposal.build();
    }

    @Test
    void supervisorsFreezeAndUnfreezeAndNobodyElse() {
        for (String organisation : List.of("a", "supervision")) {
            for (Role role : Role.values()) {
                if (role == Role.ROLE_UNSPECIFIED || role == Role.UNRECOGNIZED || role == Role.SUPERVISOR) {
                    continue;
                }
                String sender = organisation + "/" + Chain.name(role);
                refused(NotarizationErrors.NOT_ALLOWED, () -> node(sender, "Freeze", "validator-1"));
                refused(NotarizationErrors.NOT_ALLOWED, () -> node(sender, "Unfreeze", "validator-1"));
            }
        }
        refused(NotarizationErrors.WRONG_STATE, () -> node(SUPERVISOR, "Unfreeze", "validator-1"));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> node(SUPERVISOR, "Freeze", "Validator 1"));
        node(SUPERVISOR, "Freeze", "validator-1");
        node(SUPERVISOR, "Freeze", "an-observer");
        refused(NotarizationErrors.WRONG_STATE, () -> node(SUPERVISOR, "Freeze", "validator-1"));
        assertEquals(List.of("an-observer " + SUPERVISOR + " 失陷", "validator-1 " + SUPERVISOR + " 失陷"), frozen());
        node(SUPERVISOR, "Unfreeze", "validator-1");
        assertEquals(1, frozen().size());
    }

    @Test
    void noFreezeStopsTheChainAndNoNextEpochNamesAFrozenNode() {
        node(SUPERVISOR, "Freeze", "validator-2");
        ContractRejection stops =
                assertThrows(ContractRejection.class, () -> node(SUPERVISOR, "Freeze", "validator-3"));
        assertTrue(stops.wrong().contains("the quorum is 3"), stops.wrong());
        refused(NotarizationErrors.WRONG_STATE, () -> chain.call(SUPERVISOR, "Epochs", "Propose", proposal(0)));
        byte[] _ = chain.call(SUPERVISOR, "Epochs", "Propose", proposal(2));
        node(SUPERVISOR, "Unfreeze", "validator-2");
        refused(NotarizationErrors.WRONG_STATE, () -> node(SUPERVISOR, "Freeze", "validator-1"));
        node(SUPERVISOR, "Freeze", "validator-2");
        byte[] _ = chain.call(
                SUPERVISOR,
                "Epochs",
                "Withdraw",
                EpochWithdrawal.newBuilder().setNumber(1).build());
        node(SUPERVISOR, "Unfreeze", "validator-2");
        node(SUPERVISOR, "Freeze", "validator-1");
    }
}
