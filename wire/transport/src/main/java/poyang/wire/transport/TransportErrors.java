package poyang.wire.transport;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of the transport between nodes.
public final class TransportErrors {
    public static final ErrorCode UNKNOWN_PEER = new ErrorCode("UNKNOWN_PEER", 3001, Category.BAD_INPUT);
    public static final ErrorCode FRAME_TOO_LARGE = new ErrorCode("FRAME_TOO_LARGE", 3002, Category.BAD_INPUT);
    public static final ErrorCode BAD_CHANNEL = new ErrorCode("BAD_CHANNEL", 3003, Category.BAD_INPUT);
    public static final ErrorCode BAD_TRANSPORT_CONFIG =
            new ErrorCode("BAD_TRANSPORT_CONFIG", 3004, Category.BAD_INPUT);
    public static final ErrorCode LISTEN_FAILED = new ErrorCode("LISTEN_FAILED", 3005, Category.ENVIRONMENT);

    private TransportErrors() {}
}
