package poyang.chain.ledger;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of the ledger.
public final class LedgerErrors {
    public static final ErrorCode LEDGER_FAILED = new ErrorCode("LEDGER_FAILED", 4201, Category.ENVIRONMENT);
    public static final ErrorCode LEDGER_DAMAGED = new ErrorCode("LEDGER_DAMAGED", 4202, Category.ENVIRONMENT);
    public static final ErrorCode OTHER_CHAIN = new ErrorCode("OTHER_CHAIN", 4203, Category.BAD_INPUT);
    public static final ErrorCode GENESIS_MISMATCH = new ErrorCode("GENESIS_MISMATCH", 4204, Category.BAD_INPUT);
    public static final ErrorCode BAD_STATE_KEY = new ErrorCode("BAD_STATE_KEY", 4205, Category.BAD_INPUT);
    public static final ErrorCode NO_SUCH_HEIGHT = new ErrorCode("NO_SUCH_HEIGHT", 4206, Category.BAD_INPUT);
    public static final ErrorCode BAD_FINALITY = new ErrorCode("BAD_FINALITY", 4207, Category.BAD_PEER);

    private LedgerErrors() {}
}
