package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ReceiptVerifier;
import poyang.sdk.lookup.LookupResult;
import poyang.sdk.lookup.PrivateLookup;
import poyang.sdk.lookup.SupervisorReport;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupFrame;
import poyang.wire.schema.LookupState;
import poyang.wire.schema.ReceiptFile;

/// What people do with the taxation department's view, and what must hold of it.
final class LookupSteps {
    private static final String ASKER = "housing/analyst";
    private static final String NOBODY = "360102199003070014";

    private final LocalNetwork network;
    private final RandomSource random;

    LookupSteps(LocalNetwork network, RandomSource random) {
        this.network = network;
        this.random = random;
    }

    /// A taxpayer as the source has it: number, then the view's columns.
    List<String> taxpayer() throws SQLException, IOException {
        Path file = network.sources("taxation").resolve("taxpayers.parquet");
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select key, " + String.join(", ", DemoView.COLUMNS) + " from '"
                                + file + "' where key in (select key from '" + file
                                + "' group by key having count(*) = 1) and regexp_full_match(key, '[0-9]{17}[0-9X]') limit 1")) {
            assertTrue(rows.next());
            return List.of(rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4));
        }
    }

    /// Takes a person out of the source, has the view follow, and puts the source back as it was.
    void whoIsTakenOutIsFoundNoMore(List<String> taxpayer, DemoView view, Callable<Integer> refresh) throws Exception {
        Path file = network.sources("taxation").resolve("taxpayers.parquet");
        byte[] before = Files.readAllBytes(file);
        Path without = Files.createTempFile("taxpayers", ".parquet");
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("copy (select * from '" + file + "' where key <> '" + taxpayer.getFirst() + "') to '"
                    + without + "' (format parquet)");
            Files.write(file, Files.readAllBytes(without));
            int version = view.now().getTable().getVersion();
            assertEquals(0, refresh.call());
            var _ = view.awaitTable(version + 1);
            LookupResult result = new PrivateLookup(network.account(ASKER), network.executors(), random)
                    .lookup(DemoView.ID, List.of(taxpayer.getFirst()), "核对公积金缴存");
            assertEquals(List.of(new LookupResult.Answer.Absent()), result.answers());
        } finally {
            Files.write(file, before);
            Files.deleteIfExists(without);
        }
    }

    /// The record comes, the other key has none, and all of it is on chain but for what was asked.
    LookupResult readsARecord(List<String> taxpayer) throws Exception {
        ChainAccount asker = network.account(ASKER);
        LookupResult result = new PrivateLookup(asker, network.executors(), random)
                .lookup(DemoView.ID, List.of(taxpayer.getFirst(), NOBODY), "核对公积金缴存");
        List<Optional<String>> fields =
                taxpayer.subList(1, taxpayer.size()).stream().map(Optional::of).toList();
        LookupResult.Answer.Found found = assertInstanceOf(
                LookupResult.Answer.Found.class, result.answers().getFirst());
        assertTrue(found.records().contains(fields), found.records() + " holds " + fields);
        assertInstanceOf(LookupResult.Answer.Absent.class, result.answers().getLast());
        return result;
    }

    void theChainKnowsThatItWasAndNotWhat(LookupResult result) throws Exception {
        String number = result.lookup().substring(result.lookup().lastIndexOf('/') + 1);
        String key = String.format("lookup/%s/%012d", DemoView.ID, Long.parseLong(number));
        Lookup kept = Lookup.parseFrom(network.account("supervision/supervisor")
                .state("poyang.v1.Views", key, 0)
                .value()
                .orElseThrow()
                .toArray());
        assertEquals(LookupState.CLOSED, kept.getState());
        assertEquals(ASKER, kept.getAccount());
        assertEquals(2, kept.getKeywords());
        Bytes sealed = ChainForms.bytes(kept.getReports(0).getSealed());
        assertTrue(SupervisorReport.open(
                        network.province().person("supervision/supervisor").key(), result.lookup(), sealed)
                .getGood());
        ReceiptFile file = network.account(ASKER).receiptFile(result.receipt());
        ReceiptVerifier.Verdict.LookupProven proven = assertInstanceOf(
                ReceiptVerifier.Verdict.LookupProven.class, ReceiptVerifier.verify(file, network.genesis()));
        assertEquals(result.lookup(), proven.receipt().getLookup());
        ByteString payload = file.getProven().getTransaction().getPayload();
        for (int i = 0; i < payload.size(); i += 3) {
            byte[] wrong = payload.toByteArray();
            wrong[i] ^= 1;
            ReceiptFile.Builder changed = file.toBuilder();
            changed.getProvenBuilder().getTransactionBuilder().setPayload(ByteString.copyFrom(wrong));
            assertInstanceOf(
                    ReceiptVerifier.Verdict.Refuted.class,
                    ReceiptVerifier.verify(changed.build(), network.genesis()),
                    "byte " + i);
        }
    }

    /// A look-up is used once, and by its asker.
    void noLookupIsUsedTwiceOrByAnother(LookupResult used) {
        LookupFrame frame = LookupFrame.newBuilder()
                .setLookup(used.lookup())
                .setFrame(ByteString.copyFrom(new byte[66]))
                .build();
        for (String account : List.of(ASKER, "medical-insurance/analyst")) {
            for (String method : List.of("Evaluate", "Answer")) {
                PoyangException refused = assertThrows(PoyangException.class, () -> send(account, method, frame));
                assertEquals("LOOKUP_REFUSED", refused.code().name(), refused.wrong());
            }
        }
    }

    private void send(String account, String method, LookupFrame frame) {
        var query = network.account(account).query("poyang.v1.PrivateReads", method, frame);
        LookupFrame _ = method.equals("Evaluate")
                ? network.executors().evaluate("taxation", query)
                : network.executors().answer("taxation", query);
    }
}
