package poyang.chain.node;

import java.util.concurrent.CompletableFuture;
import poyang.chain.proofs.Epoch;
import poyang.kernel.Bytes;

/// A chain that this process answers for: one that goes on, or one that is closed.
public sealed interface ServedChain extends AutoCloseable permits Node, ArchivedChain {
    /// Where clients reach it, with the port that the system chose.
    int apiPort();

    /// Completes when it has stopped: normally after {@link #close}, exceptionally when it had to.
    CompletableFuture<Void> ended();

    /// The last height with a finality proof.
    long finalisedHeight();

    /// The state root in the header of the block at a height.
    Bytes stateRoot(long height);

    /// The last epoch that is known here.
    Epoch epoch();

    /// Has somebody's act on this chain in its audit log; durable when it returns.
    ///
    /// @param result {@link poyang.sdk.AuditLog#DONE}, or why not
    void record(String actor, String action, String subject, String result);

    @Override
    void close();
}
