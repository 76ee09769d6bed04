package poyang.executor.host;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of the executor's host.
public final class HostErrors {
    public static final ErrorCode LISTEN_FAILED = new ErrorCode("EXECUTOR_LISTEN_FAILED", 8101, Category.ENVIRONMENT);
    public static final ErrorCode NOT_ALLOWED = new ErrorCode("EXECUTOR_NOT_ALLOWED", 8102, Category.FORBIDDEN);
    public static final ErrorCode BAD_REQUEST = new ErrorCode("EXECUTOR_BAD_REQUEST", 8103, Category.BAD_INPUT);
    public static final ErrorCode SOURCE_EXISTS = new ErrorCode("SOURCE_EXISTS", 8104, Category.BAD_INPUT);
    public static final ErrorCode NO_SUCH_SOURCE = new ErrorCode("NO_SUCH_SOURCE", 8105, Category.BAD_INPUT);
    public static final ErrorCode OUTSIDE_FOLDER = new ErrorCode("SOURCE_OUTSIDE_FOLDER", 8106, Category.FORBIDDEN);
    public static final ErrorCode VAULT_FAILED = new ErrorCode("VAULT_FAILED", 8107, Category.ENVIRONMENT);
    public static final ErrorCode NO_RESULT = new ErrorCode("NO_RESULT", 8108, Category.BAD_INPUT);
    public static final ErrorCode HELLO_REFUSED = new ErrorCode("HELLO_REFUSED", 8109, Category.BAD_PEER);
    public static final ErrorCode NO_SUCH_VIEW = new ErrorCode("NO_SUCH_VIEW", 8110, Category.BAD_INPUT);
    public static final ErrorCode VIEW_NOT_STANDING = new ErrorCode("VIEW_NOT_STANDING", 8111, Category.ENVIRONMENT);
    public static final ErrorCode LOOKUP_REFUSED = new ErrorCode("LOOKUP_REFUSED", 8112, Category.FORBIDDEN);
    /// Another side has ended the attempt and says why on chain.
    public static final ErrorCode PEER_ENDED = new ErrorCode("PEER_ENDED", 8113, Category.BAD_PEER);

    private HostErrors() {}
}
