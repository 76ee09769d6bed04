package poyang.connectors.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import javax.net.SocketFactory;

/// Leads the driver's connection through a Unix-domain socket, whatever host it asks for: a jailed
/// reader has no network, only the socket of the relay to its one source.
///
/// Public because the PostgreSQL driver makes it by name.
public final class RelaySocketFactory extends SocketFactory {
    private final String path;

    /// @param path of the relay's socket
    public RelaySocketFactory(String path) {
        this.path = path;
    }

    @Override
    public Socket createSocket() {
        return new RelaySocket(UnixDomainSocketAddress.of(path));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return connected();
    }

    private Socket connected() throws IOException {
        Socket socket = createSocket();
        socket.connect(UnixDomainSocketAddress.of(path));
        return socket;
    }

    /// A `Socket` over a Unix-domain channel, as far as the driver uses one. Options and time-outs of
    /// TCP have no meaning here and are taken without effect; the reader's own time limit applies.
    private static final class RelaySocket extends Socket {
        private final UnixDomainSocketAddress address;
        private final SocketChannel channel;

        RelaySocket(UnixDomainSocketAddress address) {
            this.address = address;
            try {
                channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void connect(SocketAddress ignored) throws IOException {
            channel.connect(address);
        }

        @Override
        public void connect(SocketAddress ignored, int timeoutMillis) throws IOException {
            channel.connect(address);
        }

        @Override
        public InputStream getInputStream() {
            return Channels.newInputStream(channel);
        }

        @Override
        public OutputStream getOutputStream() {
            return Channels.newOutputStream(channel);
        }

        @Override
        public boolean isConnected() {
            return channel.isConnected();
        }

        @Override
        public boolean isClosed() {
            return !channel.isOpen();
        }

        @Override
        public void setTcpNoDelay(boolean on) {}

        @Override
        public void setKeepAlive(boolean on) {}

        @Override
        public void setSoTimeout(int timeoutMillis) {}

        @Override
        public int getSoTimeout() {
            return 0;
        }

        @Override
        public void setReceiveBufferSize(int size) {}

        @Override
        public void setSendBufferSize(int size) {}

        @Override
        public int getReceiveBufferSize() {
            return 1 << 16;
        }

        @Override
        public int getSendBufferSize() {
            return 1 << 16;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
