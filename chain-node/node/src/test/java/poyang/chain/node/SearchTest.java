package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.ledger.query.QueryErrors;
import poyang.crypto.SigningKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.SearchAnswer;
import poyang.wire.schema.SearchArguments;
import poyang.wire.schema.TransactionReceipt;

/// What accounts find in a running chain's index, and what they do not.
@Timeout(120)
final class SearchTest {
    private static final String ANALYST = "taxation/analyst";
    private static final String OWNER = "housing/owner";
    private static final String SUPERVISOR = "supervision/head";

    @TempDir
    static Path folder;

    private static AccountRecord note(String id, String title) {
        return AccountRecord.newBuilder().setId(id).setTitle(title).build();
    }

    private static List<String> column(SearchAnswer answer, String name) {
        int at = answer.getColumnsList().indexOf(name);
        return answer.getRowsList().stream()
                .map(row -> row.getValues(at))
                .map(value -> value.hasText() ? value.getText() : Long.toString(value.getNumber()))
                .toList();
    }

    @Test
    void accountsFindWhatTheyMayReadAndARestartedNodeFindsIt() throws Exception {
        try (Village village = new Village(folder)) {
            ChainAccount analyst = village.account(ANALYST);
            ChainAccount owner = village.account(OWNER);
            ChainAccount supervisor = village.account(SUPERVISOR);
            TransactionReceipt first = analyst.call(Notes.NAME, "Note", note("one", "笔记"));
            assertThrows(PoyangException.class, () -> analyst.call(Notes.NAME, "Note", note("one", "again")));
            analyst.call(Notes.NAME, "Announce", note("job1", "READY"));
            TransactionReceipt last = analyst.call(Notes.NAME, "Announce", note("job1", "RUNNING"));
            village.await(last.getHeight());

            String calls = "receipts where sender = 'taxation/analyst' and method in ('Note', 'Announce')";
            assertEquals(List.of("Note", "Note", "Announce", "Announce"), column(analyst.search(calls), "method"));
            assertEquals(List.of("0", "5999", "0", "0"), column(supervisor.search(calls), "code"));
            assertEquals(List.of(), column(owner.search(calls), "code"));
            SearchAnswer refused = analyst.search(
                    "receipts where code != 0 and (height > " + first.getHeight() + " or error = 'NONE')");
            assertEquals(List.of("NOTE_TAKEN"), column(refused, "error"));
            assertEquals(
                    List.of(Bytes.wrap(first.getTransactionId().toByteArray()).hex()),
                    column(analyst.search("transactions where method = 'Note' limit 1"), "id"));
            SearchAnswer page = analyst.search(calls + " order by height desc limit 3");
            assertEquals(List.of("Announce", "Announce", "Note"), column(page, "method"));
            SearchAnswer rest = analyst.search(calls + " order by height desc limit 3 after '" + page.getNext() + "'");
            assertEquals(List.of("Note"), column(rest, "method"));
            assertEquals("", rest.getNext());

            assertEquals(List.of("RUNNING"), column(analyst.search("jobs where parties = 'taxation'"), "state"));
            assertEquals(List.of(), column(analyst.search("jobs where state = 'READY'"), "state"));
            assertEquals(List.of(), column(owner.search("jobs"), "id"));
            assertEquals(2, supervisor.search("evidence where subject = 'job1'").getRowsCount());
            assertEquals(0, owner.search("evidence").getRowsCount());
            SearchAnswer blocks = owner.search("blocks where transactions > 0 order by transactions desc");
            assertTrue(blocks.getRowsCount() >= 3 && blocks.getHeight() >= last.getHeight());

            PoyangException malformed =
                    assertThrows(PoyangException.class, () -> analyst.search("blocks where colour = 1"));
            assertEquals(QueryErrors.QUERY_MALFORMED, malformed.code());
            assertTrue(malformed.wrong().startsWith("character 14 "), malformed.wrong());
            SigningKey stranger = village.key(OWNER);
            assertThrows(PoyangException.class, () -> {
                ChainClient client = village.client();
                ChainAccount wrong = new ChainAccount(client, ANALYST, stranger, village.random, village.clock);
                client.search(wrong.query(
                        "poyang.v1.Chain",
                        "Search",
                        SearchArguments.newBuilder().setQuery("blocks").build()));
            });

            int validators = village.nodes.size();
            for (int i = 0; i < validators; i++) {
                village.stop(i);
            }
            for (int i = 0; i < validators; i++) {
                village.start(i);
            }
            ChainAccount back = village.account(ANALYST);
            assertEquals(List.of("RUNNING"), column(back.search("jobs"), "state"));
            TransactionReceipt later = back.call(Notes.NAME, "Note", note("two", ""));
            assertEquals(
                    1,
                    back.search("receipts where height = " + later.getHeight() + " and method = 'Note'")
                            .getRowsCount());
        }
    }
}
