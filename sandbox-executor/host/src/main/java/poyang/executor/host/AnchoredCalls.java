package poyang.executor.host;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainForms;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.CommitView;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.LookupReceipt;
import poyang.wire.schema.ProofVerdict;
import poyang.wire.schema.VerifyRequest;

/// What this executor says on chain, which must not take effect unrecorded: each stands in the audit log, and its
/// record is anchored, before the chain gets it.
final class AnchoredCalls implements JobAttempt.ChainCalls, LookupDesk.Statements, ViewSupervisor.Statements {
    private final JobSupervisor.Journal journal;
    private final Runnable anchoring;
    private final Chain chain;
    private final Executor beside;

    /// Executes a contract's method; returns its result when it is final.
    interface Chain {
        Bytes call(String contract, String method, Message arguments);
    }

    /// @param anchoring returns when all that was recorded before is anchored
    /// @param beside runs what need not be waited for in turn
    AnchoredCalls(JobSupervisor.Journal journal, Runnable anchoring, Chain chain, Executor beside) {
        this.journal = journal;
        this.anchoring = anchoring;
        this.chain = chain;
        this.beside = beside;
    }

    @Override
    public void serve(LookupReceipt receipt) {
        // The asker's record stands already; the answer leaves when it is anchored and the statement is final.
        CompletableFuture<Void> anchored = CompletableFuture.runAsync(anchoring, beside);
        Bytes _ = chain.call(ViewFacts.VIEWS, "Serve", receipt);
        try {
            Void _ = anchored.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof PoyangException refused ? refused : e;
        }
    }

    @Override
    public void commit(CommitView table) {
        journal.release("view-commit", table.getView(), "version " + table.getVersion());
        Bytes _ = chain.call(ViewFacts.VIEWS, "Commit", table);
    }

    @Override
    public void commit(CommitRequest request) {
        journal.release("commit", request.getJob(), "");
        Bytes _ = chain.call("poyang.v1.Jobs", "Commit", request);
    }

    @Override
    public void submit(JobReceipt receipt) {
        journal.release("receipt", receipt.getJob(), "");
        Bytes _ = chain.call("poyang.v1.Receipts", "Submit", receipt);
    }

    @Override
    public String prove(VerifyRequest request) {
        journal.release("proof", request.getKey(), "");
        ProofVerdict verdict =
                ChainForms.attested(ProofVerdict.parser(), chain.call("poyang.v1.ZeroKnowledge", "Verify", request));
        if (!verdict.getValid()) {
            throw new PoyangException(
                    ExecutorErrors.INTERNAL,
                    "the chain's nodes do not accept the proof: " + verdict.getReason(),
                    "nodes and executors of one release are needed");
        }
        return verdict.getId();
    }
}
