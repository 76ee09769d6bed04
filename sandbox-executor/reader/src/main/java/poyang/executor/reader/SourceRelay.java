package poyang.executor.reader;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Leads a Unix socket to one database server and to nothing else: the reader has no network, the
/// host carries no row, and this process sees no file.
///
/// Arguments: the socket's path, the server's address as literal numbers (the host has looked up the
/// name), its port.
public final class SourceRelay {
    private static final int BUFFER_BYTES = 1 << 16;

    private SourceRelay() {}

    public static void main(String[] args) throws IOException {
        Path socket = Path.of(args[0]);
        InetSocketAddress server = new InetSocketAddress(InetAddress.ofLiteral(args[1]), Integer.parseInt(args[2]));
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path prepared = socket.resolveSibling(socket.getFileName() + ".new");
            listener.bind(UnixDomainSocketAddress.of(prepared));
            Files.setPosixFilePermissions(prepared, PosixFilePermissions.fromString("rw-rw-rw-"));
            Files.move(prepared, socket);
            while (true) {
                SocketChannel reader = listener.accept();
                Thread.ofVirtual().start(() -> relay(reader, server));
            }
        }
    }

    private static void relay(SocketChannel reader, InetSocketAddress server) {
        try (reader;
                SocketChannel upstream = SocketChannel.open(server)) {
            Thread back = Thread.ofVirtual().start(() -> copy(upstream, reader));
            copy(reader, upstream);
            upstream.shutdownOutput();
            back.join();
        } catch (IOException e) {
            // The reader sees its connection end and reports the source as unreachable.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(ReadableByteChannel from, WritableByteChannel to) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            if (to instanceof SocketChannel channel) {
                channel.shutdownOutput();
            }
        } catch (IOException e) {
            // Either end closed: the other direction notices by itself.
        }
    }
}
