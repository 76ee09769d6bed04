package poyang.notarization;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of the system contracts.
public final class NotarizationErrors {
    public static final ErrorCode BAD_ARGUMENTS = new ErrorCode("BAD_ARGUMENTS", 5001, Category.BAD_INPUT);
    public static final ErrorCode NO_SUCH_METHOD = new ErrorCode("NO_SUCH_METHOD", 5002, Category.BAD_INPUT);
    public static final ErrorCode NOT_ALLOWED = new ErrorCode("NOT_ALLOWED", 5003, Category.FORBIDDEN);
    public static final ErrorCode NOT_FOUND = new ErrorCode("NOT_FOUND", 5004, Category.BAD_INPUT);
    public static final ErrorCode EXISTS = new ErrorCode("EXISTS", 5005, Category.BAD_INPUT);
    public static final ErrorCode POLICY_FORBIDS = new ErrorCode("POLICY_FORBIDS", 5006, Category.FORBIDDEN);
    public static final ErrorCode WRONG_STATE = new ErrorCode("WRONG_STATE", 5007, Category.BAD_INPUT);
    public static final ErrorCode DEADLINE_PASSED = new ErrorCode("DEADLINE_PASSED", 5008, Category.BAD_INPUT);
    public static final ErrorCode NOT_FRESH = new ErrorCode("NOT_FRESH", 5009, Category.BAD_INPUT);
    public static final ErrorCode RECEIPT_DIFFERS = new ErrorCode("RECEIPT_DIFFERS", 5010, Category.BAD_INPUT);
    // 5011 to 5013 and 5020 are AccountErrors.
    public static final ErrorCode POSSESSION_NOT_PROVEN =
            new ErrorCode("POSSESSION_NOT_PROVEN", 5014, Category.FORBIDDEN);
    public static final ErrorCode ROTATION_UNDER_WAY = new ErrorCode("ROTATION_UNDER_WAY", 5015, Category.BAD_INPUT);
    public static final ErrorCode KEY_USED_BEFORE = new ErrorCode("KEY_USED_BEFORE", 5016, Category.BAD_INPUT);
    public static final ErrorCode BAD_WINDOW = new ErrorCode("BAD_WINDOW", 5017, Category.BAD_INPUT);
    public static final ErrorCode AUTHORITY_NOT_TRUSTED =
            new ErrorCode("AUTHORITY_NOT_TRUSTED", 5018, Category.FORBIDDEN);
    public static final ErrorCode ALREADY_REVOKED = new ErrorCode("ALREADY_REVOKED", 5019, Category.BAD_INPUT);
    public static final ErrorCode AUDIT_NOT_ANCHORED = new ErrorCode("AUDIT_NOT_ANCHORED", 5021, Category.FORBIDDEN);
    public static final ErrorCode RULE_FORBIDS = new ErrorCode("RULE_FORBIDS", 5022, Category.FORBIDDEN);
    public static final ErrorCode NEEDS_APPROVALS = new ErrorCode("NEEDS_APPROVALS", 5023, Category.FORBIDDEN);

    private NotarizationErrors() {}
}
