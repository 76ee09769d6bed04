package poyang.sdk;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AuditFeedGrpc;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.SignedQuery;

/// Where the audit logs of a province are followed: the processes that keep them, by the logs' names.
///
/// Validators and executors are those that the clients know; a console listens for it at an address of its own.
public final class AuditSources implements AutoCloseable {
    private final TreeMap<String, ManagedChannel> all = new TreeMap<>();
    private final TreeMap<String, ManagedChannel> own = new TreeMap<>();

    private AuditSources() {}

    /// @param identity of whoever connects
    /// @param consoles by the logs' names: where each listens, with its TLS name
    public static AuditSources of(
            ChainClient nodes, ExecutorClient executors, TlsIdentity identity, Map<String, NodeAddress> consoles) {
        AuditSources sources = new AuditSources();
        for (NodeAddress node : nodes.nodes()) {
            sources.all.put("validators/" + node.name() + "/node", nodes.channel(node));
        }
        for (String organisation : executors.organisations()) {
            sources.all.put(organisation + "/executor/executor", executors.channel(organisation));
        }
        consoles.forEach((log, address) -> {
            ManagedChannel channel = GrpcTls.channel(identity, address.socketAddress(), address.name())
                    .keepAliveTime(30, TimeUnit.SECONDS)
                    .build();
            sources.own.put(log, channel);
            sources.all.put(log, channel);
        });
        return sources;
    }

    /// Reads `LOG=NAME=HOST:PORT,…`; none for blank text.
    ///
    /// @throws PoyangException `BAD_ADDRESS`
    public static Map<String, NodeAddress> consoles(String text) {
        Map<String, NodeAddress> found = new TreeMap<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String[] sides = part.strip().split("=", 2);
            List<NodeAddress> address = sides.length == 2 ? NodeAddress.list(sides[1]) : List.of();
            if (address.isEmpty()) {
                throw new PoyangException(
                        SdkErrors.BAD_ADDRESS,
                        "\"" + part + "\" does not say which audit log is followed where",
                        "ORGANISATION/NAME/PROCESS=TLS-NAME=HOST:PORT is needed");
            }
            found.put(sides[0], address.getFirst());
        }
        return found;
    }

    /// The logs, by their names on chain.
    public Set<String> logs() {
        return new TreeSet<>(all.keySet());
    }

    /// Carries a signed query to the process that keeps a log, and hands over what it shows on the calling thread
    /// until that ends it, or the thread is interrupted. While the sink is busy the process waits.
    ///
    /// @throws PoyangException `BAD_ADDRESS`; what the process refuses; `CALL_FAILED` for a lost connection
    public void follow(String log, SignedQuery query, Consumer<AuditPiece> sink) throws InterruptedException {
        ManagedChannel channel = all.get(log);
        if (channel == null) {
            throw new PoyangException(
                    SdkErrors.BAD_ADDRESS, "nobody here knows who keeps the audit log " + log, "one of " + logs());
        }
        Context.CancellableContext scope = Context.current().withCancellation();
        Context previous = scope.attach();
        try {
            Iterator<AuditPiece> pieces = AuditFeedGrpc.newBlockingStub(channel).follow(query);
            while (pieces.hasNext()) {
                sink.accept(pieces.next());
            }
        } catch (StatusRuntimeException e) {
            if (Thread.interrupted() || e.getCause() instanceof InterruptedException) {
                throw (InterruptedException) new InterruptedException("no longer following").initCause(e);
            }
            throw CallErrors.fromStatus(e);
        } finally {
            scope.detach(previous);
            scope.cancel(null);
        }
    }

    @Override
    public void close() {
        own.values().forEach(ManagedChannel::shutdownNow);
    }
}
