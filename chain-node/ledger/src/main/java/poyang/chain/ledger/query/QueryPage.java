package poyang.chain.ledger.query;

import java.util.List;
import java.util.Optional;

/// A part of an answer.
///
/// @param rows in the order that was asked for; may be fewer than the limit though others follow
/// @param next what to ask `after` for what follows; empty at the end
/// @param height the last block that was looked at
public record QueryPage(List<Row> rows, Optional<String> next, long height) {
    public QueryPage {
        rows = List.copyOf(rows);
    }
}
