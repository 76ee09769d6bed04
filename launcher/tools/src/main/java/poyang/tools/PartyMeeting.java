package poyang.tools;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import poyang.connectors.BatchStream;
import poyang.connectors.Connectors;
import poyang.connectors.SourceSettings;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// How a party of {@link PartyProcesses} reads its file, meets the other one, and says what failed: one line
/// `failure=number|name|category|wrong|right`.
final class PartyMeeting {
    private static final int CONNECT_ATTEMPTS = 600;
    private static final long CONNECT_PAUSE_MILLIS = 100;

    private PartyMeeting() {}

    /// What a party does.
    interface Side {
        void run() throws IOException, InterruptedException;
    }

    static void run(Side side) {
        try {
            side.run();
        } catch (PoyangException e) {
            fail(e);
        } catch (IOException e) {
            fail(new PoyangException(ToolErrors.PARTY_LOST, "a file or the socket failed: " + e, "run again", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void fail(PoyangException e) {
        System.out.println("failure=" + e.code().number() + "|" + e.code().name() + "|"
                + e.code().category() + "|" + oneLine(e.wrong()) + "|" + oneLine(e.right()));
        System.exit(1);
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ').replace('|', '/');
    }

    /// Opens the party's own file.
    static BatchStream open(Path file, List<String> columns, BufferAllocator allocator) {
        return Connectors.load()
                .find(file.toString().endsWith(".parquet") ? "parquet" : "csv")
                .read(new SourceSettings(Map.of("path", file.toString())), columns, allocator);
    }

    /// @param first whether this party listens
    static SocketNetwork meet(PartyId self, PartyId peer, boolean first, Path socket)
            throws IOException, InterruptedException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        return new SocketNetwork(self, peer, first ? accept(address) : connect(address));
    }

    private static SocketChannel accept(UnixDomainSocketAddress address) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            return server.accept();
        }
    }

    /// Waits until the first party has read its file and listens; the parent process ends this one when
    /// the first party fails.
    private static SocketChannel connect(UnixDomainSocketAddress address) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return SocketChannel.open(address);
            } catch (IOException e) {
                if (attempt == CONNECT_ATTEMPTS) {
                    throw new PoyangException(
                            ToolErrors.PARTY_LOST,
                            "the first party did not listen within a minute after this one was ready",
                            "see the first party's own message",
                            e);
                }
                Thread.sleep(CONNECT_PAUSE_MILLIS);
            }
        }
    }
}
