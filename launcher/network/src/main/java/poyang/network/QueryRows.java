package poyang.network;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import poyang.chain.ledger.query.Kind;
import poyang.chain.ledger.query.QueryIndex;
import poyang.chain.ledger.query.Row;
import poyang.chain.ledger.query.Value;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// Made-up transactions and compound queries over them, the same from the same seed.
final class QueryRows {
    static final int BLOCK_ROWS = 1000;
    static final Bytes CHAIN = Sm3.hash("bench query".getBytes(StandardCharsets.UTF_8));
    private static final long START_MILLIS = 1_790_000_000_000L;
    private static final long BLOCK_MILLIS = 500;
    private static final int ORGANISATIONS = 40;
    private static final int ACCOUNTS = 2000;
    private static final List<String> CONTRACTS = List.of(
            "poyang.v1.Jobs",
            "poyang.v1.Receipts",
            "poyang.v1.Evidence",
            "poyang.v1.Datasets",
            "poyang.v1.Accounts",
            "poyang.v1.Audit");
    private static final List<String> METHODS =
            List.of("Submit", "Consent", "Commit", "Record", "Register", "Anchor", "Retry", "Expire");
    private static final List<Integer> CODES = List.of(4301, 4304, 5101, 5104, 5203);

    private QueryRows() {}

    /// A chain of which nothing but these blocks is known.
    static final QueryIndex.Source SOURCE = new QueryIndex.Source() {
        @Override
        public Bytes chainId() {
            return CHAIN;
        }

        @Override
        public Optional<Bytes> blockHash(long height) {
            return Optional.of(hash(height));
        }
    };

    static Bytes hash(long height) {
        return Sm3.hash(("block " + height).getBytes(StandardCharsets.UTF_8));
    }

    static long time(long height) {
        return START_MILLIS + height * BLOCK_MILLIS;
    }

    private static String account(int number) {
        return "department" + number % ORGANISATIONS + "/account" + number;
    }

    /// Some accounts send much more than others.
    private static int skewed(Random random, int count) {
        double u = random.nextDouble();
        return (int) (count * u * u * u);
    }

    /// A block's own row and its transactions.
    static List<Row> block(long height) {
        Random random = new Random(height);
        List<Row> rows = new ArrayList<>(BLOCK_ROWS + 1);
        Value time = Value.of(time(height));
        rows.add(new Row(
                Kind.BLOCK,
                height,
                0,
                List.of(
                        time,
                        Value.of(hash(height).hex()),
                        Value.of("validator-" + random.nextInt(4)),
                        Value.of(BLOCK_ROWS),
                        Value.of(height))));
        for (int i = 0; i < BLOCK_ROWS; i++) {
            int account = skewed(random, ACCOUNTS);
            boolean refused = random.nextInt(20) == 0;
            int code = refused ? CODES.get(random.nextInt(CODES.size())) : 0;
            byte[] id = new byte[32];
            random.nextBytes(id);
            String organisation = "department" + account % ORGANISATIONS;
            rows.add(new Row(
                    Kind.CALL,
                    height,
                    i,
                    List.of(
                            time,
                            Value.of(Bytes.wrap(id).hex()),
                            Value.of(account(account)),
                            Value.of(organisation),
                            Value.of(CONTRACTS.get(skewed(random, CONTRACTS.size()))),
                            Value.of(METHODS.get(random.nextInt(METHODS.size()))),
                            Value.of(150 + random.nextInt(2000)),
                            Value.of(code),
                            Value.of(refused ? "ERROR_" + code : ""),
                            Value.of(random.nextInt(3)),
                            Value.of(List.of(organisation)))));
        }
        return rows;
    }

    /// A question in both languages.
    ///
    /// @param kind which of the shapes
    /// @param text for the index
    /// @param sql for the database, with its parameters
    record Question(String kind, String text, String sql, List<Object> parameters) {}

    private static final String SELECT = "select height, place, time, id, sender, organisation, contract, method,"
            + " code, error, events from receipts where ";

    /// @param blocks how many there are
    static Question question(Random random, long blocks) {
        long from = random.nextLong(blocks * 9 / 10);
        long to = from + 1 + random.nextLong(blocks / 10);
        String sender = account(skewed(random, ACCOUNTS));
        String contract = CONTRACTS.get(skewed(random, CONTRACTS.size()));
        String method = METHODS.get(random.nextInt(METHODS.size()));
        int code = CODES.get(random.nextInt(CODES.size()));
        return switch (random.nextInt(5)) {
            case 0 ->
                new Question(
                        "sender_and_heights",
                        "receipts where sender = '" + sender + "' and height between " + from + " and " + to
                                + " order by height desc limit 50",
                        SELECT + "sender = ? and height between ? and ? order by height desc, place desc limit 50",
                        List.of(sender, from, to));
            case 1 ->
                new Question(
                        "contract_method_code_and_times",
                        "receipts where contract = '" + contract + "' and method = '" + method
                                + "' and code != 0 and time >= " + time(from) + " and time < " + time(to)
                                + " limit 50",
                        SELECT + "contract = ? and method = ? and code <> 0 and time >= ? and time < ?"
                                + " order by height, place limit 50",
                        List.of(contract, method, time(from), time(to)));
            case 2 -> {
                String other = account(skewed(random, ACCOUNTS));
                int bytes = 150 + random.nextInt(1500);
                yield new Question(
                        "two_senders_or_and_size",
                        "transactions where (sender = '" + sender + "' or sender = '" + other + "') and height >= "
                                + from + " and height < " + to + " and bytes > " + bytes + " limit 50",
                        SELECT.replace("code, error, events", "bytes")
                                + "(sender = ? or sender = ?) and height >= ? and height < ? and bytes > ?"
                                + " order by height, place limit 50",
                        List.of(sender, other, from, to, bytes));
            }
            case 3 -> {
                String organisation = "department" + random.nextInt(ORGANISATIONS);
                int second = CODES.get(random.nextInt(CODES.size()));
                yield new Question(
                        "organisation_codes_or_and_times",
                        "receipts where organisation = '" + organisation + "' and (code = " + code + " or code = "
                                + second + ") and time between " + time(from) + " and " + time(to)
                                + " order by height desc limit 20",
                        SELECT + "organisation = ? and (code = ? or code = ?) and time between ? and ?"
                                + " order by height desc, place desc limit 20",
                        List.of(organisation, code, second, time(from), time(to)));
            }
            default -> {
                long end = Math.min(to, from + 20);
                yield new Question(
                        "heights_not_and_sorted_by_size",
                        "transactions where sender = '" + sender + "' and method != '" + method
                                + "' and height between " + from + " and " + end + " order by bytes desc limit 20",
                        SELECT.replace("code, error, events", "bytes")
                                + "sender = ? and method <> ? and height between ? and ?"
                                + " order by bytes desc, height, place limit 20",
                        List.of(sender, method, from, end));
            }
        };
    }
}
