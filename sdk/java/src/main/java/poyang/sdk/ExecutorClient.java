package poyang.sdk;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PoyangException;
import poyang.wire.schema.ConnectorList;
import poyang.wire.schema.ExecutorGrpc;
import poyang.wire.schema.JobProgress;
import poyang.wire.schema.LookupFrame;
import poyang.wire.schema.PrivateReadsGrpc;
import poyang.wire.schema.SealedResult;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.SourceDiscovery;
import poyang.wire.schema.SourceList;
import poyang.wire.schema.ViewForm;
import poyang.wire.schema.ViewStatus;

/// Carries people's signed queries to departments' executors. Executors know people by their
/// signatures; who carries the query does not matter. Safe for use by several threads.
public final class ExecutorClient implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 256 << 20;
    /// Discovery reads a whole source.
    private static final long CALL_SECONDS = 600;

    private final TreeMap<String, ManagedChannel> channels = new TreeMap<>();

    private ExecutorClient() {}

    /// Connects when the first call is made.
    ///
    /// @param executors named by organisation; each must prove the TLS name `ORGANISATION-executor`
    public static ExecutorClient connect(TlsIdentity identity, List<NodeAddress> executors) {
        ExecutorClient client = new ExecutorClient();
        for (NodeAddress executor : executors) {
            client.channels.put(
                    executor.name(),
                    GrpcTls.channel(identity, executor.socketAddress(), executor.name() + "-executor")
                            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                            .keepAliveTime(30, TimeUnit.SECONDS)
                            .build());
        }
        return client;
    }

    public ConnectorList connectors(String organisation, SignedQuery query) {
        return call(organisation, stub -> stub.connectors(query));
    }

    public SourceDiscovery testSource(String organisation, SignedQuery query) {
        return call(organisation, stub -> stub.testSource(query));
    }

    public SourceDiscovery addSource(String organisation, SignedQuery query) {
        return call(organisation, stub -> stub.addSource(query));
    }

    public SourceList listSources(String organisation, SignedQuery query) {
        return call(organisation, stub -> stub.listSources(query));
    }

    public SealedResult result(String organisation, SignedQuery query) {
        return call(organisation, stub -> stub.result(query));
    }

    public ViewForm viewForm(String organisation, SignedQuery query) {
        return read(organisation, stub -> stub.form(query));
    }

    public ViewStatus viewStatus(String organisation, SignedQuery query) {
        return read(organisation, stub -> stub.status(query));
    }

    /// First frame of a private look-up.
    public LookupFrame evaluate(String organisation, SignedQuery query) {
        return read(organisation, stub -> stub.evaluate(query));
    }

    /// Second frame of a private look-up.
    public LookupFrame answer(String organisation, SignedQuery query) {
        return read(organisation, stub -> stub.answer(query));
    }

    /// Hands over progress on the calling thread until the attempt ends, or the thread is interrupted.
    public void progress(String organisation, SignedQuery query, Consumer<JobProgress> sink)
            throws InterruptedException {
        Context.CancellableContext scope = Context.current().withCancellation();
        Context previous = scope.attach();
        try {
            Iterator<JobProgress> steps =
                    ExecutorGrpc.newBlockingStub(channel(organisation)).progress(query);
            while (steps.hasNext()) {
                sink.accept(steps.next());
            }
        } catch (StatusRuntimeException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("no longer watching").initCause(e);
            }
            throw CallErrors.fromStatus(e);
        } finally {
            scope.detach(previous);
            scope.cancel(null);
        }
    }

    private <T> T call(String organisation, Function<ExecutorGrpc.ExecutorBlockingStub, T> call) {
        return ask(ExecutorGrpc.newBlockingStub(channel(organisation)), call);
    }

    private <T> T read(String organisation, Function<PrivateReadsGrpc.PrivateReadsBlockingStub, T> call) {
        return ask(PrivateReadsGrpc.newBlockingStub(channel(organisation)), call);
    }

    private static <S extends AbstractStub<S>, T> T ask(S stub, Function<S, T> call) {
        try {
            return call.apply(stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS));
        } catch (StatusRuntimeException e) {
            throw CallErrors.fromStatus(e);
        }
    }

    Set<String> organisations() {
        return Set.copyOf(channels.keySet());
    }

    ManagedChannel channel(String organisation) {
        ManagedChannel channel = channels.get(organisation);
        if (channel == null) {
            throw new PoyangException(
                    SdkErrors.BAD_ADDRESS,
                    "no executor of \"" + organisation + "\" is known here",
                    "one of " + channels.keySet() + " is needed");
        }
        return channel;
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
