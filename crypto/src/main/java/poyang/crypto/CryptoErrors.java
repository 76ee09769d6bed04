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
    // 2010 to 2029: poyang.crypto.tls
    /// The peer's certificates are not accepted here.
    public static final ErrorCode TLS_PEER_REFUSED = new ErrorCode("TLS_PEER_REFUSED", 2010, Category.ENVIRONMENT);
    /// The peer does not accept this side's certificates.
    public static final ErrorCode TLS_REFUSED_BY_PEER =
            new ErrorCode("TLS_REFUSED_BY_PEER", 2011, Category.ENVIRONMENT);
    public static final ErrorCode TLS_NO_CERTIFICATE = new ErrorCode("TLS_NO_CERTIFICATE", 2012, Category.ENVIRONMENT);
    public static final ErrorCode TLS_OTHER_SUITE = new ErrorCode("TLS_OTHER_SUITE", 2013, Category.ENVIRONMENT);
    public static final ErrorCode TLS_WRONG_PEER = new ErrorCode("TLS_WRONG_PEER", 2014, Category.ENVIRONMENT);
    public static final ErrorCode TLS_BROKEN = new ErrorCode("TLS_BROKEN", 2015, Category.ENVIRONMENT);
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

    // 2096 to 2099: suites.
    public static final ErrorCode UNKNOWN_SUITE = new ErrorCode("UNKNOWN_SUITE", 2096, Category.BAD_INPUT);
    public static final ErrorCode OTHER_SUITE = new ErrorCode("OTHER_SUITE", 2097, Category.BAD_INPUT);
    // Certificates for browsers: 2090 to 2094.
    public static final ErrorCode BAD_WEB_CERTIFICATE = new ErrorCode("BAD_WEB_CERTIFICATE", 2090, Category.BAD_INPUT);
    public static final ErrorCode FOREIGN_WEB_KEY = new ErrorCode("FOREIGN_WEB_KEY", 2091, Category.BAD_INPUT);

    private CryptoErrors() {}
}
