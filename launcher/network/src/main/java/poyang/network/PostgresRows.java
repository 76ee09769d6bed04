package poyang.network;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import poyang.chain.ledger.query.Kind;
import poyang.chain.ledger.query.Row;
import poyang.chain.ledger.query.Value;

/// The rows of {@link QueryRows} in PostgreSQL, under the indexes that the chain's index has: equality in
/// a column with the chain's order behind it, times, and places.
final class PostgresRows implements AutoCloseable {
    private static final List<String> FOUND =
            List.of("id", "sender", "organisation", "contract", "method", "code", "error");

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    private PostgresRows(Connection connection) {
        this.connection = connection;
    }

    static PostgresRows fill(EmbeddedPostgres postgres, long blocks) throws SQLException {
        Connection connection = postgres.getPostgresDatabase().getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table receipts (height bigint not null, place int not null, time bigint not null,"
                    + " id text not null, sender text not null, organisation text not null, contract text not null,"
                    + " method text not null, bytes bigint not null, code bigint not null, error text not null,"
                    + " events bigint not null)");
            insert(connection, blocks);
            statement.execute("alter table receipts add primary key (height, place)");
            statement.execute("create index on receipts (time, height, place)");
            for (String column : FOUND) {
                statement.execute("create index on receipts (" + column + ", height, place)");
            }
            statement.execute("vacuum analyze receipts");
        }
        return new PostgresRows(connection);
    }

    private static void insert(Connection connection, long blocks) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement("insert into receipts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (long height = 0; height < blocks; height++) {
                for (Row row : QueryRows.block(height)) {
                    if (row.kind() == Kind.CALL) {
                        add(row, insert);
                    }
                }
                insert.executeBatch();
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static void add(Row row, PreparedStatement insert) throws SQLException {
        insert.setLong(1, row.height());
        insert.setInt(2, row.index());
        int column = 3;
        for (Value value : row.values().subList(0, row.values().size() - 1)) {
            switch (value) {
                case Value.Whole(long number) -> insert.setLong(column++, number);
                case Value.Text(String text) -> insert.setString(column++, text);
                case Value.Texts _ -> throw new IllegalStateException("one value a column");
            }
        }
        insert.addBatch();
    }

    /// The places of the rows, every column of which was read.
    List<Long> ask(QueryRows.Question question) throws SQLException {
        PreparedStatement statement = prepared.get(question.sql());
        if (statement == null) {
            statement = connection.prepareStatement(question.sql());
            prepared.put(question.sql(), statement);
        }
        for (int i = 0; i < question.parameters().size(); i++) {
            statement.setObject(i + 1, question.parameters().get(i));
        }
        List<Long> places = new ArrayList<>();
        try (ResultSet found = statement.executeQuery()) {
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                List<Object> values = new ArrayList<>(columns);
                for (int i = 1; i <= columns; i++) {
                    values.add(found.getObject(i));
                }
                places.add((long) values.get(0) * QueryRows.BLOCK_ROWS + (int) values.get(1));
            }
        }
        return places;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
