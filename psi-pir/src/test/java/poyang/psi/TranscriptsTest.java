package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static poyang.psi.Runs.keys;

import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// The frames of every protocol are those of the golden file: same seeds, same frames.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class TranscriptsTest {
    private static final KeySet X = keys(List.of("a", "b", "c"));
    private static final KeySet Y = keys(List.of("b", "c", "d"));

    @TempDir
    Path folder;

    /// The digest of all frames of a run of two.
    private static String two(
            long seed, Function<CollisionSession, Object> receiver, Function<CollisionSession, Object> sender) {
        TwoParties parties = new TwoParties();
        BothEnds<Bytes, Bytes> ends = BothEnds.run(
                parties, seed, session -> recorded(session, receiver), session -> recorded(session, sender));
        assertNull(ends.receiverFailure());
        assertNull(ends.senderFailure());
        assertEquals(ends.receiver(), ends.sender());
        return Objects.requireNonNull(ends.receiver()).hex();
    }

    private static Bytes recorded(CollisionSession session, Function<CollisionSession, Object> side) {
        RecordedNetwork network = new RecordedNetwork(session.network());
        Object _ = side.apply(new CollisionSession(network, session.peer(), session.random(), session.progress()));
        return network.transcript(session.peer());
    }

    /// The digest of all frames of a run of three, link by link.
    private static String three(long seed) throws Exception {
        Map<String, Sm3> links = new TreeMap<>();
        Group group = new Group(3, (from, to, frame) -> {
            synchronized (links) {
                links.computeIfAbsent(from + " " + to, _ -> new Sm3()).update(frame);
            }
            return frame;
        });
        group.run(List.of(X, Y, keys(List.of("b", "c", "e"))), seed, 1 << 20);
        Sm3 all = new Sm3();
        links.values().forEach(link -> all.update(link.digest()));
        return Bytes.wrap(all.digest()).hex();
    }

    /// The digest of all frames of a run that a third asks for, link by link.
    private static String asked(AskedProtocol protocol, long seed) throws Exception {
        Map<String, Sm3> links = new TreeMap<>();
        Group group = new Group(3, (from, to, frame) -> {
            synchronized (links) {
                links.computeIfAbsent(from + " " + to, _ -> new Sm3()).update(frame);
            }
            return frame;
        });
        group.each(
                3,
                seed,
                (number, session) -> number == 0
                        ? AskedPsi.ask(protocol, 40, session).matches()
                        : AskedPsi.answer(protocol, 40, number == 1 ? X : Y, session));
        Sm3 all = new Sm3();
        links.values().forEach(link -> all.update(link.digest()));
        return Bytes.wrap(all.digest()).hex();
    }

    /// The transcript of a run on disk whose buckets are under way by twos.
    private String onDisk(CollisionProtocol protocol, long seed) {
        DiskSet x = onDisk("x" + protocol + seed, 0, 100);
        DiskSet y = onDisk("y" + protocol + seed, 60, 140);
        BothEnds<DiskCollision.Exchanged, DiskCollision.Exchanged> ends = BothEnds.run(
                new TwoParties(),
                seed,
                s -> DiskCollision.receive(protocol, x, s, BucketWork.of(50, 2, BucketLinesTest.pool(2)))
                        .exchanged(),
                s -> DiskCollision.send(protocol, y, s, BucketWork.of(50, 2, BucketLinesTest.pool(2)))
                        .exchanged());
        assertNull(ends.receiverFailure());
        assertNull(ends.senderFailure());
        Bytes transcript = Objects.requireNonNull(ends.receiver()).transcript();
        assertEquals(transcript, Objects.requireNonNull(ends.sender()).transcript());
        return transcript.hex();
    }

    private DiskSet onDisk(String name, int from, int to) {
        DiskSet.Writer writer = DiskSet.create(folder.resolve(name), name);
        for (int i = from; i < to; i++) {
            writer.add(("key " + i).getBytes(StandardCharsets.UTF_8));
        }
        return writer.finish();
    }

    /// A run against a set that is prepared in it, whose table crosses, and the next, in which it does not.
    private void prepared(long seed, Map<String, String> found) {
        DiskFolder server = sealed("server" + seed);
        DiskFolder client = sealed("client" + seed);
        UnbalancedCollision.beginServer(server, Runs.seed(seed, "secret"));
        for (String run : List.of("first", "next")) {
            found.put(
                    "unbalanced-collision-" + run + "." + seed,
                    two(
                            seed,
                            s -> UnbalancedCollision.ask(X, client, s),
                            s -> UnbalancedCollision.answer(Sm3.hash(new byte[1]), () -> Y, server, 100, s)));
        }
    }

    private DiskFolder sealed(String name) {
        return DiskFolder.sealed(folder.resolve(name), Runs.seed(0, name).bytes(16), Runs.seed(1, name));
    }

    private static String transcript(CollisionProtocol protocol, long seed) {
        return protocol.sizeOnly()
                ? two(seed, s -> protocol.receiveSize(X, s), s -> protocol.send(Y, s))
                : two(seed, s -> protocol.receive(X, s), s -> protocol.send(Y, s));
    }

    private static String sums(CollisionProtocol protocol, long seed) {
        return two(
                seed,
                s -> CollisionSum.receive(protocol, X, 1, 0, s),
                s -> CollisionSum.send(protocol, Y, new long[] {5, 7, 11}, 1, s));
    }

    private static String unbalanced(long seed) {
        PreparedSet set = UnbalancedPsi.prepare(Y, Runs.seed(seed, "server"), 7, 100, Workers.ALONE);
        return two(
                seed,
                s -> UnbalancedPsi.ask(X, set, s),
                s -> UnbalancedPsi.answer(Runs.seed(seed, "server"), 7, 100, s));
    }

    @Test
    void theSameSeedGivesTheSameTranscriptAndAnotherSeedAnother() throws Exception {
        TreeMap<String, String> found = new TreeMap<>();
        for (long seed = 1; seed <= 2; seed++) {
            for (CollisionProtocol protocol : CollisionProtocol.all()) {
                found.put(protocol.name() + "." + seed, transcript(protocol, seed));
            }
            for (String name : List.of("dh-sm2-sum", "dh-25519-sum")) {
                found.put(
                        name + "." + seed, sums(CollisionProtocol.sumNamed(name).orElseThrow(), seed));
            }
            for (AskedProtocol protocol : List.of(AskedProtocol.DH_SM2, AskedProtocol.DH_25519)) {
                found.put(protocol.jobName() + "." + seed, asked(protocol, seed));
            }
            for (CollisionProtocol protocol : List.of(CollisionProtocol.VOLE, CollisionProtocol.VOLE_MALICIOUS)) {
                found.put(protocol.name() + "-on-disk." + seed, onDisk(protocol, seed));
            }
            prepared(seed, found);
            found.put("unbalanced." + seed, unbalanced(seed));
            found.put(GroupPsi.NAME + "." + seed, three(seed));
        }
        found.forEach((name, transcript) -> assertNotEquals(
                transcript, found.get(name.substring(0, name.length() - 1) + (name.endsWith("1") ? 2 : 1)), name));
        StringBuilder lines = new StringBuilder();
        found.forEach((name, transcript) ->
                lines.append(name).append('=').append(transcript).append('\n'));
        // whoever changes frames on purpose reviews this file and copies it over the golden one
        Files.writeString(Path.of("target", "transcripts.properties"), lines);
        Properties golden = new Properties();
        try (InputStream in =
                Objects.requireNonNull(TranscriptsTest.class.getResourceAsStream("/transcripts.properties"))) {
            golden.load(in);
        }
        Properties now = new Properties();
        now.load(new StringReader(lines.toString()));
        assertEquals(golden, now);
    }
}
