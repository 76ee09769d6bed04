package poyang.executor.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.connectors.ConnectorErrors;
import poyang.connectors.Discovery;
import poyang.connectors.Setting;
import poyang.connectors.SourceSettings;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// What crosses process borders: round trips, and every byte changed or cut.
class CodecTest {
    private static final JobFacts FACTS = new JobFacts(
            "0123",
            2,
            new PartyId("housing"),
            new PartyId("taxation"),
            true,
            JobPlan.Collision.of("id", "citizen", "id", "dh-sm2"));

    private static final JobFacts SIZES = new JobFacts(
            "4567",
            1,
            new PartyId("taxation"),
            new PartyId("housing"),
            false,
            new JobPlan.Collision(
                    List.of(new JobPlan.Key("id", "citizen", "id"), new JobPlan.Key("tel", "phone", "phone")),
                    "dh-25519",
                    new JobPlan.Reveal.SizeAtLeast(20),
                    JobPlan.Listed.LEFT));

    private static final JobFacts MANY = new JobFacts(
            "89ab",
            1,
            new PartyId("housing"),
            List.of(new PartyId("taxation"), new PartyId("health")),
            true,
            new JobPlan.Aggregation(
                    List.of(
                            new JobPlan.Reporter(new PartyId("housing"), "rent", "district"),
                            new JobPlan.Reporter(new PartyId("taxation"), "", "area")),
                    new PartyId("health"),
                    new PartyId("housing"),
                    List.of(JobPlan.Statistic.COUNT, JobPlan.Statistic.MEAN),
                    List.of("东湖区", "西湖区"),
                    2,
                    1L << 40));

    private static final JobFacts GROUP = new JobFacts(
            "cdef",
            2,
            new PartyId("health"),
            List.of(new PartyId("housing"), new PartyId("taxation")),
            false,
            new JobPlan.GroupCollision(
                    List.of(
                            new JobPlan.Member(new PartyId("housing"), List.of("id", "tel")),
                            new JobPlan.Member(new PartyId("health"), List.of("citizen", "phone")),
                            new JobPlan.Member(new PartyId("taxation"), List.of("taxpayer", "mobile"))),
                    List.of("id", "phone"),
                    new PartyId("taxation"),
                    "vole-group",
                    JobPlan.Listed.DIFFERENCE));

    private static final JobFacts PROOF = new JobFacts(
            "7654",
            1,
            new PartyId("taxation"),
            new PartyId("housing"),
            false,
            new JobPlan.Proof(
                    new PartyId("taxation"),
                    "poyang-commitment: 1\n",
                    "groth16",
                    "{}",
                    List.of("income<5000"),
                    List.of(4000L, 1L << 40),
                    "case 17",
                    "person",
                    "zk-proof"));

    private static final JobFacts SUMS = new JobFacts(
            "ef01",
            1,
            new PartyId("health"),
            new PartyId("taxation"),
            true,
            new JobPlan.MatchSum(
                    List.of(new JobPlan.Key("id", "citizen", "id")),
                    List.of(new JobPlan.Feature("tax", 2, 1L << 35)),
                    true,
                    5,
                    "dh-sm2-sum"));

    private static final JobFacts ASKED = new JobFacts(
            "f012",
            1,
            new PartyId("audit"),
            List.of(new PartyId("housing"), new PartyId("taxation")),
            true,
            new JobPlan.AskedCollision(
                    List.of(new JobPlan.Key("id", "citizen", "id")),
                    new PartyId("taxation"),
                    new PartyId("housing"),
                    new PartyId("audit"),
                    true,
                    "dh-sm2-asked"));

