package poyang.sdk.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.crypto.SealedBox;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.curve.Sm2Commitment;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.pir.HolderKey;
import poyang.pir.KeywordTable;
import poyang.pir.RecordFields;
import poyang.psi.Workers;
import poyang.sdk.ChainForms;
import poyang.sdk.LookupFrames;
import poyang.wire.schema.AskRequest;
import poyang.wire.schema.CloseLookup;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupFrame;
import poyang.wire.schema.LookupReport;
import poyang.wire.schema.MatchTally;
import poyang.wire.schema.SealedReport;
import poyang.wire.schema.TallyState;
import poyang.wire.schema.TellTotal;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewForm;
import poyang.wire.schema.ViewTable;

/// A look-up against a holder in this process that answers rightly, or lies in every way there is: the asker
/// finds out, the supervisor is told, and nobody else sees any difference.
final class PrivateLookupTest {
    private static final Sm2PrivateKey SUPERVISOR = Sm2PrivateKey.generate(random("supervisor"));
    private static final Sm2PrivateKey ASKER = Sm2PrivateKey.generate(random("asker key"));
    private static final HolderKey KEY = HolderKey.random(random("key"));
    private static final KeywordTable TABLE = table(KEY, "active");
    private static final HolderKey OTHER_KEY = HolderKey.random(random("other key"));
    private static final KeywordTable OTHER = table(OTHER_KEY, "closed");

    static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    private static KeywordTable table(HolderKey key, String status) {
        return KeywordTable.of(
                taker -> {
                    for (int i = 0; i < 50; i++) {
                        byte[] record = RecordFields.encode(
                                List.of(Optional.of(status), i % 2 == 0 ? Optional.of("南昌 " + i) : Optional.empty()));
                        taker.take(("key " + i).getBytes(StandardCharsets.UTF_8), record);
                    }
                },
                40,
                1,
                key,
                random("table"),
                Workers.ALONE,
                (_, _, _) -> {});
    }

    private static View view(KeywordTable table) {
        return View.newBuilder()
                .setId("b/register")
                .setOrganisation("b")
                .setIdentifierKind(IdentifierKind.TEXT)
                .addColumns("status")
                .addColumns("office")
                .setTable(ViewTable.newBuilder()
                        .setVersion(3)
                        .setFormHash(ChainForms.byteString(table.form().commitment())))
                .build();
    }

    /// What a holder may do wrong.
    static class Holder implements PrivateLookup.Counterparts {
        final List<Message> seen = new ArrayList<>();
        final List<Message> reports = new ArrayList<>();
        UnaryOperator<byte[]> evaluation = frame -> frame;
        UnaryOperator<byte[]> answers = frame -> frame;
        KeywordTable evaluates = TABLE;
        KeywordTable reads = TABLE;
        boolean statesOtherFrames;
        private int keywords;
        private byte[] blinded = new byte[0];
        private byte[] evaluated = new byte[0];
        private Bytes digest = Bytes.empty();
        TallyState tally = TallyState.getDefaultInstance();

        @Override
        public Optional<View> view(String id) {
            return id.equals("b/register") ? Optional.of(PrivateLookupTest.view(TABLE)) : Optional.empty();
        }

        @Override
        public ViewForm form(View view) {
            return ViewForm.newBuilder()
                    .setVersion(3)
                    .setForm(ByteString.copyFrom(TABLE.form().encode()))
                    .build();
        }

        @Override
        public List<SupervisorReport.Supervisor> supervisors() {
            return List.of(new SupervisorReport.Supervisor("supervision/supervisor", SUPERVISOR.publicKey()));
        }

        @Override
        public String ask(AskRequest request) {
            seen.add(request);
            keywords = request.getKeywords();
            return "b/register/7";
        }

        @Override
        public byte[] evaluate(View view, LookupFrame frame) {
            seen.add(frame);
            blinded = frame.getFrame().toByteArray();
            evaluated = evaluation.apply(evaluates.evaluate(blinded, random("evaluation")));
            return evaluated;
        }

        @Override
        public byte[] answer(View view, LookupFrame frame) {
            seen.add(frame);
            byte[] queries = frame.getFrame().toByteArray();
            int keywords = blinded.length / poyang.pir.KeywordForm.POINT_BYTES;
            byte[] answer = answers.apply(reads.answer(queries, keywords, Workers.ALONE));
            digest = LookupFrames.digest(blinded, evaluated, queries, answer);
            return answer;
        }

