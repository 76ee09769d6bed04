package poyang.chain.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.query.Condition;
import poyang.chain.ledger.query.Kind;
import poyang.chain.ledger.query.Query;
import poyang.chain.ledger.query.QueryErrors;
import poyang.chain.ledger.query.QueryIndex;
import poyang.chain.ledger.query.QueryPage;
import poyang.chain.ledger.query.QueryText;
import poyang.chain.ledger.query.Row;
import poyang.chain.ledger.query.Table;
import poyang.chain.ledger.query.Value;
import poyang.chain.proofs.BlockHeader;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.wire.schema.SearchAnswer;
import poyang.wire.schema.SearchRow;
import poyang.wire.schema.SearchTexts;
import poyang.wire.schema.SearchValue;

/// Keeps an index of final blocks beside the ledger and answers queries from it, by the same rules as
/// single reads. It follows on a thread of its own, so that no block waits for it; when it fails,
/// queries are refused and the validator goes on.
final class ChainIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChainIndex.class);
    private static final long PATIENCE_MILLIS = 5_000;
    private static final long LOOK_MILLIS = 5;
    private static final long WARM_UP_NANOS = 2_000_000_000L;

    private final Ledger ledger;
    private final Finality finality;
    private final QueryIndex index;
    private volatile boolean failed;

    private ChainIndex(Ledger ledger, Finality finality, QueryIndex index) {
        this.ledger = ledger;
        this.finality = finality;
        this.index = index;
    }

    /// @param storage needed no longer when this returns
    static QueryIndex open(Path directory, Ledger ledger, StorageKey storage, RandomSource random) {
        return QueryIndex.open(
                directory.resolve("index"),
                new QueryIndex.Source() {
                    @Override
                    public Bytes chainId() {
                        return ledger.chainId();
                    }

                    @Override
                    public Optional<Bytes> blockHash(long height) {
                        return ledger.header(height)
                                .map(header -> header.hash(ledger.genesis().suite()));
                    }
                },
                storage,
                random);
    }

    /// @param index belongs to the result, which closes it
    static ChainIndex over(Ledger ledger, Finality finality, QueryIndex index) {
        return new ChainIndex(ledger, finality, index);
    }

    /// Follows the chain until it is interrupted, once the index is warm.
    void follow() throws InterruptedException {
        try {
            index.warmUp(WARM_UP_NANOS);
        } catch (PoyangException e) {
            LOG.warn("the index of the chain is not warm: {}", e.wrong());
        }
        while (!failed) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the index is closed");
            }
            long next = next(index.height());
            if (finality.height() < next) {
                if (!finality.await(next, 1_000)) {
                    Thread.sleep(LOOK_MILLIS); // nothing will be final any more when the node stops
                }
                continue;
            }
            try {
                BlockHeader header = ledger.header(next).orElseThrow();
                index.add(ledger.chainId(), next, header.hash(ledger.genesis().suite()), IndexRows.of(ledger, header));
            } catch (RuntimeException e) {
                failed = true;
                LOG.error("the index of the chain stopped before block {}; queries are refused", next, e);
            }
        }
    }

    /// What lies below a snapshot is not here, and in no index.
    private long next(long height) {
        return height >= 0 && height + 1 < ledger.base() ? ledger.base() : height + 1;
    }

    /// Rows for an account that asks.
    SearchAnswer search(String text, Account account) throws InterruptedException {
        Query query = QueryText.parse(text);
        upToDate();
        QueryPage page = index.ask(query, rule(query.table(), account));
        SearchAnswer.Builder answer = SearchAnswer.newBuilder()
                .setHeight(Math.max(0, page.height()))
                .setNext(page.next().orElse(""));
        query.table().columns().forEach(column -> answer.addColumns(column.name()));
        for (Row row : page.rows()) {
            SearchRow.Builder found = SearchRow.newBuilder();
            List<Value> values = query.table().values(row);
            for (int i = 0; i < values.size(); i++) {
                found.addValues(
                        value(values.get(i), query.table().columns().get(i).isTime()));
            }
            answer.addRows(found);
        }
        return answer.build();
    }

    /// Waits until what is final now is in.
    private void upToDate() throws InterruptedException {
        long wanted = finality.height();
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (index.height() < wanted && !failed && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_MILLIS);
        }
        if (failed) {
            throw new PoyangException(
                    QueryErrors.INDEX_FAILED,
                    "this node's index of the chain stopped",
                    "ask another node; its operator finds the cause in the log");
        }
    }

    /// Blocks are for everybody. Of the rest an account sees what its organisation was named for, and what
    /// it sent: as with single reads.
    private static Condition rule(Table table, Account account) {
        boolean everything = account.has(Role.SUPERVISOR) || account.has(Role.CONSOLE);
        if (everything || table.kind() == Kind.BLOCK) {
            return new Condition.All();
        }
        Condition named = QueryIndex.seenBy(table, account.organisation());
        return table.kind() == Kind.CALL
                ? new Condition.Or(List.of(named, QueryIndex.sentBy(table, account.id())))
                : named;
    }

    private static SearchValue value(Value value, boolean time) {
        SearchValue.Builder made = SearchValue.newBuilder();
        return switch (value) {
            case Value.Whole(long number) -> (time ? made.setMillis(number) : made.setNumber(number)).build();
            case Value.Text(String text) -> made.setText(text).build();
            case Value.Texts(List<String> texts) ->
                made.setTexts(SearchTexts.newBuilder().addAllTexts(texts)).build();
        };
    }

    @Override
    public void close() {
        index.close();
    }
}
