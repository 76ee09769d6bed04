package poyang.executor.host;

import java.util.concurrent.atomic.AtomicLong;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobKind.FrameBounds;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Counts the frames that one side sends and ends the attempt when they are more or longer than the
/// protocol's descriptor allows: what a protocol does not need to send, a row could travel in.
final class FrameMeter {
    private final PartyId sender;
    private final long mostFrames;
    private final long mostBytes;
    private final int longestFrame;
    private long frames;
    private final AtomicLong bytes = new AtomicLong();

    private FrameMeter(PartyId sender, long mostFrames, long mostBytes, int longestFrame) {
        this.sender = sender;
        this.mostFrames = mostFrames;
        this.mostBytes = mostBytes;
        this.longestFrame = longestFrame;
    }

    /// For the frames of the side that `bounds` was computed for.
    static FrameMeter sent(PartyId sender, FrameBounds bounds) {
        return new FrameMeter(sender, bounds.framesOut(), bounds.bytesOut(), bounds.frameBytes());
    }

    /// @throws PoyangException `FRAMES_EXCEEDED`
    void count(int frameBytes) {
        frames++;
        long all = bytes.addAndGet(frameBytes);
        if (frames > mostFrames || all > mostBytes || frameBytes > longestFrame) {
            throw PoyangException.accusing(
                    sender,
                    ExecutorErrors.FRAMES_EXCEEDED,
                    "the compute child of " + sender + " sent frame " + frames + " of " + frameBytes + " bytes, " + all
                            + " bytes in all",
                    "its protocol needs at most " + mostFrames + " frames of " + longestFrame + " bytes, " + mostBytes
                            + " bytes in all, for inputs of the committed sizes");
        }
    }

    PartyId sender() {
        return sender;
    }

    long frames() {
        return frames;
    }

    /// What the protocol needs at most.
    long mostBytes() {
        return mostBytes;
    }

    /// So far; from any thread.
    long bytes() {
        return bytes.get();
    }
}
