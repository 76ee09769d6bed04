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

    public static final ErrorCode STATE_PRUNED = new ErrorCode("STATE_PRUNED", 4208, Category.BAD_INPUT);

    public static final ErrorCode BAD_RETENTION = new ErrorCode("BAD_RETENTION", 4209, Category.BAD_INPUT);

    private LedgerErrors() {}
}
