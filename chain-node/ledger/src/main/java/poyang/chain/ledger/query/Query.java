package poyang.chain.ledger.query;

import java.util.Optional;

/// A question to one table; made by {@link QueryText#parse}.
///
/// @param order the column by which rows stand; equal ones as they do in the chain
/// @param limit rows of one answer, 1 to {@link QueryText#LIMIT_MAX}
/// @param after where the answer before ended, as it said
public record Query(
        Table table, Condition condition, Column order, boolean descending, int limit, Optional<String> after) {}
