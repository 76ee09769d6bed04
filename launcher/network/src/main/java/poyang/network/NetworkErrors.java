package poyang.network;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of the local network.
final class NetworkErrors {
    static final ErrorCode BAD_OPTION = new ErrorCode("BAD_OPTION", 10101, Category.BAD_INPUT);
    static final ErrorCode SET_UP_FAILED = new ErrorCode("SET_UP_FAILED", 10102, Category.ENVIRONMENT);
    static final ErrorCode UNREADABLE = new ErrorCode("UNREADABLE", 10103, Category.BAD_INPUT);
    static final ErrorCode PORT_TAKEN = new ErrorCode("PORT_TAKEN", 10104, Category.ENVIRONMENT);
    static final ErrorCode NETWORK_RUNNING = new ErrorCode("NETWORK_RUNNING", 10105, Category.ENVIRONMENT);
    static final ErrorCode JOB_FAILED = new ErrorCode("JOB_FAILED", 10106, Category.ENVIRONMENT);

    private NetworkErrors() {}
}
