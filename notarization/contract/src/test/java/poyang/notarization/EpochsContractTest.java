package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.Account;
import poyang.chain.contract.ContractRejection;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochReadiness;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.EpochWithdrawal;
import poyang.wire.schema.EpochsStatus;

/// Supervisors propose an epoch, its validators say with their own keys that they are ready, and more than two
/// thirds of them make it due.
final class EpochsContractTest {
    private static final String PREFIX = "poyang.v1.Epochs\0";

    private final Chain chain = Chain.peopled();
    private final List<Sm2PrivateKey> keys = new ArrayList<>();
    private final Epoch present;

    EpochsContractTest() {
        SeededRandom random = new SeededRandom(new byte[32], "epochs-contract-test");
        List<Validator> validators = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            keys.add(Sm2PrivateKey.generate(random));
            if (i <= 4) {
                validators.add(new Validator(
                        new PartyId("validator-" + i), keys.getLast().publicKey()));
            }
        }
        present = Epoch.bft(0, validators);
        chain.epoch = present.encoded();
    }

    private EpochProposal.Builder proposal(String engine) {
        EpochProposal.Builder proposal =
                EpochProposal.newBuilder().setNumber(1).setEngine(engine).setBlockTimeMillis(500);
        present.validators()
                .forEach(v -> proposal.addValidators(EpochValidator.newBuilder()
                        .setId(v.id().name())
                        .setPublicKey(ChainBytes.of(v.publicKey().encoded()))));
        return proposal;
    }

    private EpochReadiness word(int validator, Epoch of, long height, Sm2PrivateKey key) {
        Bytes hash = Sm3.hash(of.encoded().toArray());
        Bytes message = EpochLink.readiness(Chain.CHAIN_ID, hash, "validator-" + validator, height);
        return EpochReadiness.newBuilder()
                .setEpochHash(ChainBytes.of(hash))
                .setHeight(height)
                .setTrialMicros(700)
                .setSignature(ChainBytes.of(key.sign(message.toArray()).encoded()))
                .build();
    }

    private void attest(int validator, EpochReadiness word) {
        Account account = new Account("validators/validator-" + validator, Account.VALIDATORS, Set.of(), List.of());
        chain.height++;
        chain.execute(account, "Epochs", "Attest", word.toByteArray());
    }

    private void refused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(ContractRejection.class, call::run).code());
    }

    private EpochsStatus status() {
        return Rules.parse(
                EpochsStatus.parser(), chain.read("a/analyst", "Epochs", "Status", Empty.getDefaultInstance()));
    }

    private boolean due() {
        return chain.state.containsKey(PREFIX + EpochLink.key(1));
    }

    @Test
    void moreThanTwoThirdsMakeItDue() {
        chain.call(
                "supervision/supervisor", "Epochs", "Propose", proposal("raft").build());
        Epoch next = Epoch.decode(status().getProposed().toByteArray());
        assertEquals(Epoch.of(1, Epoch.RAFT, 500, present.validators()), next);
        long height = chain.height;
        attest(1, word(1, next, height, keys.get(0)));
        attest(1, word(1, next, height + 1, keys.get(0)));
        attest(3, word(3, next, height, keys.get(2)));
        assertEquals(2, status().getReadyCount(), "each counts once");
        assertTrue(!due(), "two of four are not more than two thirds");
        attest(2, word(2, next, height, keys.get(1)));
        assertTrue(due());
        assertEquals(next.encoded(), chain.state.get(PREFIX + EpochLink.key(1)));
        assertTrue(status().getProposed().isEmpty());
        refused(
                NotarizationErrors.WRONG_STATE,
                () -> chain.call(
                        "supervision/supervisor",
                        "Epochs",
                        "Propose",
                        proposal("single").build()));
    }

    @Test
    void aWordCountsForItsOwnerWithTheKeyThatTheProposalNames() {
        EpochProposal.Builder wanted = proposal("bft");
        wanted.setValidators(
                0,
                wanted.getValidators(0).toBuilder()
                        .setPublicKey(ChainBytes.of(keys.get(4).publicKey().encoded())));
        chain.call("supervision/supervisor", "Epochs", "Propose", wanted.build());
        Epoch next = Epoch.decode(status().getProposed().toByteArray());
        long height = chain.height;
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> attest(1, word(1, next, height, keys.get(0))));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> attest(2, word(3, next, height, keys.get(2))));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> attest(5, word(5, next, height, keys.get(4))));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> attest(2, word(2, present, height, keys.get(1))));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> attest(2, word(2, next, height - 1, keys.get(1))));
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> attest(2, word(2, next, 1_000_000, keys.get(1))));
        refused(
                NotarizationErrors.NOT_ALLOWED,
                () -> chain.call("a/analyst", "Epochs", "Attest", word(1, next, height, keys.get(4))));
        assertEquals(0, status().getReadyCount());
        attest(1, word(1, next, height, keys.get(4)));
        assertEquals("validator-1", status().getReady(0).getValidator());
    }

    @Test
    void whatCannotRunIsNotProposed() {
        EpochProposal right = proposal("raft").build();
        List<EpochProposal> wrong = List.of(
                right.toBuilder().setNumber(2).build(),
                right.toBuilder().setNumber(0).build(),
                right.toBuilder().setEngine("paxos").build(),
                right.toBuilder().setEngine("single").build(),
                right.toBuilder().setBlockTimeMillis(5).build(),
                right.toBuilder().clearValidators().build(),
                right.toBuilder().addValidators(right.getValidators(0)).build(),
                right.toBuilder()
                        .setValidators(0, right.getValidators(0).toBuilder().setId("Validator 1"))
                        .build(),
                right.toBuilder()
                        .setValidators(
                                0, right.getValidators(0).toBuilder().setPublicKey(ChainBytes.of(Chain.CHAIN_ID)))
                        .build(),
                proposal("bft").build());
        for (EpochProposal each : wrong) {
            refused(
                    NotarizationErrors.BAD_ARGUMENTS,
                    () -> chain.call("supervision/supervisor", "Epochs", "Propose", each));
        }
        refused(NotarizationErrors.NOT_ALLOWED, () -> chain.call("a/administrator", "Epochs", "Propose", right));
        assertTrue(status().getProposed().isEmpty());
        chain.call("supervision/supervisor", "Epochs", "Propose", right);
        refused(
                NotarizationErrors.NOT_ALLOWED,
                () -> chain.call(
                        "a/administrator",
                        "Epochs",
                        "Withdraw",
                        EpochWithdrawal.newBuilder().setNumber(1).build()));
        chain.call(
                "supervision/supervisor",
                "Epochs",
                "Withdraw",
                EpochWithdrawal.newBuilder().setNumber(1).build());
        assertTrue(status().getProposed().isEmpty());
    }
}
