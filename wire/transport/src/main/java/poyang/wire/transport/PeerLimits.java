package poyang.wire.transport;

import poyang.kernel.PoyangException;

/// How much one peer may send before this node reads from it more slowly. Twice as much may come at once.
///
/// @param framesPerSecond at least 10
/// @param bytesPerSecond payload bytes; at least 64 KiB
public record PeerLimits(int framesPerSecond, long bytesPerSecond) {
    public PeerLimits {
        if (framesPerSecond < 10 || bytesPerSecond < 64 << 10) {
            throw new PoyangException(
                    TransportErrors.BAD_TRANSPORT_CONFIG,
                    "framesPerSecond is " + framesPerSecond + " and bytesPerSecond " + bytesPerSecond,
                    "at least 10 and 65536 are needed");
        }
    }

    /// 4,000 frames and 64 MiB a second.
    public static PeerLimits ample() {
        return new PeerLimits(4_000, 64L << 20);
    }
}
