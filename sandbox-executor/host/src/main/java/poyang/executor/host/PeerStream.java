package poyang.executor.host;

import com.google.protobuf.ByteString;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import poyang.crypto.tls.TlsRefusal;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.wire.schema.Empty;
import poyang.wire.schema.PeerAbort;
import poyang.wire.schema.PeerFrame;
import poyang.wire.schema.PeerHello;

/// One stream between two executors, seen from either end: outgoing frames wait while the other side
/// does not keep up, incoming ones are asked for one by one as they are taken.
final class PeerStream implements FrameLink, StreamObserver<PeerFrame> {
    static final int FRAMES_AHEAD = 4;

    private final LinkedBlockingQueue<Inbound> inbox = new LinkedBlockingQueue<>();
    private final Object outward = new Object();
    private @Nullable CallStreamObserver<PeerFrame> out;
    private boolean ended;

    private sealed interface Inbound {
        record Frame(PeerFrame frame) implements Inbound {}

        record Lost(String reason) implements Inbound {}
    }

    /// Must come before the first frame; `out` demands inbound frames by {@link #FRAMES_AHEAD} first.
    void attach(CallStreamObserver<PeerFrame> observer) {
        synchronized (outward) {
            out = observer;
        }
        observer.setOnReadyHandler(this::wake);
    }

    private void wake() {
        synchronized (outward) {
            outward.notifyAll();
        }
    }

    private CallStreamObserver<PeerFrame> out() {
        synchronized (outward) {
            if (out == null) {
                throw new Bug("a stream is attached before it is used");
            }
            return out;
        }
    }

    // ---- what gRPC calls ------------------------------------------------------------------------

    @Override
    public void onNext(PeerFrame frame) {
        inbox.add(new Inbound.Frame(frame));
    }

    @Override
    public void onError(Throwable cause) {
        end(TlsRefusal.in(cause)
                .map(PoyangException::getMessage)
                .orElseGet(() -> "the connection broke (" + cause.getMessage() + ")"));
    }

    @Override
    public void onCompleted() {
        end("the other side closed the stream");
    }

    private void end(String reason) {
        inbox.add(new Inbound.Lost(reason));
        synchronized (outward) {
            ended = true;
            outward.notifyAll();
        }
    }

    // ---- what the attempt calls -----------------------------------------------------------------

    void hello(PeerHello hello) throws InterruptedException {
        put(PeerFrame.newBuilder().setHello(hello).build());
    }

    /// The first frame of the other side.
    ///
    /// @throws PoyangException `PEER_LOST`, `HELLO_REFUSED` when it is something else
    PeerHello awaitHello() throws InterruptedException {
        PeerFrame frame = take();
        if (!frame.hasHello()) {
            throw new PoyangException(
                    HostErrors.HELLO_REFUSED, "the other side did not begin with Hello", "one release is needed");
        }
        return frame.getHello();
    }

    @Override
    public void send(Bytes frame) throws InterruptedException {
        put(PeerFrame.newBuilder()
                .setProtocol(ByteString.copyFrom(frame.toArray()))
                .build());
    }

    private void put(PeerFrame frame) throws InterruptedException {
        synchronized (outward) {
            while (!ended && !out().isReady()) {
                outward.wait();
            }
            if (ended) {
                throw lost("the other side ended the attempt");
            }
            out().onNext(frame);
        }
    }

    private PeerFrame take() throws InterruptedException {
        Inbound next = inbox.take();
        return switch (next) {
            case Inbound.Frame(PeerFrame frame) -> {
                out().request(1);
                yield frame;
            }
            case Inbound.Lost(String reason) -> {
                inbox.add(next);
                throw lost(reason);
            }
        };
    }

    @Override
    public Optional<Bytes> receive() throws InterruptedException {
        PeerFrame frame = take();
        return switch (frame.getFrameCase()) {
            case PROTOCOL -> Optional.of(Bytes.wrap(frame.getProtocol().toByteArray()));
            case FINISHED -> Optional.empty();
            case ABORT ->
                throw new PoyangException(
                        HostErrors.PEER_ENDED,
                        "the other side ended the attempt: " + frame.getAbort().getCode(),
                        "see the job's failure on chain");
            case HELLO, FRAME_NOT_SET -> throw lost("the other side spoke out of turn");
        };
    }

    @Override
    public void finish() {
        synchronized (outward) {
            if (!ended) {
                out().onNext(PeerFrame.newBuilder()
                        .setFinished(Empty.getDefaultInstance())
                        .build());
            }
        }
    }

    @Override
    public void abort(PoyangException because) {
        synchronized (outward) {
            if (!ended) {
                ended = true;
                out().onNext(PeerFrame.newBuilder()
                        .setAbort(PeerAbort.newBuilder()
                                .setCode(FailureCode.of(because).name()))
                        .build());
                out().onCompleted();
            }
            outward.notifyAll();
        }
        inbox.add(new Inbound.Lost("this side ended the attempt"));
    }

    /// Nothing more will be sent.
    void close() {
        synchronized (outward) {
            if (!ended) {
                ended = true;
                out().onCompleted();
            }
        }
    }

    private static PoyangException lost(String wrong) {
        return new PoyangException(
                KernelErrors.PEER_LOST, wrong, "run the job again when all departments' executors are up");
    }
}
