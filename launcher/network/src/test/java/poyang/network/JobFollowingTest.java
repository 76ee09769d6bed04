package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import poyang.wire.schema.JobProgress;

/// What a person is told of a running attempt; that it is told at all, the acceptance tests' `job show --wait` shows.
final class JobFollowingTest {
    @Test
    void wordsTellRowsBytesAndTimeWhereTheyAreKnown() {
        JobProgress.Builder progress = JobProgress.newBuilder().setPhase("reading");
        assertEquals("reading", JobFollowing.words(progress.build()));
        assertEquals(
                "reading, 12,345", JobFollowing.words(progress.setDone(12_345).build()));
        assertEquals(
                "masking, 12,345 of 20,000, 999 B sent, 1.5 kB received, of 2.0 MB at most, some 7 s left",
                JobFollowing.words(progress.setPhase("masking")
                        .setTotal(20_000)
                        .setBytesSent(999)
                        .setBytesReceived(1_500)
                        .setTotalBytes(2_000_000)
                        .setSecondsLeft(7)
                        .build()));
    }
}
