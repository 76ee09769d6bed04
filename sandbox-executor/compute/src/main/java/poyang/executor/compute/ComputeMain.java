package poyang.executor.compute;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import poyang.crypto.random.ProcessRandom;
import poyang.executor.job.ChildChannel;

/// Runs one party's side of one attempt: rows come from standard input, the host is at the socket
/// `host.sock` of the scratch folder, which is the first argument; the second, where there is one, is a folder
/// that stays for the job's next attempt.
public final class ComputeMain {
    private ComputeMain() {}

    public static void main(String[] args) throws IOException {
        Path scratch = Path.of(args[0]);
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(scratch.resolve("host.sock")));
            ChildChannel host = new ChildChannel(Channels.newInputStream(socket), Channels.newOutputStream(socket));
            Optional<Path> kept = args.length > 1 ? Optional.of(Path.of(args[1])) : Optional.empty();
            new ComputeSession(host, System.in, scratch, kept, ProcessRandom.open("compute")).run();
        }
    }
}
