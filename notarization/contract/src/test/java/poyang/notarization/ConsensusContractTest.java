package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.Account;
import poyang.chain.contract.ContractRejection;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.Equivocation.Kind;
import poyang.chain.proofs.Equivocation.Said;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EquivocationList;
import poyang.wire.schema.EquivocationReport;
import poyang.wire.schema.StoredEquivocation;

/// Only what the accused signed counts against it, once, and supervisors see it.
final class ConsensusContractTest {
    private static final Account REPORTER =
            new Account("validators/validator-1", Account.VALIDATORS, Set.of(), List.of());
    private static final Sm2PrivateKey KEY = Sm2PrivateKey.generate(new SeededRandom(new byte[32], "liar"));

    private final Chain chain = Chain.peopled();

    ConsensusContractTest() {
        chain.validatorKeys.put("validator-1", Chain.KEY);
        chain.validatorKeys.put("validator-4", KEY.publicKey().encoded());
    }

    private static Said said(long round, int block) {
        Bytes id = Sm3.hash(new byte[] {(byte) block});
        return new Said(id, KEY.sign(Kind.VOTE.message(Chain.CHAIN_ID, 0, round, id)));
    }

    private static byte[] report(String culprit, Said one, Said other) {
        Equivocation proof = Equivocation.of(new PartyId(culprit), Kind.VOTE, 0, 7, one, other);
        return EquivocationReport.newBuilder()
                .setProof(ChainBytes.of(proof.encoded()))
                .build()
                .toByteArray();
    }

    private void refused(ErrorCode code, Account sender, byte[] report) {
        assertEquals(
                code,
                assertThrows(
                                ContractRejection.class,
                                () -> chain.execute(sender, "Consensus", "ReportEquivocation", report))
                        .code());
        assertTrue(kept().isEmpty(), "nothing is kept");
    }

    private List<StoredEquivocation> kept() {
        return Rules.parse(
                        EquivocationList.parser(),
                        chain.read("supervision/supervisor", "Consensus", "Equivocations", Empty.getDefaultInstance()))
                .getEquivocationsList();
    }

    @Test
    void aLieIsKeptOnceAndAnnounced() {
        int before = chain.events.size();
        chain.execute(REPORTER, "Consensus", "ReportEquivocation", report("validator-4", said(7, 1), said(7, 2)));
        chain.execute(REPORTER, "Consensus", "ReportEquivocation", report("validator-4", said(7, 3), said(7, 2)));
        assertEquals(1, kept().size());
        StoredEquivocation found = kept().getFirst();
        assertEquals("validator-4", found.getValidator());
        assertEquals(7, found.getRound());
        assertEquals(REPORTER.id(), found.getReporter());
        assertTrue(Equivocation.decode(found.getProof().toByteArray()).verify(Chain.CHAIN_ID, KEY.publicKey()));
        assertEquals(before + 1, chain.events.size());
        assertEquals("consensus.equivocation", chain.events.getLast().topic());
        assertFalse(chain.mayRead("a/analyst", "Consensus", "equivocation/validator-4/0000000000000000"));
        assertTrue(chain.mayRead("supervision/supervisor", "Consensus", "equivocation/validator-4/0000000000000000"));
    }

    @Test
    void whatTheAccusedDidNotSignIsRefused() {
        byte[] right = report("validator-4", said(7, 1), said(7, 2));
        refused(NotarizationErrors.NOT_ALLOWED, chain.find("a/analyst"), right);
        refused(NotarizationErrors.BAD_ARGUMENTS, REPORTER, report("validator-1", said(7, 1), said(7, 2)));
        refused(NotarizationErrors.BAD_ARGUMENTS, REPORTER, report("validator-9", said(7, 1), said(7, 2)));
        refused(NotarizationErrors.BAD_ARGUMENTS, REPORTER, report("validator-4", said(7, 1), said(8, 2)));
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                REPORTER,
                EquivocationReport.newBuilder()
                        .setProof(ChainBytes.of(Bytes.utf8("no proof")))
                        .build()
                        .toByteArray());
    }
}
