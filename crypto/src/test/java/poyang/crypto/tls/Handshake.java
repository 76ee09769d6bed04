package poyang.crypto.tls;

import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import poyang.kernel.PoyangException;

/// Two engines joined in memory, run until both are quiet; a side that fails still has its alert carried.
final class Handshake {
    private static final int TURNS = 300;

    private final Side client;
    private final Side server;

    Handshake(SSLEngine client, SSLEngine server) {
        this.client = new Side(client);
        this.server = new Side(server);
        try {
            client.beginHandshake();
            server.beginHandshake();
        } catch (SSLException e) {
            throw new AssertionError(e);
        }
        run();
    }

    /// One end.
    static final class Side {
        final SSLEngine engine;
        private final ByteBuffer out = ByteBuffer.allocate(1 << 18);
        private final ByteBuffer plain = ByteBuffer.allocate(1 << 18);
        private Optional<SSLException> failure = Optional.empty();

        private Side(SSLEngine engine) {
            this.engine = engine;
        }

        private boolean advance(Side other) {
            Runnable task = engine.getDelegatedTask();
            if (task != null) {
                task.run();
                return true;
            }
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_WRAP || failure.isPresent()) {
                return wrap(new byte[0]);
            }
            return other.out.position() > 0 && failure.isEmpty() && unwrap(other.out);
        }

        private boolean wrap(byte[] content) {
            int before = out.position();
            try {
                engine.wrap(ByteBuffer.wrap(content), out);
            } catch (SSLException e) {
                failure = Optional.of(failure.orElse(e));
                return true;
            }
            return out.position() > before;
        }

        private boolean unwrap(ByteBuffer in) {
            in.flip();
            int before = in.remaining();
            try {
                engine.unwrap(in, plain);
            } catch (SSLException e) {
                failure = Optional.of(e);
                in.position(in.limit());
            }
            boolean moved = in.remaining() < before;
            in.compact();
            return moved || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        }

        Optional<PoyangException> refusal() {
            return TlsRefusal.in(failure.orElse(null));
        }

        Optional<SSLException> failure() {
            return failure;
        }
    }

    private void run() {
        for (int turn = 0; turn < TURNS; turn++) {
            boolean moved = client.advance(server);
            moved |= server.advance(client);
            if (!moved) {
                return;
            }
        }
        throw new AssertionError("the handshake does not end");
    }

    Side client() {
        return client;
    }

    Side server() {
        return server;
    }

    /// What the server reads when the client sends `message`, and the other way round.
    byte[] toServer(byte[] message) {
        return carry(client, server, message);
    }

    byte[] toClient(byte[] message) {
        return carry(server, client, message);
    }

    private byte[] carry(Side from, Side to, byte[] message) {
        to.plain.clear();
        ByteBuffer rest = ByteBuffer.wrap(message);
        while (rest.hasRemaining()) {
            byte[] part = new byte[Math.min(1 << 14, rest.remaining())];
            rest.get(part);
            from.wrap(part);
            run();
        }
        to.plain.flip();
        byte[] got = new byte[to.plain.remaining()];
        to.plain.get(got);
        return got;
    }
}
