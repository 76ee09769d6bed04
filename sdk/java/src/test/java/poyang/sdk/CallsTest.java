package poyang.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Revocations;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.VerificationKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.wire.schema.ChainGrpc;
import poyang.wire.schema.QueryAnswer;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SignedQuery;

/// Calls over mutual TLS, typed errors through them, and which signed reads hold.
@Timeout(60)
final class CallsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Validity YEAR = new Validity(NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(365)));
    private static final Bytes CHAIN = Bytes.wrap(new byte[32]);
    private static final String ACCOUNT = "taxation/analyst";

    private final RandomSource random = new SeededRandom(new byte[32], "calls-test");
    private final Authority root = Certificates.root("Jiangxi", key(), YEAR, random);
    private final Sm2PrivateKey analyst = key();

    private Optional<VerificationKey> keys(String account) {
        return account.equals(ACCOUNT) ? Optional.of(analyst.publicKey()) : Optional.empty();
    }

    private Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    private TlsIdentity identity(Authority authority, String name) {
        return identity(authority, name, YEAR, InstantSource.fixed(NOW));
    }

    private TlsIdentity identity(Authority authority, String name, Validity validity, InstantSource clock) {
        Sm2PrivateKey own = key();
        Authority issuer = authority.issuer("taxation", key(), YEAR, random);
        X509Certificate leaf = issuer.leaf(name, own.publicKey(), validity, random);
        return new TlsIdentity(List.of(leaf, issuer.certificate()), own, authority.certificate(), clock, random);
    }

    private static SignedQueries at(Instant instant) {
        return new SignedQueries(CHAIN, InstantSource.fixed(instant));
    }

    private SignedQuery query() {
        return at(NOW).sign(ACCOUNT, analyst, "poyang.v1.Jobs", "List", Bytes.utf8("x"), random);
    }

    private static void refused(ErrorCode code, SignedQuery query, SignedQueries checker, CallsTest test) {
        PoyangException thrown = assertThrows(PoyangException.class, () -> checker.verify(query, test::keys));
        assertEquals(code, thrown.code());
    }

    @Test
    void aCallCarriesNamesAnswersAndTypedErrors() throws Exception {
        LinkedBlockingQueue<String> callers = new LinkedBlockingQueue<>();
        SignedQueries checker = at(NOW);
        LinkedBlockingQueue<PoyangException> refusals = new LinkedBlockingQueue<>();
        TlsIdentity serving = identity(root, "validator-1");
        Server server = GrpcTls.server(
                        serving, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), refusals::add)
                .addService(new ChainGrpc.ChainImplBase() {
                    @Override
                    public void query(SignedQuery query, StreamObserver<QueryAnswer> out) {
                        try {
                            QueryPayload payload = checker.verify(query, CallsTest.this::keys);
                            out.onNext(QueryAnswer.newBuilder()
                                    .setResult(payload.getArguments())
                                    .build());
                            out.onCompleted();
                        } catch (PoyangException e) {
                            out.onError(CallErrors.toStatus(e));
                        }
                    }
                })
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
                        callers.add(
                                session == null
                                        ? "nobody"
                                        : TlsIdentity.peerName(session) + " " + session.getProtocol() + " "
                                                + session.getCipherSuite());
                        return next.startCall(call, headers);
                    }
                })
                .build()
                .start();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
        ManagedChannel channel = GrpcTls.channel(identity(root, "console"), address, "validator-1")
                .build();
        ManagedChannel misled = GrpcTls.channel(identity(root, "console"), address, "validator-2")
                .build();
        Authority otherRoot = Certificates.root("Jiangxi", key(), YEAR, random);
        ManagedChannel forged = GrpcTls.channel(identity(otherRoot, "console"), address, "validator-1")
                .build();
        Validity past = new Validity(NOW.minus(Duration.ofDays(1)), NOW.minus(Duration.ofHours(1)));
        TlsIdentity stale = identity(root, "console", past, InstantSource.fixed(NOW.minus(Duration.ofHours(2))));
        ManagedChannel expired = GrpcTls.channel(stale, address, "validator-1").build();
        ManagedChannel plain =
                NettyChannelBuilder.forAddress(address).usePlaintext().build();
        try {
            SignedQuery query = query();
            assertEquals(
                    ByteString.copyFromUtf8("x"),
                    ChainGrpc.newBlockingStub(channel).query(query).getResult());
            assertEquals("console TLSv1.3 TLS_SM4_GCM_SM3", callers.poll(10, TimeUnit.SECONDS));
            StatusRuntimeException again = assertThrows(
                    StatusRuntimeException.class,
                    () -> ChainGrpc.newBlockingStub(channel).query(query));
            PoyangException typed = CallErrors.fromStatus(again);
            assertEquals(SdkErrors.REPLAYED_QUERY, typed.code());
            assertEquals("a fresh nonce is needed", typed.right());
            callers.clear();
            refused(misled, CryptoErrors.TLS_WRONG_PEER, "is \"validator-1\", not \"validator-2\"");
            refused(forged, CryptoErrors.TLS_PEER_REFUSED, "\"taxation\" was not signed by \"Jiangxi\"");
            refused(expired, CryptoErrors.TLS_REFUSED_BY_PEER, "\"console\" (serial");
            refused(plain, SdkErrors.CALL_FAILED, "UNAVAILABLE");
            assertEquals(0, callers.size());
            assertTrue(
                    refusals.stream().anyMatch(why -> why.wrong().contains("\"console\" expired on 2026-")),
                    refusals.toString());
            serving.consult((_, _) -> Optional.of(new Revocations.Revocation(1, NOW.getEpochSecond())));
            refused(channel, CryptoErrors.TLS_PEER_REFUSED, "was revoked on");
        } finally {
            for (ManagedChannel each : List.of(channel, misled, forged, expired, plain)) {
                each.shutdownNow();
            }
            server.shutdownNow().awaitTermination();
        }
    }

    private void refused(ManagedChannel channel, ErrorCode code, String words) {
        StatusRuntimeException none = assertThrows(
                StatusRuntimeException.class,
                () -> ChainGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .query(query()));
        PoyangException refusal = CallErrors.fromStatus(none);
        assertEquals(code, refusal.code(), refusal.toString());
        assertTrue(refusal.wrong().contains(words), refusal.wrong());
    }

    @Test
    void errorsSurviveTheTrailersInAnyLanguage() {
        PoyangException sent = new PoyangException(SdkErrors.STALE_QUERY, "时钟 100% 不准; a+b", "校准\n时钟");
        PoyangException received = CallErrors.fromStatus(CallErrors.toStatus(sent));
        assertEquals(sent.code(), received.code());
        assertEquals(sent.wrong(), received.wrong());
        assertEquals(sent.right(), received.right());
        Metadata odd = new Metadata();
        odd.put(Metadata.Key.of("poyang-code", Metadata.ASCII_STRING_MARSHALLER), "31x");
        assertEquals(
                SdkErrors.CALL_FAILED,
                CallErrors.fromStatus(Status.INTERNAL.asRuntimeException(odd)).code());
    }

    @Test
    void aQueryHoldsOnceWithinItsMinuteOnItsChainForItsAccount() {
        SignedQueries checker = at(NOW);
        SignedQuery query = query();
        assertEquals("List", checker.verify(query, this::keys).getMethod());
        refused(SdkErrors.REPLAYED_QUERY, query, checker, this);
        assertEquals("List", at(NOW.plusSeconds(60)).verify(query, this::keys).getMethod());
        refused(SdkErrors.STALE_QUERY, query, at(NOW.plusSeconds(61)), this);
        refused(SdkErrors.STALE_QUERY, query, at(NOW.minusSeconds(61)), this);
        Bytes other = Bytes.wrap(random.bytes(32));
        refused(SdkErrors.OTHER_CHAIN, query, new SignedQueries(other, InstantSource.fixed(NOW)), this);
        SignedQuery unknown = at(NOW).sign("a/b", analyst, "c", "m", Bytes.empty(), random);
        refused(SdkErrors.QUERY_NOT_PROVEN, unknown, checker, this);
        SignedQuery impostor = at(NOW).sign(ACCOUNT, key(), "c", "m", Bytes.empty(), random);
        refused(SdkErrors.QUERY_NOT_PROVEN, impostor, checker, this);
        assertEquals(
                "List",
                checker.verify(query().toBuilder().setParity(0).build(), this::keys)
                        .getMethod());
    }

    @Test
    void everyChangedByteIsRefused() {
        SignedQuery query = query();
        SignedQueries checker = at(NOW);
        for (int i = 0; i < query.getPayload().size(); i++) {
            byte[] changed = query.getPayload().toByteArray();
            changed[i] ^= 1;
            SignedQuery bad =
                    query.toBuilder().setPayload(ByteString.copyFrom(changed)).build();
            assertThrows(PoyangException.class, () -> checker.verify(bad, this::keys), "payload byte " + i);
        }
        for (int i = 0; i < 64; i++) {
            byte[] changed = query.getSignature().toByteArray();
            changed[i] ^= 1;
            SignedQuery bad =
                    query.toBuilder().setSignature(ByteString.copyFrom(changed)).build();
            refused(SdkErrors.QUERY_NOT_PROVEN, bad, checker, this);
        }
        SignedQuery shorter = query.toBuilder()
                .setSignature(query.getSignature().substring(1))
                .build();
        refused(SdkErrors.QUERY_NOT_PROVEN, shorter, checker, this);
    }
}
