package poyang.sdk;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// gRPC over the one kind of connection that processes use: TLS 1.3 with SM suites, certificates on
/// both sides, HTTP/2 agreed by ALPN. The peer's name is in the session, see
/// {@link TlsIdentity#peerName}.
public final class GrpcTls {
    private GrpcTls() {}

    /// A server of `identity` on `address`; add services, then build and start it. Callers whose
    /// certificates ran out or were revoked since they connected are refused call by call.
    ///
    /// @param refused hears of each connection that was not made
    public static NettyServerBuilder server(
            TlsIdentity identity, InetSocketAddress address, Consumer<PoyangException> refused) {
        return NettyServerBuilder.forAddress(address)
                .sslContext(context(identity, identity.sslContext(refused), false))
                .intercept(new CallerStanding(identity));
    }

    /// A channel of `identity` to the process called `peer`, which must prove that name. Calls that fail
    /// for a connection that TLS refused carry a `TlsRefusal` among their causes.
    public static NettyChannelBuilder channel(TlsIdentity identity, InetSocketAddress address, String peer) {
        return channel(identity.sslContext(), identity, address, peer);
    }

    /// The same where several chains may stand behind the address: asks for one.
    ///
    /// @param door as {@link poyang.chain.proofs.ChainDoor} names it
    public static NettyChannelBuilder channel(
            TlsIdentity identity, InetSocketAddress address, String peer, String door) {
        return channel(identity.sslContextTowards(door), identity, address, peer);
    }

    private static NettyChannelBuilder channel(
            SSLContext engines, TlsIdentity identity, InetSocketAddress address, String peer) {
        return NettyChannelBuilder.forAddress(address)
                .sslContext(context(identity, engines, true))
                .overrideAuthority(peer);
    }

    private static SslContext context(TlsIdentity identity, SSLContext engines, boolean client) {
        return new JdkSslContext(
                engines,
                client,
                identity.cipherSuites(),
                IdentityCipherSuiteFilter.INSTANCE,
                new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        "h2"),
                ClientAuth.REQUIRE,
                identity.protocols().toArray(String[]::new),
                false);
    }

    private record CallerStanding(TlsIdentity identity) implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            if (session == null) {
                throw new Bug("there is no connection without TLS here");
            }
            Optional<PoyangException> fallen = identity.standing(session);
            if (fallen.isPresent()) {
                StatusRuntimeException refusal = CallErrors.toStatus(fallen.get());
                Metadata trailers = refusal.getTrailers();
                call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }
}