    private static List<ChildMessage> messages() {
        Bytes digest = Bytes.wrap(new byte[32]);
        return List.of(
                new ChildMessage.Start(FACTS, Bytes.utf8("receiver"), Bytes.utf8("department"), digest, Bytes.empty()),
                new ChildMessage.Start(SIZES, Bytes.empty(), Bytes.utf8("department"), digest, Bytes.empty()),
                new ChildMessage.Go(),
                new ChildMessage.Read(),
                new ChildMessage.Start(MANY, Bytes.empty(), Bytes.utf8("department"), digest, digest),
                new ChildMessage.Start(ASKED, Bytes.utf8("receiver"), Bytes.utf8("department"), digest, Bytes.empty()),
                new ChildMessage.Start(SUMS, Bytes.empty(), Bytes.utf8("department"), digest, Bytes.empty()),
                new ChildMessage.Start(GROUP, Bytes.empty(), Bytes.utf8("department"), digest, Bytes.empty()),
                new ChildMessage.Frame(new PartyId("taxation"), Bytes.utf8("frame")),
                new ChildMessage.Progress("masking", 5, 7),
                new ChildMessage.Committed(digest, digest, 990, digest),
                new ChildMessage.Start(
                        PROOF,
                        Bytes.empty(),
                        Bytes.utf8("department"),
                        digest,
                        Bytes.empty(),
                        Optional.of(new ProvingKey("/proving.zkey", digest))),
                new ChildMessage.Output(
                        digest,
                        digest,
                        List.of(),
                        Bytes.empty(),
                        Bytes.utf8("sealed"),
                        3,
                        1200,
                        List.of(new ShownProof("{}", List.of("0", "17")))),
                new ChildMessage.Output(
                        digest,
                        digest,
                        List.of(
                                new LinkDigest(new PartyId("health"), digest),
                                new LinkDigest(new PartyId("taxation"), digest)),
                        Bytes.empty(),
                        Bytes.utf8("sealed"),
                        3,
                        1200,
                        List.of()));
    }

