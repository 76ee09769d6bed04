package poyang.connectors;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The connectors' error codes.
public final class ConnectorErrors {
    public static final ErrorCode MISSING_SETTING = new ErrorCode("MISSING_SETTING", 6001, Category.BAD_INPUT);
    public static final ErrorCode SOURCE_MISSING = new ErrorCode("SOURCE_MISSING", 6002, Category.BAD_INPUT);
    public static final ErrorCode SOURCE_MALFORMED = new ErrorCode("SOURCE_MALFORMED", 6003, Category.BAD_INPUT);
    public static final ErrorCode UNKNOWN_COLUMN = new ErrorCode("UNKNOWN_COLUMN", 6004, Category.BAD_INPUT);
    public static final ErrorCode NOT_UTF8 = new ErrorCode("NOT_UTF8", 6005, Category.BAD_INPUT);
    public static final ErrorCode CONNECTION_FAILED = new ErrorCode("CONNECTION_FAILED", 6006, Category.ENVIRONMENT);
    public static final ErrorCode SOURCE_LOST = new ErrorCode("SOURCE_LOST", 6007, Category.ENVIRONMENT);
    public static final ErrorCode UNKNOWN_CONNECTOR = new ErrorCode("UNKNOWN_CONNECTOR", 6008, Category.BAD_INPUT);

    private ConnectorErrors() {}
}
