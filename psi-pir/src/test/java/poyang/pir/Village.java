package poyang.pir;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// A small register with several records for some keywords, as a plain map and as a table.
final class Village {
    final TreeMap<Bytes, List<Bytes>> people = new TreeMap<>();
    final HolderKey key;
    final KeywordTable table;

    Village(int keywords, int recordBytes, int recordsPerKeyword, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < keywords; i++) {
            List<Bytes> records = new ArrayList<>();
            for (int j = 0; j <= random.nextInt(recordsPerKeyword); j++) {
                byte[] record = new byte[random.nextInt(recordBytes + 1)];
                random.nextBytes(record);
                records.add(Bytes.wrap(record));
            }
            people.put(keyword(i), records);
        }
        key = HolderKey.random(random("key-" + seed));
        table = KeywordTable.of(
                this::forEach,
                recordBytes,
                recordsPerKeyword,
                key,
                random("table-" + seed),
                Workers.ALONE,
                (step, done, total) -> {});
    }

    static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    static Bytes keyword(int i) {
        return Bytes.wrap(("3601" + i).getBytes(StandardCharsets.UTF_8));
    }

    private void forEach(Records.Taker taker) {
        for (Map.Entry<Bytes, List<Bytes>> person : people.entrySet()) {
            for (Bytes record : person.getValue()) {
                taker.take(person.getKey().toArray(), record.toArray());
            }
        }
    }

    static KeywordClient.Outcome lookup(KeywordForm form, KeywordTable table, Bytes keyword, String label) {
        KeywordClient client = new KeywordClient(form);
        try (KeywordClient.Lookup lookup = client.lookup(List.of(keyword.toArray()), random(label))) {
            byte[] evaluated = table.evaluate(lookup.blinded(), random(label + "-holder"));
            byte[] queries = lookup.queries(evaluated);
            return lookup.outcomes(table.answer(queries, 1, Workers.ALONE)).getFirst();
        }
    }

    static KeywordClient.Outcome expected(Map<Bytes, List<Bytes>> people, Bytes keyword) {
        List<Bytes> records = people.getOrDefault(keyword, List.of());
        return records.isEmpty() ? new KeywordClient.Outcome.Absent() : new KeywordClient.Outcome.Found(records);
    }
}
