package poyang.executor.job;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Tries, from inside a jail, what must not work there and what must. One line each on standard
/// output: the probe's name and `open` or `refused`.
///
/// Arguments: scratch folder, port that listens on the host's loopback, a file of the host, the
/// host's key folder, the host's process id.
public final class JailProbe {
    private JailProbe() {}

    /// Something to try; it may fail in any way.
    @FunctionalInterface
    private interface Attempt {
        void run() throws IOException;
    }

    public static void main(String[] args) {
        Path scratch = Path.of(args[0]);
        int port = Integer.parseInt(args[1]);
        probe("tcp-connect", () -> new Socket(InetAddress.ofLiteral("127.0.0.1"), port).close());
        probe("tcp-listen", () -> new ServerSocket(0).close());
        probe("udp", () -> {
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(0))) {
                socket.connect(InetAddress.ofLiteral("127.0.0.1"), port);
            }
        });
        probe("foreign-file", () -> Files.readAllBytes(Path.of(args[2])));
        probe("key-folder", () -> list(Path.of(args[3])));
        probe("password-file", () -> Files.readAllBytes(Path.of("/etc/passwd")));
        probe("home-folders", () -> list(Path.of("/home")));
        probe("write-usr", () -> Files.writeString(Path.of("/usr/lib/poyang-probe"), "x"));
        probe("write-root", () -> Files.writeString(Path.of("/poyang-probe"), "x"));
        probe("environment", () -> {
            if (System.getenv().keySet().stream().allMatch("PWD"::equals)) {
                throw new IOException("empty");
            }
        });
        probe("host-process", () -> Files.readAllBytes(Path.of("/proc/" + args[4] + "/environ")));
        probe(
                "exec",
                () -> new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString())
                        .start()
                        .destroy());
        probe("privileges", JailProbe::privileges);
        probe("scratch", () -> Files.writeString(scratch.resolve("probe"), "x"));
        probe("temporary", () -> Files.delete(Files.createTempFile("probe", "")));
        probe("unix-socket", () -> {
            try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.bind(UnixDomainSocketAddress.of(scratch.resolve("probe.sock")));
            }
        });
        probe("thread", () -> {
            Thread thread = Thread.ofPlatform().start(() -> {});
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// Succeeds when the process still has a privilege that it should have lost.
    private static void privileges() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            long confined = lines.filter(
                            line -> line.matches(
                                    "NoNewPrivs:\\s+1|Seccomp:\\s+2|Cap(Prm|Eff|Bnd):\\s+0+|Uid:(\\s+65534){4}|Gid:(\\s+65534){4}"))
                    .count();
            if (confined == 7) {
                throw new IOException("all dropped");
            }
        }
    }

    private static void list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(_ -> {});
        }
    }

    private static void probe(String name, Attempt attempt) {
        String outcome;
        try {
            attempt.run();
            outcome = "open";
        } catch (IOException | RuntimeException e) {
            outcome = "refused";
        }
        System.out.println(name + " " + outcome);
    }
}
