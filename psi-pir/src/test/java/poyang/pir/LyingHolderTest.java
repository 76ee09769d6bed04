package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.psi.Workers;

/// Holders that answer from other data, fail for some keywords only, or answer again what they
/// answered before: all are found out, and what the asker sends shows nothing of it.
class LyingHolderTest {
    private static final Village HONEST = new Village(60, 30, 1, 5);
    private static final Bytes KEYWORD = Village.keyword(9);

    private static KeywordClient.Lookup begin(String label) {
        return new KeywordClient(HONEST.table.form()).lookup(List.of(KEYWORD.toArray()), Village.random(label));
    }

    private static KeywordClient.Outcome answered(KeywordClient.Lookup lookup, byte[] evaluated) {
        byte[] queries = lookup.queries(evaluated);
        return lookup.outcomes(HONEST.table.answer(queries, 1, Workers.ALONE)).getFirst();
    }

    @Test
    void anotherDatabaseIsNoticed() {
        Village other = new Village(60, 30, 1, 6);
        KeywordClient.Lookup lookup = begin("other");
        byte[] queries = lookup.queries(HONEST.table.evaluate(lookup.blinded(), Village.random("holder")));
        int queryBytes = queries.length;
        assertTrue(queryBytes > 0);
        if (other.table.server().queryBytes() == queryBytes) {
            byte[] answer = other.table.answer(queries, 1, Workers.ALONE);
            assertInstanceOf(
                    KeywordClient.Outcome.Complaint.class,
                    lookup.outcomes(answer).getFirst());
        }
        KeywordTable changed =
                HONEST.table.with(java.util.Map.of(KEYWORD, List.of()), Village.random("changed"), Workers.ALONE);
        assertInstanceOf(
                KeywordClient.Outcome.Complaint.class,
                lookup.outcomes(changed.answer(queries, 1, Workers.ALONE)).getFirst());
    }

    @Test
    void anotherKeyOfThePseudorandomFunctionIsNoticedWithoutShowing() {
        try (HolderKey other = HolderKey.random(Village.random("other-key"))) {
            KeywordClient.Lookup lookup = begin("key");
            byte[] evaluated = other.evaluate(lookup.blinded(), Village.random("holder"));
            byte[] queries = lookup.queries(evaluated);
            assertEquals(HONEST.table.server().queryBytes(), queries.length);
            assertInstanceOf(
                    KeywordClient.Outcome.Complaint.class,
                    lookup.outcomes(HONEST.table.answer(queries, 1, Workers.ALONE))
                            .getFirst());
        }
    }

    @Test
    void everyChangedByteOfAnEvaluationIsNoticedWithoutShowing() {
        for (int i = 0; i < EqualityProof.POINT_BYTES + EqualityProof.BYTES; i += 7) {
            KeywordClient.Lookup lookup = begin("evaluation-" + i);
            byte[] evaluated = HONEST.table.evaluate(lookup.blinded(), Village.random("holder"));
            evaluated[i] ^= 1;
            byte[] queries = lookup.queries(evaluated);
            assertEquals(HONEST.table.server().queryBytes(), queries.length, "byte " + i);
            assertInstanceOf(
                    KeywordClient.Outcome.Complaint.class,
                    lookup.outcomes(new byte[RowAnswer.bytes(1)]).getFirst());
        }
    }

    @Test
    void changedAnswersAreNoticedOrChangeNothing() {
        KeywordClient.Lookup lookup = begin("answer");
        byte[] queries = lookup.queries(HONEST.table.evaluate(lookup.blinded(), Village.random("holder")));
        byte[] answer = HONEST.table.answer(queries, 1, Workers.ALONE);
        KeywordClient.Outcome right = lookup.outcomes(answer).getFirst();
        assertEquals(Village.expected(HONEST.people, KEYWORD), right);
        int complaints = 0;
        for (int i = 0; i < answer.length; i += 97) {
            for (int bit : new int[] {0, 7}) {
                byte[] changed = answer.clone();
                changed[i] ^= (byte) (1 << bit);
                // a low bit of the mask may be lost in rounding; anything else is no row of the table
                KeywordClient.Outcome outcome = lookup.outcomes(changed).getFirst();
                if (!outcome.equals(right)) {
                    assertInstanceOf(KeywordClient.Outcome.Complaint.class, outcome);
                    complaints++;
                }
            }
        }
        assertTrue(complaints > 100, complaints + " of the changes were noticed");
    }

    @Test
    void anAnswerToAnotherQueryIsNoticed() {
        KeywordClient.Lookup first = begin("first");
        byte[] queries = first.queries(HONEST.table.evaluate(first.blinded(), Village.random("holder")));
        byte[] old = HONEST.table.answer(queries, 1, Workers.ALONE);
        KeywordClient.Lookup second = begin("second");
        assertArrayEquals(new int[] {queries.length}, new int[] {
            second.queries(HONEST.table.evaluate(second.blinded(), Village.random("holder"))).length
        });
        assertInstanceOf(
                KeywordClient.Outcome.Complaint.class, second.outcomes(old).getFirst());
    }

    @Test
    void framesOfWrongLengthsAreRefused() {
        KeywordClient.Lookup lookup = begin("lengths");
        byte[] evaluated = HONEST.table.evaluate(lookup.blinded(), Village.random("holder"));
        refused(() -> lookup.queries(Arrays.copyOf(evaluated, evaluated.length - 1)));
        refused(() -> lookup.queries(Arrays.copyOf(evaluated, evaluated.length + 1)));
        KeywordClient.Outcome outcome = answered(lookup, evaluated);
        assertEquals(Village.expected(HONEST.people, KEYWORD), outcome);
        refused(() -> lookup.outcomes(new byte[RowAnswer.bytes(1) - 1]));
        for (byte[] blinded : List.of(new byte[0], new byte[33], new byte[34], new byte[33 * 1025])) {
            refused(() -> HONEST.table.evaluate(blinded, Village.random("holder")));
        }
    }

    private static void refused(Executable call) {
        assertEquals(
                PirErrors.BAD_FRAME, assertThrows(PoyangException.class, call).code());
    }

    /// Two keywords, many look-ups of each: lengths are the same, and no byte of the frames tells
    /// them apart.
    @Test
    void whatIsSentDoesNotTellTwoKeywordsApart() {
        int runs = 60;
        List<long[]> counts = new ArrayList<>();
        for (Bytes keyword : List.of(Village.keyword(1), Bytes.utf8("nobody"))) {
            long[] histogram = new long[256];
            KeywordClient client = new KeywordClient(HONEST.table.form());
            for (int run = 0; run < runs; run++) {
                try (KeywordClient.Lookup lookup =
                        client.lookup(List.of(keyword.toArray()), Village.random(keyword + "-" + run))) {
                    byte[] blinded = lookup.blinded();
                    byte[] queries = lookup.queries(HONEST.table.evaluate(blinded, Village.random("holder")));
                    assertEquals(EqualityProof.POINT_BYTES, blinded.length);
                    assertEquals(HONEST.table.server().queryBytes(), queries.length);
                    for (byte octet : queries) {
                        histogram[octet & 0xff]++;
                    }
                }
            }
            counts.add(histogram);
        }
        double chiSquare = 0;
        for (int i = 0; i < 256; i++) {
            double difference = counts.get(0)[i] - counts.get(1)[i];
            chiSquare += difference * difference / (counts.get(0)[i] + counts.get(1)[i]);
        }
        // 255 degrees of freedom: 255 ± 22.6; five deviations
        assertTrue(chiSquare < 368, "chi-square of the two keywords' bytes is " + chiSquare);
    }
}
