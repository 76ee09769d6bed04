package poyang.executor.jail;

import java.nio.file.Path;
import java.util.List;

/// What one jailed JVM runs, sees and may use.
///
/// @param mainClass its main class
/// @param classPath jars and class folders, bound read-only
/// @param arguments of the main class; name paths as {@link Jail#inside} gives them
/// @param scratch its private folder, the only thing it can write besides a temporary file system
/// @param mounts what else it sees of the host's files
/// @param sockets the sockets it may make
/// @param work what its JVM is made ready for
/// @param limits memory, processor time and file size
public record Confinement(
        String mainClass,
        List<Path> classPath,
        List<String> arguments,
        Path scratch,
        List<Mount> mounts,
        Sockets sockets,
        Work work,
        Limits limits) {
    public Confinement {
        classPath = List.copyOf(classPath);
        arguments = List.copyOf(arguments);
        mounts = List.copyOf(mounts);
    }

    /// What a child has to do.
    public enum Work {
        /// It ends before the optimising compiler would pay.
        BRIEF,
        LONG,
        /// Long and numeric: vector instructions pay for their slower start.
        NUMERIC
    }

    /// A file or folder of the host, bound at `target` inside.
    public record Mount(Path source, String target, boolean writable) {}

    /// @param heapMebibytes Java heap
    /// @param nativeMebibytes memory outside the heap: direct buffers, native libraries, the JVM itself
    /// @param processors processors that the JVM counts on
    /// @param fileMebibytes the largest file that it may write
    /// @param seconds wall-clock time, enforced by whoever starts it; processor time is bounded to
    ///     `seconds * processors`
    public record Limits(int heapMebibytes, int nativeMebibytes, int processors, int fileMebibytes, int seconds) {}
}