        @Override
        public Lookup stated(String id) {
            Bytes said = statesOtherFrames ? Bytes.wrap(new byte[32]) : digest;
            return Lookup.newBuilder()
                    .setId(id)
                    .setVersion(3)
                    .setFramesDigest(ChainForms.byteString(said))
                    .build();
        }

        @Override
        public TallyState tally(String view) {
            return tally;
        }

        @Override
        public Bytes seal(Bytes context, Bytes plaintext, RandomSource source) {
            return Bytes.wrap(SealedBox.seal(ASKER.publicKey(), context.toArray(), plaintext.toArray(), source));
        }

        @Override
        public Optional<Bytes> open(Bytes context, Bytes sealed) {
            return Optional.of(Bytes.wrap(SealedBox.open(ASKER, context.toArray(), sealed.toArray())));
        }

        /// As the contract does it.
        @Override
        public boolean close(CloseLookup request) {
            seen.add(request);
            reports.addAll(request.getReportsList());
            MatchTally said = request.getTally();
            assertEquals(tally.getLookups(), said.getLookupsBefore());
            byte[] commitment = said.getCommitment().toByteArray();
            byte[] sum = tally.getLookups() == 0
                    ? commitment
                    : Sm2Commitment.plus(tally.getSum().toByteArray(), commitment)
                            .orElseThrow();
            tally = tally.toBuilder()
                    .setLookups(tally.getLookups() + 1)
                    .setKeywords(tally.getKeywords() + keywords)
                    .setSum(ByteString.copyFrom(sum))
                    .setOwn(said.getOwn())
                    .build();
            return true;
        }

        @Override
        public void tell(TellTotal request) {
            seen.add(request);
            assertTrue(Sm2Commitment.opens(
                    tally.getSum().toByteArray(),
                    tally.getLookups(),
                    request.getMatched(),
                    request.getBlinding().toByteArray()));
            tally = TallyState.getDefaultInstance();
        }

        LookupReport report() {
            SealedReport report = (SealedReport) reports.getLast();
            return SupervisorReport.open(SUPERVISOR, "b/register/7", ChainForms.bytes(report.getSealed()));
        }

        /// What anybody sees: kinds and lengths, in order; a total is no secret.
        List<String> shape() {
            return seen.stream()
                    .map(message -> message.getClass().getSimpleName()
                            + (message instanceof TellTotal ? "" : " " + message.getSerializedSize()))
                    .toList();
        }
    }

    private static LookupResult lookup(Holder holder, String... keys) throws InterruptedException {
        return new PrivateLookup(holder, random("asker")).lookup("b/register", List.of(keys), "核对");
    }

    @Test
    void keysGiveTheirRecordsAndOthersNone() throws InterruptedException {
        Holder holder = new Holder();
        LookupResult result = lookup(holder, "key 4", " key 5 ", "nobody");
        assertTrue(result.good());
        assertEquals("b/register/7", result.lookup());
        assertEquals(
                List.of(
                        new LookupResult.Answer.Found(List.of(List.of(Optional.of("active"), Optional.of("南昌 4")))),
                        new LookupResult.Answer.Found(List.of(List.of(Optional.of("active"), Optional.empty()))),
                        new LookupResult.Answer.Absent()),
                result.answers());
        assertTrue(holder.report().getGood());
        assertEquals("", holder.report().getComplaint());
    }

