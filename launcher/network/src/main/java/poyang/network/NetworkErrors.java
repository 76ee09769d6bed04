package poyang.network;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of the local network.
final class NetworkErrors {
    static final ErrorCode BAD_OPTION = new ErrorCode("BAD_OPTION", 10101, Category.BAD_INPUT);
    static final ErrorCode SET_UP_FAILED = new ErrorCode("SET_UP_FAILED", 10102, Category.ENVIRONMENT);
    static final ErrorCode UNREADABLE = new ErrorCode("UNREADABLE", 10103, Category.BAD_INPUT);

    private NetworkErrors() {}
}
