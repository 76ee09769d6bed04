package poyang.sdk.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.pir.OrderedTable;
import poyang.pir.RecordFields;
import poyang.psi.Workers;
import poyang.sdk.ChainForms;
import poyang.sdk.LookupFrames;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupFrame;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewForm;
import poyang.wire.schema.ViewReads;
import poyang.wire.schema.ViewTable;

/// Ranges and prefixes read from a holder in this process: what is asked shows in no frame's kind or length, and a
/// holder that lies is found out while it sees no difference.
final class PrivateRangeTest {
    private static final OrderedTable TABLE = table("active");
    private static final OrderedTable OTHER = table("closed");

    private static OrderedTable table(String status) {
        List<OrderedTable.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] record = RecordFields.encode(List.of(Optional.of(status), Optional.of("no " + i)));
            entries.add(new OrderedTable.Entry(Bytes.utf8(name(i)), Bytes.wrap(record)));
        }
        return OrderedTable.of(entries, 8, 40, PrivateLookupTest.random("ordered"), Workers.ALONE);
    }

    private static String name(int i) {
        return String.format(Locale.ROOT, "36-%04d", i);
    }

    private static final class Holder extends PrivateLookupTest.Holder {
        OrderedTable answering = TABLE;
        private final List<Bytes> frames = new ArrayList<>();

        @Override
        public Optional<View> view(String id) {
            return Optional.of(View.newBuilder()
                    .setId(id)
                    .setOrganisation("b")
                    .setIdentifierKind(IdentifierKind.TEXT)
                    .setReads(ViewReads.VIEW_READS_BY_RANGE)
                    .addColumns("status")
                    .addColumns("note")
                    .setTable(ViewTable.newBuilder()
                            .setVersion(3)
                            .setFormHash(ChainForms.byteString(TABLE.form().commitment())))
                    .build());
        }

        @Override
        public ViewForm form(View view) {
            return ViewForm.newBuilder()
                    .setVersion(3)
                    .setForm(ByteString.copyFrom(TABLE.form().encode()))
                    .build();
        }

        private byte[] kept(LookupFrame frame, byte[] answer) {
            seen.add(frame);
            frames.add(Bytes.wrap(frame.getFrame().toByteArray()));
            frames.add(Bytes.wrap(answer));
            return answer;
        }

        @Override
        public byte[] evaluate(View view, LookupFrame frame) {
            return kept(
                    frame,
                    evaluation.apply(answering.answerNode(frame.getFrame().toByteArray(), Workers.ALONE)));
        }

        @Override
        public byte[] answer(View view, LookupFrame frame) {
            return kept(
                    frame,
                    answers.apply(answering.answerEntries(frame.getFrame().toByteArray(), 3, Workers.ALONE)));
        }

        @Override
        public Lookup stated(String id) {
            Bytes said = statesOtherFrames ? Bytes.wrap(new byte[32]) : LookupFrames.digest(frames);
            return Lookup.newBuilder()
                    .setId(id)
                    .setVersion(3)
                    .setFramesDigest(ChainForms.byteString(said))
                    .build();
        }
    }

    private static PrivateRange asker(Holder holder) {
        return new PrivateRange(holder, PrivateLookupTest.random("range asker"));
    }

    private static List<String> keys(RangeResult result) {
        return result.entries().stream().map(RangeResult.Entry::key).toList();
    }

    @Test
    void rangesAndPrefixesGiveTheirEntriesInFramesThatAreAlike() throws InterruptedException {
        Holder range = new Holder();
        RangeResult between = asker(range).range("b/ordered", name(17), name(18), 3, "核对");
        assertTrue(between.good());
        assertEquals(List.of(name(17), name(18)), keys(between));
        assertEquals(Optional.of("no 17"), between.entries().getFirst().fields().get(1));
        assertFalse(between.more());
        Holder prefix = new Holder();
        RangeResult begins = asker(prefix).prefix("b/ordered", "36-025", 3, "核对");
        assertEquals(List.of(name(250), name(251), name(252)), keys(begins));
        assertTrue(begins.more());
        Holder nothing = new Holder();
        assertEquals(List.of(), keys(asker(nothing).prefix("b/ordered", "37", 3, "核对")));
        assertEquals(range.shape(), prefix.shape());
        assertEquals(range.shape(), nothing.shape());
        assertTrue(range.report().getGood());
    }

    @Test
    void aLyingHolderIsFoundOutAndSeesNoDifference() throws InterruptedException {
        Holder honest = new Holder();
        assertTrue(asker(honest).prefix("b/ordered", "36-0100", 3, "核对").good());
        List<Holder> liars = List.of(new Holder(), new Holder(), new Holder(), new Holder());
        liars.get(0).answering = OTHER;
        liars.get(1).evaluation = PrivateLookupTest::spoilt;
        liars.get(2).answers = PrivateLookupTest::spoilt;
        liars.get(3).statesOtherFrames = true;
        for (Holder liar : liars) {
            RangeResult found = asker(liar).prefix("b/ordered", "36-0100", 3, "核对");
            assertFalse(found.good(), "liar " + liars.indexOf(liar));
            assertEquals(List.of(), found.entries());
            assertEquals(honest.shape(), liar.shape());
            assertFalse(liar.report().getGood());
        }
    }

    @Test
    void whatCannotBeAskedIsNotCounted() {
        Holder holder = new Holder();
        for (int most : new int[] {0, 301}) {
            assertThrows(PoyangException.class, () -> asker(holder).prefix("b/ordered", "36", most, ""));
        }
        assertThrows(PoyangException.class, () -> asker(holder).prefix("b/ordered", "a prefix too long", 3, ""));
        PrivateLookup byKeys = new PrivateLookup(holder, PrivateLookupTest.random("asker"));
        assertEquals(
                LookupErrors.BAD_KEYWORD,
                assertThrows(PoyangException.class, () -> byKeys.lookup("b/ordered", List.of("36-0001"), ""))
                        .code());
        PrivateRange byRange =
                new PrivateRange(new PrivateLookupTest.Holder(), PrivateLookupTest.random("range asker"));
        assertEquals(
                LookupErrors.BAD_KEYWORD,
                assertThrows(PoyangException.class, () -> byRange.prefix("b/register", "36", 3, ""))
                        .code());
        assertTrue(holder.seen.isEmpty());
    }
}
