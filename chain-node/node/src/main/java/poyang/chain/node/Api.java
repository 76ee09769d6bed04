package poyang.chain.node;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditFeed;
import poyang.sdk.CallErrors;
import poyang.sdk.GrpcTls;
import poyang.sdk.SdkErrors;

/// Where a chain's clients are heard.
final class Api {
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final int MESSAGE_BYTES_MAX = 2 << 20;
    private static final int CALLS_OF_ONE = 256;
    /// Calls and streams at once: who asks beyond them is told to ask elsewhere, and other chains of this process
    /// have the rest of it.
    private static final int CALLS_OF_ALL = 4_096;

    private Api() {}

    /// @throws PoyangException `API_LISTEN_FAILED`
    static Server serve(
            ChainService service,
            AuditFeed feed,
            TlsIdentity identity,
            InetSocketAddress address,
            ExecutorService calls) {
        try {
            return GrpcTls.server(identity, address, why -> LOG.warn("a client was refused: {}", why.getMessage()))
                    .executor(calls)
                    .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                    .maxConcurrentCallsPerConnection(CALLS_OF_ONE)
                    .permitKeepAliveTime(10, TimeUnit.SECONDS)
                    .intercept(new Room(new AtomicInteger()))
                    .addService(service)
                    .addService(feed)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new PoyangException(
                    NodeErrors.LISTEN_FAILED,
                    "cannot listen on " + address + " (" + e.getMessage() + ")",
                    "a free address of this machine is needed",
                    e);
        }
    }

    private record Room(AtomicInteger taken) implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            if (taken.incrementAndGet() > CALLS_OF_ALL) {
                taken.decrementAndGet();
                StatusRuntimeException busy = CallErrors.toStatus(new PoyangException(
                        SdkErrors.BUSY,
                        CALLS_OF_ALL + " calls are under way here",
                        "ask another node, or again in a few seconds"));
                Metadata trailers = busy.getTrailers();
                call.close(busy.getStatus(), trailers == null ? new Metadata() : trailers);
                return new ServerCall.Listener<>() {};
            }
            AtomicBoolean over = new AtomicBoolean();
            return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
                @Override
                public void onComplete() {
                    leave();
                    super.onComplete();
                }

                @Override
                public void onCancel() {
                    leave();
                    super.onCancel();
                }

                private void leave() {
                    if (over.compareAndSet(false, true)) {
                        taken.decrementAndGet();
                    }
                }
            };
        }
    }
}
