package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

class FrameMeterTest {
    private static final JobPlan PLAN = new JobPlan.Collision("a", "b", "text", "dh-sm2");

    private static final int HEADER_BYTES = (int) bounds(true, 0, 0).bytesOut();

    private static FrameMeter meter(boolean receives, long ownRows, long peerRows) {
        return FrameMeter.sent(new PartyId("a"), bounds(receives, ownRows, peerRows));
    }

    private static JobKind.FrameBounds bounds(boolean receives, long ownRows, long peerRows) {
        JobFacts facts = new JobFacts("j", 1, new PartyId("a"), new PartyId("b"), receives, PLAN);
        return JobKind.of(PLAN).bounds(facts, ownRows, peerRows);
    }

    private static void exceeds(FrameMeter meter, int frameBytes) {
        PoyangException e = assertThrows(PoyangException.class, () -> meter.count(frameBytes));
        assertEquals(ExecutorErrors.FRAMES_EXCEEDED, e.code());
    }

    @Test
    void letsThroughWhatTheProtocolNeeds() {
        FrameMeter receiver = meter(true, 5000, 9000);
        receiver.count(HEADER_BYTES);
        receiver.count(4096 * 33);
        receiver.count(904 * 33);
        exceeds(receiver, 0);
        FrameMeter sender = meter(false, 9000, 5000);
        sender.count(HEADER_BYTES);
        sender.count(4096 * 33);
        sender.count(4096 * 33);
        sender.count(808 * 33);
        sender.count(4096 * 16);
        sender.count(904 * 16);
        assertEquals(HEADER_BYTES + 9000 * 33 + 5000 * 16, sender.bytes());
        exceeds(sender, 0);
    }

    @Test
    void refusesOverlongFramesAndTotals() {
        exceeds(meter(true, 1_000_000, 10), 4096 * 33 + 1);
        FrameMeter small = meter(true, 10, 1_000_000);
        small.count(HEADER_BYTES);
        exceeds(small, 10 * 33 + 1);
        exceeds(meter(true, 0, 0), HEADER_BYTES + 1);
    }
}
