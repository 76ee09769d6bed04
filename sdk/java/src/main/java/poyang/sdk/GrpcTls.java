package poyang.sdk;

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
import poyang.crypto.tls.TlsIdentity;

/// gRPC over the one kind of connection that processes use: TLS 1.3 with SM suites, certificates on
/// both sides, HTTP/2 agreed by ALPN. The peer's name is in the session, see
/// {@link TlsIdentity#peerName}.
public final class GrpcTls {
    private GrpcTls() {}

    /// A server of `identity` on `address`; add services, then build and start it.
    public static NettyServerBuilder server(TlsIdentity identity, InetSocketAddress address) {
        return NettyServerBuilder.forAddress(address).sslContext(context(identity, false));
    }

    /// A channel of `identity` to the process called `peer`, which must prove that name.
    public static NettyChannelBuilder channel(TlsIdentity identity, InetSocketAddress address, String peer) {
        return NettyChannelBuilder.forAddress(address)
                .sslContext(context(identity, true))
                .overrideAuthority(peer);
    }

    private static SslContext context(TlsIdentity identity, boolean client) {
        return new JdkSslContext(
                identity.sslContext(),
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
}
