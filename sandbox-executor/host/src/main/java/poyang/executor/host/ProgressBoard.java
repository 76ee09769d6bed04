package poyang.executor.host;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import poyang.wire.schema.JobProgress;

/// How far each attempt is, for people who watch. The last attempts that ended stay for a while.
final class ProgressBoard {
    private static final int REMEMBERED = 200;

    private final Map<String, JobProgress> latest = new LinkedHashMap<>(16, 0.75f, true);

    synchronized void post(JobProgress progress) {
        latest.put(progress.getJob(), progress);
        if (latest.size() > REMEMBERED) {
            latest.remove(latest.keySet().iterator().next());
        }
        notifyAll();
    }

    /// What comes after `seen` of a job's attempt (0: the latest); empty when nothing new came in `millis`.
    synchronized Optional<JobProgress> next(String job, Optional<JobProgress> seen, long millis)
            throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (Optional.ofNullable(latest.get(job)).equals(seen)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
        return Optional.ofNullable(latest.get(job));
    }

    static boolean ends(JobProgress progress) {
        return progress.getPhase().equals("done") || progress.getPhase().equals("failed");
    }
}
