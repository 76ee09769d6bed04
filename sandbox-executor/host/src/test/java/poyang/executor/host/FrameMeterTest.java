package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

class FrameMeterTest {
    private static final List<String> PROTOCOLS = List.of("dh-sm2", "dh-25519", "vole", "vole-malicious");

    private static JobKind.FrameBounds bounds(String protocol, boolean receives, long ownRows, long peerRows) {
        JobPlan plan = JobPlan.Collision.of("a", "b", "text", protocol);
        JobFacts facts = new JobFacts("j", 1, new PartyId("a"), new PartyId("b"), receives, plan);
        return JobKind.of(plan).bounds(facts, facts.peer(), Map.of(facts.self(), ownRows, facts.peer(), peerRows));
    }

    private static FrameMeter meter(JobKind.FrameBounds bounds) {
        return FrameMeter.sent(new PartyId("a"), bounds);
    }

    private static void exceeds(FrameMeter meter, int frameBytes) {
        PoyangException e = assertThrows(PoyangException.class, () -> meter.count(frameBytes));
        assertEquals(ExecutorErrors.FRAMES_EXCEEDED, e.code());
    }

    /// Every protocol, either side: as many frames and bytes as it needs, and not one more.
    @Test
    void letsThroughWhatTheProtocolNeedsAndNothingMore() {
        for (String protocol : PROTOCOLS) {
            for (boolean receives : new boolean[] {true, false}) {
                JobKind.FrameBounds bounds = bounds(protocol, receives, 5000, 9000);
                FrameMeter bytes = meter(bounds);
                long left = bounds.bytesOut();
                while (left > 0) {
                    int frame = (int) Math.min(left, bounds.frameBytes());
                    bytes.count(frame);
                    left -= frame;
                }
                assertEquals(bounds.bytesOut(), bytes.bytes());
                exceeds(bytes, 1);
                FrameMeter frames = meter(bounds);
                for (long i = 0; i < bounds.framesOut(); i++) {
                    frames.count(0);
                }
                exceeds(frames, 0);
                exceeds(meter(bounds), bounds.frameBytes() + 1);
            }
        }
    }

    /// What one side may send is what the other side expects.
    @Test
    void bothSidesBoundAFrameAlike() {
        for (String protocol : PROTOCOLS) {
            JobKind.FrameBounds receiver = bounds(protocol, true, 70_000, 300);
            JobKind.FrameBounds sender = bounds(protocol, false, 300, 70_000);
            assertEquals(receiver.bytesOut(), sender.bytesIn());
            assertEquals(receiver.framesOut(), sender.framesIn());
            assertEquals(receiver.bytesIn(), sender.bytesOut());
            assertEquals(receiver.framesIn(), sender.framesOut());
        }
    }
}
