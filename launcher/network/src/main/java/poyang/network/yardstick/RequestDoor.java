package poyang.network.yardstick;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where requests for a replica come in, on loopback only.
///
/// A connection brings requests, `1 u32-id u16-length bytes`, and gets `u32-id u8-applied` for each, in any
/// order; or it asks for the replica's state, `2`, before any request, and gets `u8-leads u64-requests u64-digest`.
/// Whatever waits
/// is written at once. Bytes that are none of these end the connection.
public final class RequestDoor implements AutoCloseable {
    static final int REQUEST = 1;
    static final int STATE = 2;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int CONNECTIONS = 64;

    private final ReplicatedLog log;
    private final ServerSocket server;
    private final List<Socket> open = new ArrayList<>();

    private RequestDoor(ReplicatedLog log, ServerSocket server) {
        this.log = log;
        this.server = server;
    }

    /// @param port of the loopback interface; 0 for any
    public static RequestDoor open(int port, ReplicatedLog log) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECTIONS);
        RequestDoor door = new RequestDoor(log, server);
        Thread _ = Thread.ofPlatform().daemon().name("door").start(door::accept);
        return door;
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                synchronized (open) {
                    open.add(socket);
                }
                Thread _ = Thread.ofPlatform().daemon().name("requests").start(() -> serve(socket));
            }
        } catch (IOException e) {
            if (!server.isClosed()) {
                System.err.println("the door fell shut: " + e);
            }
        }
    }

    private void serve(Socket socket) {
        Answers answers = new Answers();
        try (socket) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
            DataOutputStream out =
                    new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES));
            boolean answering = false;
            for (int kind = in.read(); kind == REQUEST || kind == STATE && !answering; kind = in.read()) {
                if (kind == STATE) {
                    Applied.Seen seen = log.applied().seen();
                    out.writeBoolean(log.leads());
                    out.writeLong(seen.requests());
                    out.writeLong(seen.digest());
                    out.flush();
                    continue;
                }
                if (!answering) {
                    answering = true;
                    Thread _ = Thread.ofPlatform().daemon().name("answers").start(() -> answer(answers, out));
                }
                int id = in.readInt();
                byte[] request = new byte[in.readUnsignedShort()];
                in.readFully(request);
                log.order(request, applied -> answers.add(id, applied));
            }
        } catch (EOFException e) {
            System.err.println("a connection ended within a request");
        } catch (IOException e) {
            if (!server.isClosed()) {
                System.err.println("a connection was lost: " + e);
            }
        } finally {
            answers.end();
            synchronized (open) {
                open.remove(socket);
            }
        }
    }

    private static void answer(Answers answers, DataOutputStream out) {
        try {
            long[] some = new long[1];
            while (true) {
                some = answers.take(some);
                int count = (int) some[0];
                if (count == 0) {
                    return;
                }
                for (int i = 1; i <= count; i++) {
                    out.writeInt((int) (some[i] >>> 1));
                    out.writeByte((int) (some[i] & 1));
                }
                out.flush();
            }
        } catch (IOException e) {
            // The other side is gone: the thread that reads from it sees that too.
            answers.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        synchronized (open) {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /// Answers on their way from the log's threads to the connection's.
    private static final class Answers {
        private static final int FIRST_ROOM = 1_024;

        /// The count, then the answers.
        private long[] waiting = new long[FIRST_ROOM];
        private boolean ended;

        synchronized void add(int id, boolean applied) {
            int count = (int) ++waiting[0];
            if (count == waiting.length) {
                waiting = Arrays.copyOf(waiting, 2 * waiting.length);
            }
            waiting[count] = (id & 0xffff_ffffL) << 1 | (applied ? 1 : 0);
            if (count == 1) {
                notifyAll();
            }
        }

        /// Waits for some; none when the connection has ended.
        ///
        /// @param spent an array that is needed no longer
        synchronized long[] take(long[] spent) throws InterruptedException {
            while (waiting[0] == 0 && !ended) {
                wait();
            }
            long[] found = waiting;
            waiting = spent.length >= FIRST_ROOM ? spent : new long[FIRST_ROOM];
            waiting[0] = 0;
            return found;
        }

        synchronized void end() {
            ended = true;
            notifyAll();
        }
    }
}
