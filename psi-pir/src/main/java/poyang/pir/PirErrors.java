package poyang.pir;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// What can go wrong with private reads; numbers 7100 to 7119.
public final class PirErrors {
    /// A matrix, table or request of a size that cannot be.
    public static final ErrorCode BAD_SHAPE = new ErrorCode("BAD_SHAPE", 7100, Category.BAD_INPUT);

    /// A frame that is not what the protocol says.
    public static final ErrorCode BAD_FRAME = new ErrorCode("BAD_FRAME", 7101, Category.BAD_PEER);

    /// The answer is not a row of the committed table.
    public static final ErrorCode NOT_COMMITTED = new ErrorCode("NOT_COMMITTED", 7102, Category.BAD_PEER);

    /// A record or key that does not fit the table's form.
    public static final ErrorCode RECORD_REFUSED = new ErrorCode("RECORD_REFUSED", 7103, Category.BAD_INPUT);

    private PirErrors() {}
}
