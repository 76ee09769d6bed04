package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.CommitView;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.LookupReceipt;
import poyang.wire.schema.ProofVerdict;
import poyang.wire.schema.VerifyRequest;

/// What an executor says on chain, beside what its audit log had and what of it was anchored by then.
final class AnchoredCallsTest {
    private final List<String> happened = new ArrayList<>();
    private boolean anchors = true;
    private boolean valid = true;
    private final AnchoredCalls calls = new AnchoredCalls(new Journal(), this::anchor, this::call, Runnable::run);

    private final class Journal implements JobSupervisor.Journal {
        @Override
        public void record(String action, String subject, String detail) {
            happened.add("record " + action + " " + subject + (detail.isEmpty() ? "" : " " + detail));
        }

        @Override
        public void release(String action, String subject, String detail) {
            record(action, subject, detail);
            anchor();
        }
    }

    private void anchor() {
        if (!anchors) {
            throw new PoyangException(SdkErrors.NOT_FINAL, "no anchor", "a chain that goes on");
        }
        happened.add("anchored");
    }

    private Bytes call(String contract, String method, Message arguments) {
        happened.add("call " + contract + "/" + method);
        ProofVerdict verdict =
                ProofVerdict.newBuilder().setId("p7").setValid(valid).build();
        return method.equals("Verify") ? Bytes.wrap(verdict.toByteArray()) : Bytes.empty();
    }

    private void said(List<String> expected, Runnable statement) {
        happened.clear();
        statement.run();
        assertEquals(expected, happened);
        happened.clear();
        anchors = false;
        PoyangException refused = assertThrows(PoyangException.class, statement::run);
        assertEquals(SdkErrors.NOT_FINAL, refused.code());
        assertEquals(expected.subList(0, 1), happened, "without an anchor nothing is said");
        anchors = true;
    }

    @Test
    void nothingIsSaidBeforeItsRecordIsAnchored() {
        said(
                List.of("record commit j1", "anchored", "call poyang.v1.Jobs/Commit"),
                () -> calls.commit(CommitRequest.newBuilder().setJob("j1").build()));
        said(
                List.of("record receipt j1", "anchored", "call poyang.v1.Receipts/Submit"),
                () -> calls.submit(JobReceipt.newBuilder().setJob("j1").build()));
        said(
                List.of("record view-commit tax/v version 3", "anchored", "call poyang.v1.Views/Commit"),
                () -> calls.commit(
                        CommitView.newBuilder().setView("tax/v").setVersion(3).build()));
        said(
                List.of("record proof k", "anchored", "call poyang.v1.ZeroKnowledge/Verify"),
                () -> assertEquals(
                        "p7", calls.prove(VerifyRequest.newBuilder().setKey("k").build())));
        valid = false;
        PoyangException untrue = assertThrows(
                PoyangException.class,
                () -> calls.prove(VerifyRequest.newBuilder().setKey("k").build()));
        assertEquals(ExecutorErrors.INTERNAL, untrue.code());
    }

    /// The answer to a look-up leaves when this returns.
    @Test
    void aLookUpIsServedOnceItsRecordIsAnchoredAndTheStatementFinal() {
        LookupReceipt receipt = LookupReceipt.newBuilder().setLookup("tax/v/1").build();
        calls.serve(receipt);
        assertEquals(List.of("anchored", "call poyang.v1.Views/Serve"), happened);
        anchors = false;
        assertEquals(
                SdkErrors.NOT_FINAL,
                assertThrows(PoyangException.class, () -> calls.serve(receipt)).code());
    }
}
