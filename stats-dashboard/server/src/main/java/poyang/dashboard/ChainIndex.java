package poyang.dashboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import poyang.crypto.Sm3;
import poyang.dashboard.ChainGateway.VerifiedBlock;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.Event;
import poyang.wire.schema.GenesisCall;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// What is on chain, in tables that pages can ask: a fold over the genesis calls and the finalised
/// blocks, one database transaction a block. Forgetting it and folding again gives the same content.
///
/// The index holds only messages as the contracts keep them; who may see which is decided by
/// {@link Reader}.
final class ChainIndex {
    private final JdbcClient database;
    private final TransactionTemplate transactions;
    private final IndexFold fold;
    private final Object advanced = new Object();
    private long height;

    ChainIndex(JdbcClient database, TransactionTemplate transactions) {
        this.database = database;
        this.transactions = transactions;
        fold = new IndexFold(this);
    }

    /// Takes up where the index stands; an empty one starts with the genesis.
    ///
    /// @throws PoyangException `FOREIGN_INDEX` when the index was made from another chain
    void open(Bytes chainId, GenesisFile genesis, boolean rebuild) {
        transactions.executeWithoutResult(_ -> {
            if (rebuild) {
                database.sql("delete from entity").update();
                database.sql("delete from outcome").update();
                database.sql("delete from block").update();
                database.sql("delete from chain").update();
            }
            Optional<String> known =
                    database.sql("select id from chain").query(String.class).optional();
            if (known.isEmpty()) {
                database.sql("insert into chain values (?)")
                        .param(chainId.hex())
                        .update();
                addBlock(0, genesis.getTimestampMillis(), 0);
                for (GenesisCall call : genesis.getCallsList()) {
                    fold.call(new IndexFold.Call(
                            call.getContract(),
                            call.getMethod(),
                            call.getArguments(),
                            "genesis",
                            "",
                            0,
                            genesis.getTimestampMillis()));
                }
            } else if (!known.get().equals(chainId.hex())) {
                throw new PoyangException(
                        ConsoleErrors.FOREIGN_INDEX,
                        "the index belongs to chain " + known.get().substring(0, 16),
                        "start once with rebuild.index = true, or use the data directory of this chain");
            }
        });
        synchronized (advanced) {
            height = database.sql("select max(height) from block")
                    .query(Long.class)
                    .single();
        }
    }

    void apply(VerifiedBlock block) {
        Bug.unless(block.height() == height() + 1, "blocks come without gaps");
        Bug.unless(block.transactions().size() == block.receipts().size(), "one receipt for each transaction");
        transactions.executeWithoutResult(_ -> {
            addBlock(
                    block.height(),
                    block.timestampMillis(),
                    block.transactions().size());
            for (int i = 0; i < block.transactions().size(); i++) {
                applyTransaction(
                        block, block.transactions().get(i), block.receipts().get(i));
            }
        });
        synchronized (advanced) {
            height = block.height();
            advanced.notifyAll();
        }
    }

    private void applyTransaction(VerifiedBlock block, Transaction transaction, TransactionReceipt receipt) {
        TransactionPayload payload = parse(TransactionPayload.parser(), transaction.getPayload());
        String id = Sm3.hash(transaction.getPayload().toByteArray()).hex();
        database.sql("merge into outcome key (id) values (?, ?, ?, ?)")
                .params(id, block.height(), payload.getSender(), receipt.toByteArray())
                .update();
        if (receipt.getCode() != 0) {
            return;
        }
        fold.call(new IndexFold.Call(
                payload.getContract(),
                payload.getMethod(),
                payload.getArguments(),
                payload.getSender(),
                id,
                block.height(),
                block.timestampMillis()));
        for (Event event : receipt.getEventsList()) {
            fold.event(event, block.height());
        }
    }

    private void addBlock(long blockHeight, long millis, int count) {
        database.sql("insert into block values (?, ?, ?)")
                .params(blockHeight, millis, count)
                .update();
    }

    void put(Kind kind, String id, Message message, long atHeight) {
        database.sql("merge into entity key (kind, id) values (?, ?, ?, ?)")
                .params(kind.name(), id, atHeight, message.toByteArray())
                .update();
    }

    <M extends Message> Optional<M> find(Kind kind, String id, Parser<M> parser) {
        return database.sql("select payload from entity where kind = ? and id = ?")
                .params(kind.name(), id)
                .query((rows, _) -> parse(parser, ByteString.copyFrom(rows.getBytes(1))))
                .optional();
    }

    <M extends Message> List<M> all(Kind kind, Parser<M> parser) {
        return database.sql("select payload from entity where kind = ? order by id")
                .param(kind.name())
                .query((rows, _) -> parse(parser, ByteString.copyFrom(rows.getBytes(1))))
                .list();
    }

    /// The latest whose id begins with some text, the newest first.
    ///
    /// @param passed so many are passed over
    <M extends Message> List<M> latest(Kind kind, String beginning, long passed, int most, Parser<M> parser) {
        return database.sql("select payload from entity where kind = ? and left(id, ?) = ?"
                        + " order by height desc, id limit ? offset ?")
                .params(kind.name(), beginning.length(), beginning, most, passed)
                .query((rows, _) -> parse(parser, ByteString.copyFrom(rows.getBytes(1))))
                .list();
    }

    Optional<Outcome> outcome(String transactionId) {
        return database.sql("select sender, receipt from outcome where id = ?")
                .param(transactionId)
                .query((rows, _) -> new Outcome(
                        rows.getString(1), parse(TransactionReceipt.parser(), ByteString.copyFrom(rows.getBytes(2)))))
                .optional();
    }

    List<BlockLine> lastBlocks(int count) {
        return database.sql("select height, millis, transactions from block order by height desc limit ?")
                .param(count)
                .query((rows, _) -> new BlockLine(rows.getLong(1), rows.getLong(2), rows.getInt(3)))
                .list();
    }

    long transactionCount() {
        return database.sql("select coalesce(sum(transactions), 0) from block")
                .query(Long.class)
                .single();
    }

    long height() {
        synchronized (advanced) {
            return height;
        }
    }

    /// Waits until the index is above `known` or the time is over.
    ///
    /// @return the height
    long awaitAbove(long known, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        synchronized (advanced) {
            while (height <= known) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    break;
                }
                advanced.wait(left);
            }
            return height;
        }
    }

    static <M extends Message> M parse(Parser<M> parser, ByteString encoded) {
        try {
            return parser.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw new Bug("a message that consensus accepted does not parse", e);
        }
    }

    enum Kind {
        ORGANISATION,
        ACCOUNT,
        DATASET,
        JOB,
        RECEIPT,
        EVIDENCE,
        ANCHOR,
        VIEW,
        LOOKUP,
        PROOF_KEY,
        PROOF,
        LAST_ANCHOR,
        RULE,
        LEVEL,
        PROPOSAL,
        FROZEN_NODE
    }

    record Outcome(String sender, TransactionReceipt receipt) {}

    record BlockLine(long height, long millis, int transactions) {}
}
