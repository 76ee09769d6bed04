package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.hash;
import static poyang.notarization.Collisions.job;
import static poyang.notarization.Collisions.receipt;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import poyang.chain.contract.Account;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.AuditAnchorList;
import poyang.wire.schema.AuditKey;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.StoredAnchor;

/// Who anchors what, and that a compute node whose log is silent is not heard.
final class AuditContractTest {
    private static void refused(ErrorCode code, Executable call) {
        assertEquals(code, assertThrows(ContractRejection.class, call).code());
    }

    private static AuditAnchor anchor(long sequence, String head, boolean stopping) {
        return AuditAnchor.newBuilder()
                .setProcess("executor")
                .setSequence(sequence)
                .setHead(hash(head))
                .setStopping(stopping)
                .build();
    }

    private static List<StoredAnchor> latest(Chain chain, String reader) {
        return Rules.parse(AuditAnchorList.parser(), chain.read(reader, "Audit", "Latest", Empty.getDefaultInstance()))
                .getAnchorsList();
    }

    @Test
    void aLogOnlyGrowsAndStaysTheSame() {
        Chain chain = Chain.peopled();
        chain.call("a/executor", "Audit", "Anchor", anchor(7, "seven", false));
        long first = latest(chain, "a/owner").getFirst().getMillis();
        chain.call("a/executor", "Audit", "Anchor", anchor(7, "seven", false));
        assertTrue(latest(chain, "a/owner").getFirst().getMillis() > first, "it is alive");
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call("a/executor", "Audit", "Anchor", anchor(7, "another", false)));
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call("a/executor", "Audit", "Anchor", anchor(6, "six", false)));
        chain.call("a/executor", "Audit", "Anchor", anchor(9, "nine", true));
        AuditKey log = AuditKey.newBuilder()
                .setAccount("a/executor")
                .setProcess("executor")
                .build();
        AuditAnchorList all = Rules.parse(AuditAnchorList.parser(), chain.read("a/owner", "Audit", "List", log));
        assertEquals(
                List.of(7L, 9L),
                all.getAnchorsList().stream()
                        .map(kept -> kept.getAnchor().getSequence())
                        .toList());
        chain.call("b/executor", "Audit", "Anchor", anchor(1, "b", false));
        assertEquals(1, latest(chain, "a/owner").size());
        assertEquals(2, latest(chain, "supervision/supervisor").size());
        assertTrue(latest(chain, "a/owner").getFirst().getAnchor().getStopping());
    }

    @Test
    void validatorsAnchorTooAndNoOrganisationPassesForThem() {
        Chain chain = Chain.peopled();
        Account validator = new Account("validators/validator-1", Account.VALIDATORS, Set.of(), List.of());
        chain.execute(validator, "Audit", "Anchor", anchor(1, "v", false).toByteArray());
        assertEquals(
                "validators/validator-1",
                latest(chain, "supervision/supervisor").getFirst().getAccount());
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        "supervision/supervisor",
                        "Organisations",
                        "Register",
                        Organisation.newBuilder()
                                .setId(Account.VALIDATORS)
                                .setTitle("假")
                                .build()));
    }

    @Test
    void whatAComputeNodeSaysNeedsAFreshAnchor() {
        Chain chain = Collisions.chain();
        String id = Collisions.submitted(chain);
        chain.call("a/owner", "Jobs", "Consent", Collisions.consent(id, true));
        chain.call("b/owner", "Jobs", "Consent", Collisions.consent(id, true));
        chain.anchored = false;
        CommitRequest commitment = commit(job(chain, id), "a");
        Executable commits = () -> chain.call("a/executor", "Jobs", "Commit", commitment);
        refused(NotarizationErrors.AUDIT_NOT_ANCHORED, commits);
        chain.call("a/executor", "Audit", "Anchor", anchor(1, "one", true));
        refused(NotarizationErrors.AUDIT_NOT_ANCHORED, commits);
        chain.call("a/executor", "Audit", "Anchor", anchor(2, "two", false));
        chain.millis += AuditContract.FRESH_MILLIS;
        refused(NotarizationErrors.AUDIT_NOT_ANCHORED, commits);
        chain.call("a/executor", "Audit", "Anchor", anchor(2, "two", false));
        chain.call("a/executor", "Jobs", "Commit", commitment);
        chain.call("b/executor", "Audit", "Anchor", anchor(1, "one", false));
        chain.call("b/executor", "Jobs", "Commit", commit(job(chain, id), "b"));
        Executable tells = () -> chain.call(
                "a/executor", "Receipts", "Submit", receipt(job(chain, id), 0).build());
        chain.millis += AuditContract.FRESH_MILLIS;
        refused(NotarizationErrors.AUDIT_NOT_ANCHORED, tells);
        chain.call("a/executor", "Audit", "Anchor", anchor(3, "three", false));
        chain.call(
                "a/executor", "Receipts", "Submit", receipt(job(chain, id), 0).build());
    }
}
