package poyang.tools;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import poyang.connectors.BatchStream;
import poyang.connectors.Connector;
import poyang.connectors.Connectors;
import poyang.connectors.SourceSettings;
import poyang.crypto.SeededRandom;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.IdentifierRule;
import poyang.psi.Intersection;
import poyang.psi.KeySet;
import poyang.psi.Progress;
import poyang.psi.RecordedNetwork;

/// One party of `collide` in a process of its own: it opens its own file only and meets the other
/// party on a Unix-domain socket. The left party receives the result.
///
/// Arguments: `left|right FILE COLUMN RULE SOCKET OUT`. Prints `rows`, `keys`, `matches`, `sent`,
/// `received`, `protocolMillis` and `transcript`, one `name=value` a line; a failure is one line
/// `failure=number|name|category|wrong|right`.
final class CollideParty {
    static final PartyId LEFT = new PartyId("left");
    static final PartyId RIGHT = new PartyId("right");
    private static final int CONNECT_ATTEMPTS = 600;
    private static final long CONNECT_PAUSE_MILLIS = 100;

    private CollideParty() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try {
            run(arguments);
        } catch (PoyangException e) {
            System.out.println("failure=" + e.code().number() + "|" + e.code().name() + "|"
                    + e.code().category() + "|" + oneLine(e.wrong()) + "|" + oneLine(e.right()));
            System.exit(1);
        }
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ').replace('|', '/');
    }

    private static void run(String[] arguments) throws IOException, InterruptedException {
        boolean left = arguments[0].equals("left");
        KeySet keys = read(Path.of(arguments[1]), arguments[2], IdentifierRule.valueOf(arguments[3]));
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(arguments[4]);
        PartyId peer = left ? RIGHT : LEFT;
        RandomSource random = new SeededRandom(ProcessRandom.open("collide").bytes(SeededRandom.SEED_BYTES), "collide");
        try (SocketNetwork socket =
                new SocketNetwork(left ? LEFT : RIGHT, peer, left ? accept(address) : connect(address))) {
            RecordedNetwork network = new RecordedNetwork(socket);
            Progress progress =
                    (phase, done, total) -> System.out.println("progress=" + phase + " " + done + "/" + total);
            CollisionSession session = new CollisionSession(network, peer, random, progress);
            long start = System.nanoTime();
            long matches = -1;
            if (left) {
                Intersection found = CollisionProtocol.DH_SM2.receive(keys, session);
                write(Path.of(arguments[5]), arguments[2], keys, found);
                matches = found.matches().size();
            } else {
                CollisionProtocol.DH_SM2.send(keys, session);
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            System.out.println("rows=" + keys.rowsRead());
            System.out.println("keys=" + keys.size());
            System.out.println("matches=" + matches);
            System.out.println("sent=" + network.bytesSent());
            System.out.println("received=" + network.bytesReceived());
            System.out.println("protocolMillis=" + millis);
            System.out.println("transcript=" + network.transcript(peer).hex());
        }
    }

    private static KeySet read(Path file, String column, IdentifierRule rule) {
        Connector connector = Connectors.load().find(file.toString().endsWith(".parquet") ? "parquet" : "csv");
        SourceSettings source = new SourceSettings(Map.of("path", file.toString()));
        KeySet keys = new KeySet(rule);
        try (BufferAllocator allocator = new RootAllocator();
                BatchStream batches = connector.read(source, List.of(column), allocator)) {
            while (batches.next()) {
                VarCharVector values = (VarCharVector) batches.root().getVector(0);
                for (int i = 0; i < values.getValueCount(); i++) {
                    keys.read(values.isNull(i) ? "" : new String(values.get(i), StandardCharsets.UTF_8));
                }
            }
        }
        return keys;
    }

    private static SocketChannel accept(UnixDomainSocketAddress address) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            return server.accept();
        }
    }

    /// Waits until the left party has read its file and listens; the parent process ends this one when
    /// the left party fails.
    private static SocketChannel connect(UnixDomainSocketAddress address) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return SocketChannel.open(address);
            } catch (IOException e) {
                if (attempt == CONNECT_ATTEMPTS) {
                    throw new PoyangException(
                            ToolErrors.PARTY_LOST,
                            "the left party did not listen within a minute after this one was ready",
                            "see the left party's own message",
                            e);
                }
                Thread.sleep(CONNECT_PAUSE_MILLIS);
            }
        }
    }

    /// Header and one key a line, ascending; complete or absent, never half.
    private static void write(Path out, String column, KeySet keys, Intersection found) {
        TreeSet<String> matches = new TreeSet<>();
        for (int i = 0; i < found.matches().size(); i++) {
            matches.add(keys.keyText(found.matches().at(i)));
        }
        Path draft = out.resolveSibling(out.getFileName() + ".part");
        try {
            try (BufferedWriter writer = Files.newBufferedWriter(draft)) {
                writer.write(field(column) + "\n");
                for (String match : matches) {
                    writer.write(field(match) + "\n");
                }
            }
            Files.move(draft, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new PoyangException(
                    ToolErrors.OUTPUT_FAILED, "the result could not be written to " + out, "check folder and space", e);
        }
    }

    private static String field(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
