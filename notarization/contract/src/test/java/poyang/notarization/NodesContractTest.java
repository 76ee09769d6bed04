package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.Account;
import poyang.chain.contract.ContractRejection;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.EpochWithdrawal;
import poyang.wire.schema.FrozenNodes;
import poyang.wire.schema.NodeAddressNotice;
import poyang.wire.schema.NodeAdmission;
import poyang.wire.schema.NodeDismissal;
import poyang.wire.schema.NodeFreezeRequest;
import poyang.wire.schema.Role;

/// Who may freeze which node in every state, and that no freeze stops the chain.
final class NodesContractTest {
    private static final String SUPERVISOR = "supervision/supervisor";
    private static final Bytes P256 = CryptoSuite.INTERNATIONAL
            .generate(new SeededRandom(new byte[32], "foreign"))
            .publicKey()
            .encoded();

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

    private byte[] announce(String node, int port, int... octets) {
        byte[] address = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            address[i] = (byte) octets[i];
        }
        Account sender = new Account("validators/" + node, Account.VALIDATORS, Set.of(), List.of());
        NodeAddressNotice notice = NodeAddressNotice.newBuilder()
                .setAddress(ByteString.copyFrom(address))
                .setPort(port)
                .build();
        return chain.execute(sender, "Nodes", "Announce", notice.toByteArray());
    }

    private byte[] admit(String sender, String node, Bytes key) {
        NodeAdmission admission = NodeAdmission.newBuilder()
                .setNode(node)
                .setPublicKey(ChainBytes.of(key))
                .build();
        return chain.call(sender, "Nodes", "Admit", admission);
    }

    private byte[] dismiss(String sender, String node) {
        return chain.call(
                sender,
                "Nodes",
                "Dismiss",
                NodeDismissal.newBuilder().setNode(node).build());
    }

    /// node, address and port of all.
    private List<String> register() {
        return new NodesContract()
                .registered(chain.view(NodesContract.NAME)).stream()
                        .map(node -> node.node() + " " + node.address() + ":" + node.port())
                        .toList();
    }

    /// Nothing is written for an address at which no machine can be, or that another one says.
    @Test
    void aNodeAnnouncesForItselfWhereItIsAndNoImpossiblePlace() {
        byte[] _ = announce("validator-2", 9_101, 10, 0, 0, 2);
        byte[] _ = announce("validator-1", 9_101, 10, 0, 0, 1);
        byte[] _ = announce("validator-2", 9_102, 10, 0, 0, 3);
        List<String> told = List.of("validator-1 0a000001:9101", "validator-2 0a000003:9102");
        assertEquals(told, register());
        int heard = chain.events.size();
        byte[] _ = announce("validator-2", 9_102, 10, 0, 0, 3);
        assertEquals(heard, chain.events.size(), "what is known already is no news");
        int[][] impossible = {
            {},
            {10, 0, 0},
            {10, 0, 0, 1, 1},
            {0, 0, 0, 0},
            {224, 0, 0, 1},
            {239, 255, 255, 255},
            {255, 255, 255, 255},
            new int[16],
            {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1},
            {255, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
            new int[17]
        };
        for (int[] address : impossible) {
            refused(NotarizationErrors.BAD_ARGUMENTS, () -> announce("validator-3", 9_103, address));
        }
        for (int port : new int[] {0, -1, 65_536, Integer.MIN_VALUE}) {
            refused(NotarizationErrors.BAD_ARGUMENTS, () -> announce("validator-3", port, 10, 0, 0, 3));
        }
        NodeAddressNotice foreign = NodeAddressNotice.newBuilder()
                .setAddress(ByteString.copyFrom(new byte[] {10, 0, 0, 9}))
                .setPort(1)
                .build();
        for (String person : List.of(SUPERVISOR, "a/administrator", "a/executor")) {
            refused(NotarizationErrors.NOT_ALLOWED, () -> chain.call(person, "Nodes", "Announce", foreign));
        }
        assertEquals(told, register());
        byte[] _ = announce("validator-3", 65_535, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
        assertEquals(
                "validator-3 20010db8000000000000000000000001:65535", register().getLast());
    }

    @Test
    void supervisorsAdmitAndDismissNodesThatAreNoValidators() {
        Bytes key = Sm2PrivateKey.generate(new SeededRandom(new byte[32], "a-node"))
                .publicKey()
                .encoded();
        refused(NotarizationErrors.NOT_ALLOWED, () -> admit("a/administrator", "an-observer", key));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> admit(SUPERVISOR, "An Observer", key));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> admit(SUPERVISOR, "an-observer", Bytes.utf8("no key")));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> admit(SUPERVISOR, "an-observer", P256));
        refused(NotarizationErrors.WRONG_STATE, () -> admit(SUPERVISOR, "validator-1", key));
        byte[] _ = admit(SUPERVISOR, "an-observer", key);
        byte[] _ = announce("an-observer", 9_101, 10, 0, 0, 7);
        byte[] _ = admit(SUPERVISOR, "an-observer", key);
        assertEquals(List.of("an-observer 0a000007:9101"), register(), "it stays where it is");
        assertEquals(
                key,
                new NodesContract()
                        .registered(chain.view(NodesContract.NAME))
                        .getFirst()
                        .publicKey());
        byte[] _ = announce("validator-1", 9_101, 10, 0, 0, 1);
        refused(NotarizationErrors.WRONG_STATE, () -> dismiss(SUPERVISOR, "validator-1"));
        refused(NotarizationErrors.NOT_ALLOWED, () -> dismiss("a/administrator", "an-observer"));
        assertThrows(ContractRejection.class, () -> dismiss(SUPERVISOR, "nobody"));
        byte[] _ = dismiss(SUPERVISOR, "an-observer");
        assertEquals(List.of("validator-1 0a000001:9101"), register());
        node(SUPERVISOR, "Freeze", "an-observer");
        refused(NotarizationErrors.WRONG_STATE, () -> admit(SUPERVISOR, "an-observer", key));
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
