package poyang.tools;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import poyang.psi.KeyForm;
import poyang.psi.KeySet;
import poyang.psi.Progress;
import poyang.psi.RecordedNetwork;

/// One party of `collide` in a process of its own: it opens its own file only and meets the other
/// party on a Unix-domain socket. The left party receives the result.
///
/// Arguments: `left|right FILE SOCKET OUT PROTOCOL LISTED`, then `COLUMN RULE` for each key. Prints `rows`, `keys`,
/// `matches`, `sent`,
/// `received`, `protocolMillis` and `transcript`, one `name=value` a line; a failure is one line
/// `failure=number|name|category|wrong|right`.
final class CollideParty {
    static final PartyId LEFT = new PartyId("left");
    static final PartyId RIGHT = new PartyId("right");
    private static final int FIRST_KEY = 6;
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
        List<String> columns = new ArrayList<>();
        List<IdentifierRule> rules = new ArrayList<>();
        for (int i = FIRST_KEY; i < arguments.length; i += 2) {
            columns.add(arguments[i]);
            rules.add(IdentifierRule.valueOf(arguments[i + 1]));
        }
        KeyForm form = new KeyForm(rules);
        KeySet keys = read(Path.of(arguments[1]), columns, form);
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(arguments[2]);
        CollisionProtocol protocol = CollisionProtocol.named(arguments[4]).orElseThrow();
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
            if (left && protocol.sizeOnly()) {
                matches = protocol.receiveSize(keys, session).matches();
                CollideResult.writeSize(Path.of(arguments[3]), matches);
            } else if (left) {
                Intersection found = protocol.receive(keys, session);
                CollideResult.write(
                        Path.of(arguments[3]),
                        CollideRun.Listed.valueOf(arguments[5]),
                        columns,
                        form,
                        keys,
                        found.matches());
                matches = found.matches().size();
            } else {
                long _ = protocol.send(keys, session);
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

    private static KeySet read(Path file, List<String> columns, KeyForm form) {
        Connector connector = Connectors.load().find(file.toString().endsWith(".parquet") ? "parquet" : "csv");
        SourceSettings source = new SourceSettings(Map.of("path", file.toString()));
        KeySet keys = form.keySet();
        String[] row = new String[columns.size()];
        try (BufferAllocator allocator = new RootAllocator();
                BatchStream batches = connector.read(source, columns, allocator)) {
            while (batches.next()) {
                for (int i = 0; i < batches.root().getRowCount(); i++) {
                    for (int c = 0; c < row.length; c++) {
                        VarCharVector values = (VarCharVector) batches.root().getVector(c);
                        row[c] = values.isNull(i) ? "" : new String(values.get(i), StandardCharsets.UTF_8);
                    }
                    form.read(keys, row);
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
}
