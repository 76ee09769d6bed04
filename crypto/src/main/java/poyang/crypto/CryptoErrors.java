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

    private CryptoErrors() {}
}
