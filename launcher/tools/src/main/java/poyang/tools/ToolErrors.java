package poyang.tools;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of the command line.
final class ToolErrors {
    static final ErrorCode BAD_OPTION = new ErrorCode("BAD_OPTION", 10001, Category.BAD_INPUT);
    static final ErrorCode OUTPUT_FAILED = new ErrorCode("OUTPUT_FAILED", 10002, Category.ENVIRONMENT);
    static final ErrorCode PARTY_LOST = new ErrorCode("PARTY_LOST", 10003, Category.ENVIRONMENT);

    private ToolErrors() {}
}
