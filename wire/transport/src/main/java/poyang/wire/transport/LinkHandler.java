package poyang.wire.transport;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import poyang.crypto.tls.TlsIdentity;
import poyang.crypto.tls.TlsRefusal;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// One connection from its handshake to its end: who it is, heartbeats, frames to the listener.
///
/// In TLS 1.3 the side that dials is ready before the other has judged its certificate; so both sides
/// send a ping at once, and only a first frame heard makes the connection the link.
final class LinkHandler extends SimpleChannelInboundHandler<Inbound> {
    private static final byte PING = 1;
    private static final byte PONG = 2;
    private static final int CONTROL_BYTES = 9;

    private final Transport transport;
    private final @Nullable PartyId dialled;
    private final @Nullable PartyId via;
    /// The other side called although it need not: to be put through to a third, or because it had
    /// no link.
    private boolean undecided;
    private boolean stranger;
    private boolean attached;
    private @Nullable PeerLink link;
    private @Nullable ScheduledFuture<?> heartbeat;
    private @Nullable ScheduledFuture<?> pause;
    private @Nullable Silence silence;
    private String reason = "the connection ended";

    /// @param dialled whom this side called; null when the other side called
    /// @param via who put the call through; null when nobody had to
    LinkHandler(Transport transport, @Nullable PartyId dialled, @Nullable PartyId via) {
        super(Inbound.class);
        this.transport = transport;
        this.dialled = dialled;
        this.via = via;
        stranger = dialled == null;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                admit(context);
            } else {
                refuse(context, inWords(handshake.cause()));
            }
        }
    }

    private void admit(ChannelHandlerContext context) {
        String name = TlsIdentity.peerName(session(context));
        PeerLink known;
        try {
            known = transport.link(new PartyId(name));
        } catch (PoyangException e) {
            known = null;
        }
        if (known == null || (dialled != null && !dialled.equals(known.peer()))) {
            refuse(context, "its certificate names \"" + name + "\", which is not the peer expected");
            return;
        }
        if (transport.barred(known.peer())) {
            refuse(context, "\"" + known.peer() + "\" is barred");
            return;
        }
        link = known;
        undecided = dialled == null && transport.dials(known.peer());
        if (dialled != null && known.better(rank(known))) {
            end(context, "there is a link already");
        } else if (!undecided) {
            beginBeating(context);
        }
    }

    /// Direct links before those through others; then those that the one dialled whose name comes
    /// first.
    private int rank(PeerLink with) {
        boolean byFirst = (dialled != null) == transport.dials(with.peer());
        return (via == null ? 2 : 0) + (byFirst ? 1 : 0);
    }

    private void beginBeating(ChannelHandlerContext context) {
        long every = transport.config().heartbeatMillis();
        Silence fresh = new Silence(TimeUnit.MILLISECONDS.toNanos(every), System.nanoTime());
        silence = fresh;
        heartbeat =
                context.executor().scheduleWithFixedDelay(() -> beat(context, fresh), 0, every, TimeUnit.MILLISECONDS);
    }

    private void beat(ChannelHandlerContext context, Silence kept) {
        long now = System.nanoTime();
        if (pause != null) {
            // Its words wait because this side does not read them: that is no silence.
            kept.heard(now);
        }
        if (kept.lost(now)) {
            end(context, "nothing heard for " + TimeUnit.NANOSECONDS.toMillis(kept.nanos(now)) + " ms");
            return;
        }
        PeerLink own = link;
        if (own != null && transport.barred(own.peer())) {
            refuse(context, "\"" + own.peer() + "\" is barred");
            return;
        }
        Optional<PoyangException> fallen = transport.standing(session(context));
        if (fallen.isPresent()) {
            refuse(context, words(fallen.get()));
            return;
        }
        control(context, PING, System.nanoTime());
    }

    private static SSLSession session(ChannelHandlerContext context) {
        return Transport.session(context, Transport.LINK_TLS);
    }

    private static String inWords(Throwable cause) {
        return TlsRefusal.in(cause)
                .map(LinkHandler::words)
                .orElseGet(() -> cause instanceof NotSslRecordException
                        ? "what came was not TLS"
                        : "no TLS connection (" + cause.getMessage() + ")");
    }

    private static String words(PoyangException refusal) {
        return refusal.wrong() + "; " + refusal.right();
    }

    private void control(ChannelHandlerContext context, byte kind, long nanos) {
        byte[] payload =
                ByteBuffer.allocate(CONTROL_BYTES).put(kind).putLong(nanos).array();
        context.channel()
                .writeAndFlush(new Frame(transport.freshId(), Frame.CONTROL, Bytes.wrap(payload)))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Inbound inbound) {
        PeerLink own = link;
        if (own == null) {
            return;
        }
        switch (inbound) {
            case Malformed malformed -> {
                own.malformed();
                refuse(context, malformed.reason());
            }
            case Frame frame -> read(context, own, frame);
        }
    }

    private void read(ChannelHandlerContext context, PeerLink own, Frame frame) {
        if (!context.channel().isActive()) {
            return;
        }
        if (!attached && dialled == null && Call.TO.is(frame)) {
            stopBeating();
            link = null;
            transport.relay().join(context, own.peer(), frame);
            return;
        }
        if (undecided && own.better(rank(own))) {
            end(context, "there is a link already");
            return;
        }
        if (undecided) {
            undecided = false;
            beginBeating(context);
        }
        heard();
        own.heard();
        if (!attached) {
            if (!own.attach(context.channel(), via, rank(own))) {
                end(context, "there is a link already");
                return;
            }
            attached = true;
            familiar();
            if (via != null) {
                transport.dialAgain(own.peer());
            }
        }
        if (frame.channel() == Frame.CONTROL) {
            readControl(context, own, frame);
        } else if (own.accept(frame)) {
            try {
                transport.listener().received(own.peer(), frame.channel(), frame.payload());
            } catch (PoyangException e) {
                own.malformed();
            }
        }
        long owed = own.pay(frame);
        if (owed > 0 && pause == null) {
            own.paused();
            context.channel().config().setAutoRead(false);
            pause = context.executor().schedule(() -> readOn(context, own), owed, TimeUnit.NANOSECONDS);
        }
    }

    private void readOn(ChannelHandlerContext context, PeerLink own) {
        long owed = own.pauseNanos();
        if (owed > 0) {
            pause = context.executor().schedule(() -> readOn(context, own), owed, TimeUnit.NANOSECONDS);
            return;
        }
        pause = null;
        heard();
        context.channel().config().setAutoRead(true);
    }

    private void readControl(ChannelHandlerContext context, PeerLink own, Frame frame) {
        ByteBuffer payload = ByteBuffer.wrap(frame.payload().toArray());
        if (payload.remaining() != CONTROL_BYTES) {
            own.malformed();
            refuse(context, "a control frame of " + payload.remaining() + " bytes");
            return;
        }
        byte kind = payload.get();
        long nanos = payload.getLong();
        if (kind == PING) {
            // Who asks without reading the answers gets none.
            if (context.channel().isWritable()) {
                control(context, PONG, nanos);
            }
        } else if (kind == PONG) {
            long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - nanos);
            own.roundTrip(Math.max(0, micros));
        } else {
            own.malformed();
            refuse(context, "a control frame of kind " + kind);
        }
    }

    /// Bytes of a frame that is still on its way count as heard: a large one can take longer on a slow line
    /// than the peer may be silent.
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        heard();
        context.fireChannelReadComplete();
    }

    private void heard() {
        if (silence != null) {
            silence.heard(System.nanoTime());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        PeerLink own = link;
        if (own != null && attached && context.channel().isWritable()) {
            own.drain();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        familiar();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopBeating();
        if (pause != null) {
            pause.cancel(false);
        }
        if (link != null) {
            link.detach(context.channel(), reason);
        }
        if (dialled != null) {
            transport.dialAgain(dialled);
        } else if (link != null && attached) {
            transport.dialAgain(link.peer());
        }
    }

    private void stopBeating() {
        if (heartbeat != null) {
            heartbeat.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof Bug bug) {
            transport.listener().failed(bug);
        }
        // In TLS 1.3 who dials learns only after its handshake that it was refused.
        Optional<PoyangException> refusal = TlsRefusal.in(cause);
        if (refusal.isPresent()) {
            refuse(context, words(refusal.get()));
        } else {
            end(context, "the connection failed (" + cause.getMessage() + ")");
        }
    }

    private void refuse(ChannelHandlerContext context, String why) {
        transport.listener().refused(String.valueOf(context.channel().remoteAddress()), why);
        end(context, why);
    }

    private void end(ChannelHandlerContext context, String why) {
        reason = why;
        context.channel().close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private void familiar() {
        if (stranger) {
            stranger = false;
            transport.strangerGone();
        }
    }
}
