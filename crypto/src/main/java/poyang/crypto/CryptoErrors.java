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

    // Sealed files and storage at rest: 2070 to 2089.
    public static final ErrorCode SEALED_FILE_REJECTED =
            new ErrorCode("SEALED_FILE_REJECTED", 2070, Category.BAD_INPUT);
    public static final ErrorCode NOT_A_SEALED_FILE = new ErrorCode("NOT_A_SEALED_FILE", 2071, Category.BAD_INPUT);
    public static final ErrorCode NOT_A_RECEIVER = new ErrorCode("NOT_A_RECEIVER", 2072, Category.FORBIDDEN);
    public static final ErrorCode SEALING_FAILED = new ErrorCode("SEALING_FAILED", 2073, Category.ENVIRONMENT);
    public static final ErrorCode SOURCE_CHANGED = new ErrorCode("SOURCE_CHANGED", 2074, Category.ENVIRONMENT);
    public static final ErrorCode STORAGE_KEY_REJECTED =
            new ErrorCode("STORAGE_KEY_REJECTED", 2075, Category.BAD_INPUT);
    public static final ErrorCode STORAGE_DAMAGED = new ErrorCode("STORAGE_DAMAGED", 2076, Category.ENVIRONMENT);
    public static final ErrorCode DATA_KEY_MISSING = new ErrorCode("DATA_KEY_MISSING", 2077, Category.ENVIRONMENT);
    public static final ErrorCode PLAIN_STORAGE = new ErrorCode("PLAIN_STORAGE", 2078, Category.ENVIRONMENT);
    public static final ErrorCode STORAGE_FAILED = new ErrorCode("STORAGE_FAILED", 2079, Category.ENVIRONMENT);

    private CryptoErrors() {}
}