    @Test
    void messagesComeBackAsTheyWere() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ChildChannel sender = new ChildChannel(new ByteArrayInputStream(new byte[0]), out);
        messages().forEach(sender::send);
        sender.send(new ChildMessage.Failed(new PoyangException(ConnectorErrors.SOURCE_LOST, "gone\nfar", "mend it")));
        ChildChannel receiver =
                new ChildChannel(new ByteArrayInputStream(out.toByteArray()), new ByteArrayOutputStream());
        for (ChildMessage message : messages()) {
            assertEquals(message, receiver.receive());
        }
        ChildMessage.Failed failed = (ChildMessage.Failed) receiver.receive();
        assertEquals(ConnectorErrors.SOURCE_LOST, failed.failure().code());
        assertEquals("gone far", failed.failure().wrong());
        ChildMessage.Failed accusing = (ChildMessage.Failed)
                ChildChannel.decode(ChildChannel.encode(new ChildMessage.Failed(PoyangException.accusing(
                        new PartyId("health"), ConnectorErrors.SOURCE_LOST, "it lied", "ask it"))));
        assertEquals(Optional.of(new PartyId("health")), accusing.failure().accused());
        assertEquals(Optional.empty(), failed.failure().accused());
        PoyangException ended = assertThrows(PoyangException.class, receiver::receive);
        assertEquals(ExecutorErrors.CHILD_LOST, ended.code());
    }

    @Test
    void malformedMessagesAreTypedFailures() {
        for (ChildMessage message : messages()) {
            byte[] good = ChildChannel.encode(message);
            for (int i = 0; i < good.length; i++) {
                int cut = i;
                assertThrows(PoyangException.class, () -> ChildChannel.decode(Arrays.copyOf(good, cut)));
                byte[] bad = good.clone();
                bad[i] ^= 1;
                try {
                    assertFalse(ChildChannel.decode(bad).equals(message), "byte " + i + " of " + message);
                } catch (PoyangException e) {
                    // refused, which is as good
                }
            }
        }
        ChildChannel hostile =
                new ChildChannel(new ByteArrayInputStream(new byte[] {0x7f, -1, -1, -1}), new ByteArrayOutputStream());
        assertThrows(PoyangException.class, hostile::receive);
    }

    @Test
    void requestsAndDescriptionsComeBack() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SourceSettings settings = new SourceSettings(Map.of("path", "/source/a.csv", "password", "secret"));
        ReaderRequest request = new ReaderRequest(ReaderRequest.Mode.READ, "csv", settings, List.of("id", "name"));
        request.writeTo(out);
        ReaderRequest read = ReaderRequest.readFrom(new ByteArrayInputStream(out.toByteArray()));
        assertEquals(settings.values(), read.settings().values());
        assertEquals(request.columns(), read.columns());
        assertFalse(read.toString().contains("secret"));

        ByteArrayOutputStream described = new ByteArrayOutputStream();
        SourceDescription.Discovered discovered = new SourceDescription.Discovered(
                new Discovery(List.of(new Discovery.Column("id", "varchar", 1, 2)), 3, 4));
        SourceDescription.Forms forms = new SourceDescription.Forms(List.of(new SourceDescription.Form(
                "csv", List.of(new Setting("path", Setting.Kind.PATH, true, "", "路径", "path")))));
        SourceDescription.write(described, discovered);
        SourceDescription.write(described, forms);
        SourceDescription.writeFailure(described, new PoyangException(ConnectorErrors.NOT_UTF8, "wrong", "right"));
        ByteArrayInputStream in = new ByteArrayInputStream(described.toByteArray());
        assertEquals(discovered, SourceDescription.read(in));
        assertEquals(forms, SourceDescription.read(in));
        assertEquals(
                ConnectorErrors.NOT_UTF8,
                assertThrows(PoyangException.class, () -> SourceDescription.read(in))
                        .code());
    }

    @Test
    void openingsOpenWholeOrNotAtAll() throws IOException {
        SeededRandom random = new SeededRandom(new byte[32], "opening-test");
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        Bytes digest = Bytes.wrap(new byte[32]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Opening.Writer writer = new Opening.Writer(out, key.publicKey(), random)) {
            writer.write(new Opening.Entry.Facts(FACTS));
            writer.write(new Opening.Entry.Seed(new byte[] {1, 2, 3}));
            writer.write(new Opening.Entry.Frame(Bytes.utf8("frame")));
            writer.write(new Opening.Entry.PeerFrame(new PartyId("health"), Bytes.utf8("other")));
            writer.write(new Opening.Entry.Outcome(digest, digest, digest, Bytes.empty()));
        }
        byte[] good = out.toByteArray();
        List<Opening.Entry> entries = entries(good, key);
        assertEquals(5, entries.size());
        assertEquals(new Opening.Entry.PeerFrame(new PartyId("health"), Bytes.utf8("other")), entries.get(3));
        assertEquals(new Opening.Entry.Facts(FACTS), entries.getFirst());
        assertArrayEquals(new byte[] {1, 2, 3}, ((Opening.Entry.Seed) entries.get(1)).value());
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            PoyangException e = assertThrows(PoyangException.class, () -> entries(bad, key), "byte " + i);
            assertEquals(ExecutorErrors.OPENING_REJECTED, e.code());
        }
        for (int length = 0; length < good.length; length += 5) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(PoyangException.class, () -> entries(cut, key));
        }
        byte[] longer = Arrays.copyOf(good, good.length + 1);
        assertThrows(PoyangException.class, () -> entries(longer, key));
    }

    private static List<Opening.Entry> entries(byte[] opening, Sm2PrivateKey key) throws IOException {
        Opening.Reader reader = new Opening.Reader(new ByteArrayInputStream(opening), key);
        List<Opening.Entry> entries = new ArrayList<>();
        for (Optional<Opening.Entry> next = reader.next(); next.isPresent(); next = reader.next()) {
            entries.add(next.get());
        }
        return entries;
    }

    @Test
    void sizesAreRoundedUpToTwoDigits() {
        assertEquals(0, Rounding.up(0));
        assertEquals(99, Rounding.up(99));
        assertEquals(110, Rounding.up(101));
        assertEquals(20_000, Rounding.up(20_000));
        assertEquals(21_000, Rounding.up(20_001));
        assertEquals(100_000, Rounding.up(99_001));
    }

    @Test
    void exactCountsComeBack() {
        ExactCounts counts = new ExactCounts(20_985, 0, 1, 300, 1L << 40, 127);
        byte[] good = counts.encoded();
        assertEquals(counts, ExactCounts.decode(good));
        assertEquals(new ExactCounts(0, 0, 0, 0, 0, 0), ExactCounts.decode(new byte[0]));
        assertThrows(PoyangException.class, () -> ExactCounts.decode(Arrays.copyOf(good, good.length - 1)));
        assertThrows(PoyangException.class, () -> ExactCounts.decode(new byte[] {16, 1, 8, 1}));
        assertThrows(PoyangException.class, () -> ExactCounts.decode(new byte[] {9, 1}));
    }
}
