package poyang.chain.node.host;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of a host of several chains.
public final class HostErrors {
    public static final ErrorCode NO_SUCH_CHAIN = new ErrorCode("NO_SUCH_CHAIN", 4331, Category.BAD_INPUT);
    public static final ErrorCode CHAIN_EXISTS = new ErrorCode("CHAIN_EXISTS", 4332, Category.BAD_INPUT);
    public static final ErrorCode STILL_VALIDATOR = new ErrorCode("STILL_VALIDATOR", 4333, Category.FORBIDDEN);
    public static final ErrorCode WRONG_STATE = new ErrorCode("WRONG_CHAIN_STATE", 4334, Category.BAD_INPUT);
    public static final ErrorCode BAD_MEMBER = new ErrorCode("BAD_MEMBER", 4335, Category.BAD_INPUT);
    public static final ErrorCode HOST_FULL = new ErrorCode("HOST_FULL", 4336, Category.ENVIRONMENT);
    public static final ErrorCode FILES_FAILED = new ErrorCode("HOST_FILES_FAILED", 4337, Category.ENVIRONMENT);
    public static final ErrorCode BAD_FOUNDING = new ErrorCode("BAD_FOUNDING", 4338, Category.BAD_INPUT);
    public static final ErrorCode OPERATION_FAILED = new ErrorCode("OPERATION_FAILED", 4339, Category.ENVIRONMENT);

    private HostErrors() {}
}
