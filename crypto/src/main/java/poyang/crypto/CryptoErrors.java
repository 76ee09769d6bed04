package poyang.crypto;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of cryptography. Failures of authentication never say why.
public final class CryptoErrors {
    public static final ErrorCode BAD_KEY = new ErrorCode("BAD_KEY", 2001, Category.BAD_INPUT);
    public static final ErrorCode AUTHENTICATION_FAILED =
            new ErrorCode("AUTHENTICATION_FAILED", 2002, Category.BAD_INPUT);
    public static final ErrorCode WRONG_PASSWORD = new ErrorCode("WRONG_PASSWORD", 2003, Category.BAD_INPUT);
    public static final ErrorCode BAD_CERTIFICATE = new ErrorCode("BAD_CERTIFICATE", 2004, Category.BAD_INPUT);
    public static final ErrorCode FILE_FAILED = new ErrorCode("FILE_FAILED", 2005, Category.ENVIRONMENT);
    // 2030 to 2049: poyang.crypto.pki
    public static final ErrorCode BAD_SUBJECT = new ErrorCode("BAD_SUBJECT", 2030, Category.BAD_INPUT);
    public static final ErrorCode BAD_REQUEST = new ErrorCode("BAD_REQUEST", 2031, Category.BAD_INPUT);
    public static final ErrorCode BAD_REVOCATION_LIST = new ErrorCode("BAD_REVOCATION_LIST", 2032, Category.BAD_INPUT);
    public static final ErrorCode BAD_MESSAGE = new ErrorCode("BAD_MESSAGE", 2033, Category.BAD_INPUT);
    public static final ErrorCode UNREADABLE = new ErrorCode("UNREADABLE", 2034, Category.BAD_INPUT);
    public static final ErrorCode UNSUPPORTED = new ErrorCode("UNSUPPORTED", 2035, Category.BAD_INPUT);
    public static final ErrorCode NO_SUCH_ENTRY = new ErrorCode("NO_SUCH_ENTRY", 2036, Category.BAD_INPUT);
    public static final ErrorCode WRONG_STATE = new ErrorCode("WRONG_STATE", 2037, Category.BAD_INPUT);
    public static final ErrorCode SAME_PERSON = new ErrorCode("SAME_PERSON", 2038, Category.FORBIDDEN);
    public static final ErrorCode NO_OPERATOR = new ErrorCode("NO_OPERATOR", 2039, Category.FORBIDDEN);
    public static final ErrorCode OUTSIDE_PROFILE = new ErrorCode("OUTSIDE_PROFILE", 2040, Category.BAD_INPUT);
    public static final ErrorCode LOG_BROKEN = new ErrorCode("LOG_BROKEN", 2041, Category.ENVIRONMENT);
    public static final ErrorCode AUTHORITY_EXISTS = new ErrorCode("AUTHORITY_EXISTS", 2042, Category.BAD_INPUT);

    public static final ErrorCode UNKNOWN_KEY_FORM = new ErrorCode("UNKNOWN_KEY_FORM", 2050, Category.BAD_INPUT);
    public static final ErrorCode WEAK_PASSWORD = new ErrorCode("WEAK_PASSWORD", 2051, Category.BAD_INPUT);
    public static final ErrorCode BAD_KEYSTORE = new ErrorCode("BAD_KEYSTORE", 2052, Category.BAD_INPUT);
    public static final ErrorCode KEY_NOT_IN_USE = new ErrorCode("KEY_NOT_IN_USE", 2053, Category.FORBIDDEN);
    public static final ErrorCode BAD_ROTATION = new ErrorCode("BAD_ROTATION", 2054, Category.BAD_INPUT);
    public static final ErrorCode BAD_SHARE = new ErrorCode("BAD_SHARE", 2055, Category.BAD_INPUT);
    public static final ErrorCode TOO_FEW_SHARES = new ErrorCode("TOO_FEW_SHARES", 2056, Category.BAD_INPUT);
    public static final ErrorCode TOKEN_FAILED = new ErrorCode("TOKEN_FAILED", 2057, Category.ENVIRONMENT);
    public static final ErrorCode WRONG_PIN = new ErrorCode("WRONG_PIN", 2058, Category.BAD_INPUT);
    public static final ErrorCode UNSAFE_FILE = new ErrorCode("UNSAFE_FILE", 2059, Category.BAD_INPUT);
    public static final ErrorCode NO_PASSWORD = new ErrorCode("NO_PASSWORD", 2060, Category.BAD_INPUT);

    private CryptoErrors() {}
}
