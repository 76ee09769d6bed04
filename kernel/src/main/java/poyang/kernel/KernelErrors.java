package poyang.kernel;

import poyang.kernel.ErrorCode.Category;

/// The error codes that belong to no module in particular.
public final class KernelErrors {
    public static final ErrorCode BAD_ENCODING = new ErrorCode("BAD_ENCODING", 1001, Category.BAD_INPUT);
    public static final ErrorCode BAD_NAME = new ErrorCode("BAD_NAME", 1002, Category.BAD_INPUT);
    public static final ErrorCode PEER_LOST = new ErrorCode("PEER_LOST", 1003, Category.BAD_PEER);
    public static final ErrorCode PEER_MISBEHAVED = new ErrorCode("PEER_MISBEHAVED", 1004, Category.BAD_PEER);

    private KernelErrors() {}
}
