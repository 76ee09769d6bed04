package poyang.executor.compute;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import poyang.crypto.random.ProcessRandom;
import poyang.executor.job.ViewChannel;

/// Makes and keeps one view's table: rows come from standard input, the host is at the socket `host.sock` of
/// the scratch folder, which is the one argument.
public final class ViewMain {
    private ViewMain() {}

    public static void main(String[] args) throws IOException {
        Path scratch = Path.of(args[0]);
        int threads = Runtime.getRuntime().availableProcessors();
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(scratch.resolve("host.sock")));
            ViewChannel host = new ViewChannel(Channels.newInputStream(socket), Channels.newOutputStream(socket));
            new ViewSession(host, System.in, ProcessRandom.open("view"), threads).run();
        }
    }
}
