package poyang.executor.job;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The executor's error codes.
public final class ExecutorErrors {
    public static final ErrorCode JAIL_UNAVAILABLE = new ErrorCode("JAIL_UNAVAILABLE", 8001, Category.ENVIRONMENT);
    public static final ErrorCode CHILD_LOST = new ErrorCode("CHILD_LOST", 8002, Category.ENVIRONMENT);
    public static final ErrorCode TIME_LIMIT = new ErrorCode("TIME_LIMIT", 8003, Category.ENVIRONMENT);
    public static final ErrorCode FRAMES_EXCEEDED = new ErrorCode("FRAMES_EXCEEDED", 8004, Category.BAD_PEER);
    public static final ErrorCode INPUT_MALFORMED = new ErrorCode("INPUT_MALFORMED", 8005, Category.BAD_INPUT);
    public static final ErrorCode UNKNOWN_JOB_KIND = new ErrorCode("UNKNOWN_JOB_KIND", 8006, Category.BAD_INPUT);
    public static final ErrorCode OPENING_REJECTED = new ErrorCode("OPENING_REJECTED", 8007, Category.BAD_INPUT);
    public static final ErrorCode MEMORY_LIMIT = new ErrorCode("MEMORY_LIMIT", 8008, Category.ENVIRONMENT);
    public static final ErrorCode EXECUTOR_LOST = new ErrorCode("EXECUTOR_LOST", 8009, Category.BAD_PEER);
    public static final ErrorCode CANCELLED = new ErrorCode("CANCELLED", 8010, Category.FORBIDDEN);
    public static final ErrorCode INTERNAL = new ErrorCode("INTERNAL", 8011, Category.ENVIRONMENT);

    /// A value of the input that is not what the plan declares.
    public static final ErrorCode INPUT_REFUSED = new ErrorCode("INPUT_REFUSED", 8012, Category.BAD_INPUT);

    /// The executor has no proving key, or no secret of the commitment, for a published verification key.
    public static final ErrorCode PROVING_KEY_MISSING =
            new ErrorCode("PROVING_KEY_MISSING", 8013, Category.ENVIRONMENT);

    /// The rows are not those that were committed to.
    public static final ErrorCode COMMITMENT_DIFFERS = new ErrorCode("COMMITMENT_DIFFERS", 8014, Category.BAD_INPUT);

    /// What is to be proven is not true.
    public static final ErrorCode STATEMENT_FALSE = new ErrorCode("STATEMENT_FALSE", 8015, Category.BAD_INPUT);

    private ExecutorErrors() {}
}
