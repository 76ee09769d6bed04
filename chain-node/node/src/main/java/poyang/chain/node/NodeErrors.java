package poyang.chain.node;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of a node.
public final class NodeErrors {
    public static final ErrorCode BAD_TRANSACTION = new ErrorCode("BAD_TRANSACTION", 4301, Category.BAD_INPUT);
    public static final ErrorCode OTHER_CHAIN = new ErrorCode("TRANSACTION_OF_OTHER_CHAIN", 4302, Category.BAD_INPUT);
    public static final ErrorCode OUT_OF_TIME = new ErrorCode("TRANSACTION_OUT_OF_TIME", 4303, Category.BAD_INPUT);
    public static final ErrorCode REPLAYED = new ErrorCode("TRANSACTION_REPLAYED", 4304, Category.FORBIDDEN);
    public static final ErrorCode NOT_SIGNED = new ErrorCode("TRANSACTION_NOT_SIGNED", 4305, Category.FORBIDDEN);
    public static final ErrorCode POOL_FULL = new ErrorCode("POOL_FULL", 4306, Category.ENVIRONMENT);
    public static final ErrorCode NO_SUCH_CONTRACT = new ErrorCode("NO_SUCH_CONTRACT", 4307, Category.BAD_INPUT);
    public static final ErrorCode CONTRACT_FAILED = new ErrorCode("CONTRACT_FAILED", 4308, Category.ENVIRONMENT);
    public static final ErrorCode NOT_ALLOWED = new ErrorCode("READ_NOT_ALLOWED", 4309, Category.FORBIDDEN);
    public static final ErrorCode NOT_FINAL_YET = new ErrorCode("NOT_FINAL_YET", 4310, Category.ENVIRONMENT);
    public static final ErrorCode NO_SUCH_BLOCK = new ErrorCode("NO_SUCH_BLOCK", 4311, Category.BAD_INPUT);
    public static final ErrorCode NODE_STOPPED = new ErrorCode("NODE_STOPPED", 4312, Category.ENVIRONMENT);
    public static final ErrorCode NOT_A_VALIDATOR = new ErrorCode("NOT_A_VALIDATOR", 4313, Category.BAD_INPUT);
    public static final ErrorCode LISTEN_FAILED = new ErrorCode("API_LISTEN_FAILED", 4314, Category.ENVIRONMENT);
    public static final ErrorCode ENGINE_TRIAL_FAILED =
            new ErrorCode("ENGINE_TRIAL_FAILED", 4315, Category.ENVIRONMENT);
    public static final ErrorCode ARCHIVED = new ErrorCode("CHAIN_ARCHIVED", 4316, Category.ENVIRONMENT);

    private NodeErrors() {}
}
