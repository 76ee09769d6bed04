package poyang.executor.host;

import java.nio.file.Path;
import java.util.List;
import poyang.executor.jail.Confinement.Limits;
import poyang.executor.jail.Jail;

/// How a host starts its children.
///
/// @param jail tried out already by `JailTrial`
/// @param scratchParent a folder with a short path that children may pass through (mode 711); each
///     child gets a private folder in it
/// @param readerClassPath reader, connectors and what they need, nothing else
/// @param computeClassPath compute child, jobs and what they need, nothing else
/// @param reader limits of a reader and of the relay to its source
/// @param compute limits of a compute child; its seconds bound the whole attempt
/// @param views limits of a child that keeps a view's table; its seconds bound its life
/// @param currentMinutes how often a view's source is read again unasked, and its table changed to it
public record ExecutorSetup(
        Jail jail,
        Path scratchParent,
        List<Path> readerClassPath,
        List<Path> computeClassPath,
        Limits reader,
        Limits compute,
        Limits views,
        int currentMinutes) {
    /// Enough for a few million keys.
    public static final Limits READER_LIMITS = new Limits(512, 2048, 1, 2048, 600);
    /// Enough for a few million keys.
    public static final Limits COMPUTE_LIMITS = new Limits(1536, 1024, 2, 4096, 3600);

    /// Once a day.
    public static final int CURRENT_MINUTES = 24 * 60;

    /// Enough for a view of half a gigabyte; larger ones need three times their size.
    public static final Limits VIEW_LIMITS = new Limits(3072, 1024, 2, 4096, 366 * 24 * 3600);

    /// With the usual limits of views.
    public ExecutorSetup(
            Jail jail,
            Path scratchParent,
            List<Path> readerClassPath,
            List<Path> computeClassPath,
            Limits reader,
            Limits compute) {
        this(jail, scratchParent, readerClassPath, computeClassPath, reader, compute, VIEW_LIMITS, CURRENT_MINUTES);
    }

    public ExecutorSetup {
        readerClassPath = List.copyOf(readerClassPath);
        computeClassPath = List.copyOf(computeClassPath);
    }
}
