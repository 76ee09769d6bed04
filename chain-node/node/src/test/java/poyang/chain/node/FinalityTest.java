package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who reads a state when a snapshot replaces it is let finish; who comes later does not hold anybody up.
@Timeout(120)
final class FinalityTest {
    @Test
    void whoBeganBeforeIsAwaitedAndWhoBeginsAfterIsNot() throws Exception {
        Finality finality = new Finality(7);
        List<String> happened = new ArrayList<>();
        Finality.Reading first = finality.reading();
        Finality.Reading second = finality.reading();
        Thread tidying = Thread.ofVirtual().start(() -> {
            try {
                finality.awaitReaders();
                synchronized (happened) {
                    happened.add("tidied");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (tidying.getState() != Thread.State.WAITING) {
            Thread.sleep(5);
        }
        Finality.Reading later = finality.reading();
        first.close();
        synchronized (happened) {
            assertEquals(List.of(), happened, "one still reads");
            happened.add("read");
        }
        second.close();
        tidying.join();
        assertEquals(List.of("read", "tidied"), happened);
        later.close();
        // Nobody reads: nobody is waited for.
        finality.awaitReaders();
        assertTrue(finality.height() == 7);
    }
}
