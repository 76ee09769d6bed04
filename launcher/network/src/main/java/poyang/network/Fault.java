package poyang.network;

import java.io.IOException;
import java.util.function.Consumer;

/// Something that happens to validators under load, and its end.
interface Fault {
    /// In capitals, as people read it.
    String name();

    /// Has it happen, last, and end.
    ///
    /// @param victim number of the validator that it happens to
    void strike(Scene scene, int victim) throws IOException, InterruptedException;

    /// Where it happens.
    ///
    /// @param seconds that it lasts
    /// @param broken told what must not be
    record Scene(BenchNetwork network, Heights heights, int seconds, Consumer<String> broken) {
        void last() throws InterruptedException {
            Thread.sleep(seconds * 1_000L);
        }
    }
}