    @Test
    void aLyingHolderIsFoundOutAndSeesNoDifference() throws InterruptedException {
        Holder honest = new Holder();
        LookupResult right = lookup(honest, "key 4");
        List<Holder> liars = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            liars.add(new Holder());
        }
        liars.get(0).evaluates = OTHER;
        liars.get(1).evaluation = PrivateLookupTest::spoilt;
        liars.get(2).answers = PrivateLookupTest::spoilt;
        liars.get(3).answers = frame -> new byte[frame.length];
        liars.get(4).answers = frame -> new byte[frame.length - 1];
        liars.get(5).statesOtherFrames = true;
        assertTrue(right.good());
        for (Holder liar : liars) {
            LookupResult found = lookup(liar, "key 4");
            assertFalse(found.good(), "liar " + liars.indexOf(liar));
            assertInstanceOf(
                    LookupResult.Answer.Complaint.class, found.answers().getFirst());
            assertEquals(honest.shape(), liar.shape());
            assertFalse(liar.report().getGood());
            assertFalse(liar.report().getComplaint().isEmpty());
        }
    }

    /// The same for a key that is there and one that is not.
    @Test
    void whetherThereIsARecordShowsNowhere() throws InterruptedException {
        Holder there = new Holder();
        Holder absent = new Holder();
        assertTrue(lookup(there, "key 4").good());
        assertTrue(lookup(absent, "a longer key that nobody has").good());
        assertEquals(there.shape(), absent.shape());
        assertEquals(there.report().getGood(), absent.report().getGood());
    }

    /// Every look-up's message is the same but for its commitment, and a total comes when 100 keywords are
    /// closed, whatever they found.
    @Test
    void matchedRecordsAreToldAsATotalOverAHundredKeywords() throws InterruptedException {
        Holder some = new Holder();
        Holder none = new Holder();
        for (int round = 0; round < 2; round++) {
            assertTrue(lookup(some, "key 4", "key 5", "key 60", "key " + round).good());
            assertTrue(
                    lookup(none, "nobody", "nobody at all", "key 77", "key 78").good());
            assertEquals(some.shape(), none.shape());
            for (Holder holder : List.of(some, none)) {
                assertEquals(
                        round,
                        holder.seen.stream().filter(TellTotal.class::isInstance).count());
                holder.tally = holder.tally.toBuilder().setKeywords(96).build();
            }
        }
        TellTotal total = assertInstanceOf(TellTotal.class, some.seen.getLast());
        assertEquals(6, total.getMatched());
        assertEquals(2, total.getLookups());
        assertEquals(0, assertInstanceOf(TellTotal.class, none.seen.getLast()).getMatched());
    }

    static byte[] spoilt(byte[] frame) {
        byte[] changed = frame.clone();
        changed[changed.length / 2] ^= 0x40;
        return changed;
    }

    @Test
    void anEvaluationOfTheWrongLengthEndsTheLookUp() {
        Holder holder = new Holder();
        holder.evaluation = frame -> new byte[3];
        assertThrows(PoyangException.class, () -> lookup(holder, "key 4"));
        assertEquals(2, holder.seen.size());
    }

    @Test
    void nothingIsAskedOfAnUncommittedFormOrForWhatIsNoKey() {
        Holder other = new Holder() {
            @Override
            public ViewForm form(View view) {
                return ViewForm.newBuilder()
                        .setVersion(3)
                        .setForm(ByteString.copyFrom(OTHER.form().encode()))
                        .build();
            }
        };
        PoyangException why = assertThrows(PoyangException.class, () -> lookup(other, "key 4"));
        assertEquals(LookupErrors.HOLDER_LIES, why.code());
        Holder older = new Holder() {
            @Override
            public ViewForm form(View view) {
                return super.form(view).toBuilder().setVersion(2).build();
            }
        };
        assertEquals(
                LookupErrors.NOT_STANDING,
                assertThrows(PoyangException.class, () -> lookup(older, "key 4"))
                        .code());
        Holder holder = new Holder();
        assertEquals(
                LookupErrors.BAD_KEYWORD,
                assertThrows(PoyangException.class, () -> lookup(holder, "key 4", " "))
                        .code());
        PrivateLookup asker = new PrivateLookup(holder, random("asker"));
        assertEquals(
                LookupErrors.NO_SUCH_VIEW,
                assertThrows(PoyangException.class, () -> asker.lookup("b/other", List.of("key 4"), ""))
                        .code());
        for (Holder each : List.of(other, older, holder)) {
            assertTrue(each.seen.isEmpty());
        }
    }

    @Test
    void everyReportHasOneLengthAndOpensForItsSupervisorAndLookUpOnly() {
        List<SupervisorReport.Supervisor> to = new Holder().supervisors();
        Bytes digest = Bytes.wrap(new byte[32]);
        String longest = "d".repeat(64) + "/" + "n".repeat(64) + "/" + "9".repeat(12);
        for (String complaint : List.of("", "x", "c".repeat(500))) {
            for (String id : List.of("a/b/1", longest)) {
                SealedReport report = SupervisorReport.sealed(id, complaint, digest, to, random("seal"))
                        .getFirst();
                assertEquals(398, report.getSealed().size());
                Bytes sealed = ChainForms.bytes(report.getSealed());
                assertEquals(
                        complaint.isEmpty(),
                        SupervisorReport.open(SUPERVISOR, id, sealed).getGood());
                assertThrows(PoyangException.class, () -> SupervisorReport.open(SUPERVISOR, id + "0", sealed));
            }
        }
    }
}
