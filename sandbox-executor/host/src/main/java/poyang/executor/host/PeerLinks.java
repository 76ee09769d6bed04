package poyang.executor.host;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.VerificationKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.executor.job.JobFacts;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.sdk.GrpcTls;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.PeerFrame;
import poyang.wire.schema.PeerHello;
import poyang.wire.schema.PeerLinkGrpc;

/// Streams between this executor and those of other departments: of two parties of a job, the executor of the
/// one that stands first dials, the other's waits. Both prove by TLS to be the department's executor, and by a
/// signature of the
/// executor's account that they mean this attempt.
final class PeerLinks extends PeerLinkGrpc.PeerLinkImplBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLinks.class);
    private static final Context.Key<String> PEER = Context.key("tls-peer");
    private static final int MOST_HELD = 64;
    /// For an attempt that this side has not begun.
    private static final long HELD_SECONDS = 120;
    private static final int FRAME_BYTES_MAX = (4 << 20) + (64 << 10);
    private static final long REDIAL_MILLIS = 300;

    private final String organisation;
    private final SigningKey account;
    private final Function<String, List<VerificationKey>> keys;
    private final Map<String, ManagedChannel> channels = new TreeMap<>();
    private final Map<String, CompletableFuture<PeerStream>> meetings = new ConcurrentHashMap<>();

    /// @param keys the key of an account on the chain, if there is such an account
    PeerLinks(
            String organisation,
            SigningKey account,
            Function<String, List<VerificationKey>> keys,
            TlsIdentity identity,
            List<NodeAddress> executors) {
        this.organisation = organisation;
        this.account = account;
        this.keys = keys;
        for (NodeAddress executor : executors) {
            channels.put(
                    executor.name(),
                    GrpcTls.channel(identity, executor.socketAddress(), tlsName(executor.name()))
                            .maxInboundMessageSize(FRAME_BYTES_MAX)
                            .keepAliveTime(10, TimeUnit.SECONDS)
                            .keepAliveTimeout(10, TimeUnit.SECONDS)
                            .build());
        }
    }

    /// The common name in the certificate of a department's executor.
    static String tlsName(String organisation) {
        return organisation + "-executor";
    }

    /// The account of a department's executor.
    static String accountName(String organisation) {
        return organisation + "/executor";
    }

    /// Tells the service who the caller's certificate says it is.
    static ServerInterceptor callerNames() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
                String name = session == null ? "" : TlsIdentity.peerName(session);
                return Contexts.interceptCall(Context.current().withValue(PEER, name), call, headers, next);
            }
        };
    }

    // ---- the side that waits --------------------------------------------------------------------

    @Override
    public StreamObserver<PeerFrame> exchange(StreamObserver<PeerFrame> response) {
        ServerCallStreamObserver<PeerFrame> out = (ServerCallStreamObserver<PeerFrame>) response;
        String caller = PEER.get();
        PeerStream stream = new PeerStream();
        out.disableAutoRequest();
        out.setOnCancelHandler(() -> stream.onError(Status.CANCELLED.asException()));
        stream.attach(out);
        out.request(PeerStream.FRAMES_AHEAD);
        Thread _ = Thread.ofVirtual().name("hello").start(() -> {
            try {
                welcome(stream, caller);
            } catch (PoyangException e) {
                LOG.warn("a peer was refused: {}", e.wrong());
                stream.abort(e);
            } catch (InterruptedException e) {
                stream.close();
            }
        });
        return stream;
    }

    private void welcome(PeerStream stream, String caller) throws InterruptedException {
        PeerHello hello = stream.awaitHello();
        check(hello, hello.getOrganisation(), hello.getJob(), hello.getAttempt());
        if (!caller.equals(tlsName(hello.getOrganisation()))) {
            throw refused("the caller's certificate says \"" + caller + "\"");
        }
        String key = key(hello.getJob(), hello.getAttempt(), hello.getOrganisation());
        CompletableFuture<PeerStream> meeting = meetings.computeIfAbsent(key, _ -> new CompletableFuture<>());
        if (meetings.size() > MOST_HELD || !meeting.complete(stream)) {
            throw refused("this attempt has a stream already, or too many wait");
        }
        CompletableFuture.delayedExecutor(HELD_SECONDS, TimeUnit.SECONDS).execute(() -> {
            if (meetings.remove(key, meeting)) {
                stream.close();
            }
        });
    }

    private static String key(String job, int attempt, String peer) {
        return job + ":" + attempt + ":" + peer;
    }

    /// The stream that the other side's executor opens for this attempt.
    ///
    /// @throws PoyangException `PEER_LOST` when none comes in time
    PeerStream await(JobFacts facts, PartyId peer, long millis) throws InterruptedException {
        String key = key(facts.job(), facts.attempt(), peer.name());
        CompletableFuture<PeerStream> meeting = meetings.computeIfAbsent(key, _ -> new CompletableFuture<>());
        try {
            PeerStream stream = meeting.get(millis, TimeUnit.MILLISECONDS);
            stream.hello(hello(facts, peer));
            return stream;
        } catch (ExecutionException | TimeoutException e) {
            throw unreachable(peer, millis, e);
        } finally {
            meetings.remove(key);
        }
    }

    // ---- the side that dials --------------------------------------------------------------------

    /// Opens a stream to the other side's executor, which may still be on its way.
    ///
    /// @throws PoyangException `PEER_LOST`, `HELLO_REFUSED`
    PeerStream dial(JobFacts facts, PartyId peer, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        ManagedChannel channel = channels.get(peer.name());
        if (channel == null) {
            throw new PoyangException(
                    KernelErrors.PEER_LOST,
                    "this executor has no address of " + peer + "'s",
                    "name it among the peers in the configuration");
        }
        while (true) {
            PeerStream stream = open(channel);
            try {
                stream.hello(hello(facts, peer));
                check(stream.awaitHello(), peer.name(), facts.job(), facts.attempt());
                return stream;
            } catch (PoyangException e) {
                stream.close();
                if (!e.code().equals(KernelErrors.PEER_LOST) || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(REDIAL_MILLIS);
            }
        }
    }

    private static PeerStream open(ManagedChannel channel) {
        PeerStream stream = new PeerStream();
        StreamObserver<PeerFrame> _ = PeerLinkGrpc.newStub(channel)
                .exchange(new ClientResponseObserver<PeerFrame, PeerFrame>() {
                    @Override
                    public void beforeStart(ClientCallStreamObserver<PeerFrame> out) {
                        out.disableAutoRequestWithInitial(PeerStream.FRAMES_AHEAD);
                        stream.attach(out);
                    }

                    @Override
                    public void onNext(PeerFrame frame) {
                        stream.onNext(frame);
                    }

                    @Override
                    public void onError(Throwable cause) {
                        stream.onError(cause);
                    }

                    @Override
                    public void onCompleted() {
                        stream.onCompleted();
                    }
                });
        return stream;
    }

    // ---- hello ----------------------------------------------------------------------------------

    private PeerHello hello(JobFacts facts, PartyId peer) {
        Signature signature = account.sign(message(facts.job(), facts.attempt(), organisation, peer.name()));
        return PeerHello.newBuilder()
                .setJob(facts.job())
                .setAttempt(facts.attempt())
                .setOrganisation(organisation)
                .setSignature(ByteString.copyFrom(signature.encoded().toArray()))
                .build();
    }

    /// What Hello's signature covers.
    static byte[] message(String job, int attempt, String from, String to) {
        return new CanonicalWriter("poyang.peer-hello.v1")
                .text(job)
                .u32(attempt)
                .text(from)
                .text(to)
                .toArray();
    }

    private void check(PeerHello hello, String peer, String job, int attempt) {
        boolean fits = hello.getOrganisation().equals(peer)
                && hello.getJob().equals(job)
                && hello.getAttempt() == attempt
                && channels.containsKey(peer)
                && hello.getSignature().size() == Signature.ENCODED_BYTES;
        if (!fits) {
            throw refused("Hello names another attempt or department");
        }
        List<VerificationKey> known = keys.apply(accountName(peer));
        if (known.isEmpty()) {
            throw refused(peer + " has no executor on this chain");
        }
        Signature signature = Signature.decode(hello.getSignature().toByteArray());
        byte[] signed = message(job, attempt, peer, organisation);
        if (known.stream().noneMatch(key -> key.verify(signed, signature))) {
            throw refused("Hello is not signed by " + accountName(peer));
        }
    }

    private static PoyangException refused(String wrong) {
        return new PoyangException(
                HostErrors.HELLO_REFUSED, wrong, "the executor of the other department, for this attempt, is needed");
    }

    private static PoyangException unreachable(PartyId peer, long millis, Exception cause) {
        return new PoyangException(
                KernelErrors.PEER_LOST,
                peer + "'s executor did not come within " + millis + " ms",
                "run the job again when all departments' executors are up",
                cause);
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
