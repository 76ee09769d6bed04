package poyang.sdk;

import java.util.function.Consumer;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AuditAnchor;

/// Keeps the head of a process's audit log on chain: at least every minute, whether it grew or not, and
/// before anything that must not take effect unrecorded. Safe for use by several threads.
public final class AuditAnchors {
    /// The contract that keeps anchors.
    public static final String CONTRACT = "poyang.v1.Audit";

    /// Half of what is promised, which leaves a block and a second try room.
    private static final long EVERY_MILLIS = 30_000;

    private static final long AGAIN_MILLIS = 2_000;
    private static final String REWRITTEN = "BAD_ARGUMENTS";

    private final AuditLog log;
    private final String process;
    private final Chain chain;
    private final Consumer<PoyangException> late;
    private long anchored;

    /// Has an anchor take effect.
    public interface Chain {
        /// Returns when the anchor stands in a final block.
        void anchor(AuditAnchor head);
    }

    /// @param process the log's name among those of its account, for example `executor`
    /// @param late told why an anchor is not on chain yet; it is tried again
    public AuditAnchors(AuditLog log, String process, Chain chain, Consumer<PoyangException> late) {
        this.log = log;
        this.process = process;
        this.chain = chain;
        this.late = late;
    }

    /// What an account's transactions do for the log of one of its processes.
    public static AuditAnchors of(AuditLog log, String process, ChainAccount account, Consumer<PoyangException> late) {
        return new AuditAnchors(
                log,
                process,
                head -> {
                    var _ = account.call(CONTRACT, "Anchor", head);
                },
                late);
    }

    /// Anchors until interrupted.
    ///
    /// @throws PoyangException `AUDIT_LOG_LOST`, or the chain's refusal of a log that is not the one it has
    ///     anchors of: the process must stop serving
    public void run() throws InterruptedException {
        while (true) {
            Thread.sleep(tried() ? EVERY_MILLIS : AGAIN_MILLIS);
        }
    }

    private boolean tried() {
        try {
            anchor(log.anchor(), false);
            return true;
        } catch (PoyangException e) {
            if (e.code().equals(SdkErrors.AUDIT_LOG_LOST) || e.code().name().equals(REWRITTEN)) {
                throw e;
            }
            late.accept(e);
            return false;
        }
    }

    /// Returns when all that was recorded so far is anchored.
    ///
    /// @throws PoyangException when that is not possible now: what it is about must not be done
    public synchronized void now() {
        AuditLog.Head head = log.anchor();
        if (head.sequence() > anchored) {
            anchor(head, false);
        }
    }

    /// Tells the chain, after the last record, that this log is silent in good order.
    public void farewell() {
        anchor(log.anchor(), true);
    }

    private synchronized void anchor(AuditLog.Head head, boolean stopping) {
        if (head.sequence() < anchored) {
            return;
        }
        chain.anchor(AuditAnchor.newBuilder()
                .setProcess(process)
                .setSequence(head.sequence())
                .setHead(ChainForms.byteString(head.value()))
                .setStopping(stopping)
                .build());
        anchored = head.sequence();
    }
}
