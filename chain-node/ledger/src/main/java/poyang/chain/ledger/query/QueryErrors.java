package poyang.chain.ledger.query;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PoyangException;

/// The error codes of queries.
public final class QueryErrors {
    /// The text is no query; the message says at which character.
    public static final ErrorCode QUERY_MALFORMED = new ErrorCode("QUERY_MALFORMED", 4221, Category.BAD_INPUT);
    /// An answer would need more rows than one query may look at.
    public static final ErrorCode QUERY_TOO_WIDE = new ErrorCode("QUERY_TOO_WIDE", 4222, Category.BAD_INPUT);
    /// The index cannot be read or written.
    public static final ErrorCode INDEX_FAILED = new ErrorCode("INDEX_FAILED", 4223, Category.ENVIRONMENT);

    private QueryErrors() {}

    static PoyangException malformed(int at, String wrong, String right) {
        return new PoyangException(QUERY_MALFORMED, "character " + (at + 1) + " of the query: " + wrong, right);
    }
}
