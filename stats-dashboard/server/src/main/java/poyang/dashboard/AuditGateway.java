package poyang.dashboard;

import java.util.Set;
import java.util.function.Consumer;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.SignedQuery;

/// Carries supervisors' signed queries to the processes that keep audit logs, and back what these show.
public interface AuditGateway {
    /// The logs that can be followed from here, by their names on chain.
    Set<String> logs();

    /// Hands over what a log's process shows on the calling thread until that ends it, or the sink throws.
    ///
    /// @throws PoyangException what the process refuses
    void follow(String log, SignedQuery query, Consumer<AuditPiece> sink) throws InterruptedException;
}
