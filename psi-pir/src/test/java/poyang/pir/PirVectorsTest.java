package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.curve.Sm2Commitment;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// The frames of one look-up, which the console's own client reads too: `-Dpoyang.vectors=write` writes them.
final class PirVectorsTest {
    private static final Path FILE = Path.of("../stats-dashboard/web/test/vectors/pir.json");

    private static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    private static String text(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void theFramesAreThoseThatTheBrowsersClientReads() throws Exception {
        Map<String, String> vectors = new TreeMap<>();
        byte[] keyword = "360102199003070014".getBytes(StandardCharsets.UTF_8);
        byte[] record = "a record of some length".getBytes(StandardCharsets.UTF_8);
        try (HolderKey key = HolderKey.random(random("key"))) {
            KeywordTable table = KeywordTable.of(
                    taker -> {
                        taker.take(keyword, record);
                        for (int i = 0; i < 40; i++) {
                            taker.take(("other " + i).getBytes(StandardCharsets.UTF_8), new byte[i]);
                        }
                    },
                    40,
                    1,
                    key,
                    random("table"),
                    Workers.ALONE,
                    (_, _, _) -> {});
            vectors.put("form", text(table.form().encode()));
            vectors.put("keyword", text(keyword));
            vectors.put("record", text(record));
            vectors.put("hashed", text(Sm2Group.encode(KeywordPrf.hash(List.of(keyword)))));
            try (KeywordClient.Lookup lookup =
                    new KeywordClient(table.form()).lookup(List.of(keyword), random("lookup"))) {
                byte[] blinded = lookup.blinded();
                byte[] evaluated = table.evaluate(blinded, random("evaluation"));
                vectors.put("blinded", text(blinded));
                vectors.put("evaluated", text(evaluated));
                byte[] value = key.values(List.of(keyword));
                byte[] recordValue = KeywordPrf.ofRecord(value, 0);
                int row = KeywordPrf.row(
                        recordValue, table.form().placement(), table.form().rows());
                vectors.put("value", text(value));
                vectors.put("row", Integer.toString(row));
                RowClient rows = new RowClient(
                        table.form().rows(),
                        table.form().rowBytes(),
                        table.form().seed().toArray());
                RowClient.Asked asked = rows.ask(row, random("row"));
                // the secret is the first thing that `ask` draws
                double[] secret = Ring.ternary(random("row").fork("secret"));
                byte[] ternary = new byte[secret.length];
                for (int i = 0; i < ternary.length; i++) {
                    ternary[i] = (byte) (secret[i] + 1);
                }
                vectors.put("secret", text(ternary));
                vectors.put("query", text(asked.frame()));
                vectors.put("answer", text(table.answer(asked.frame(), 1, Workers.ALONE)));
                assertInstanceOf(
                        KeywordClient.Outcome.Found.class,
                        lookup.outcomes(table.answer(lookup.queries(evaluated), 1, Workers.ALONE))
                                .getFirst());
            }
        }
        byte[] scalar = random("blinding").bytes(32);
        scalar[0] = 1;
        try (Sm2Secret blinding = Sm2Secret.of(scalar).orElseThrow()) {
            vectors.put("blinding", text(scalar));
            vectors.put("commitmentTo5", text(Sm2Commitment.commit(5, blinding)));
        }
        StringBuilder json = new StringBuilder("{");
        vectors.forEach((name, content) -> json.append(json.length() > 1 ? "," : "")
                .append("\n  \"")
                .append(name)
                .append("\": \"")
                .append(content)
                .append('"'));
        json.append("\n}\n");
        if ("write".equals(System.getProperty("poyang.vectors"))) {
            Files.writeString(FILE, json);
        }
        assertEquals(Files.readString(FILE), json.toString());
    }
}
