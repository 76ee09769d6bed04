package poyang.executor.jail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.PoyangException;

/// Starts JVMs that can reach nothing but what their {@link Confinement} names.
///
/// Run by root, bubblewrap sets up the mounts and `setpriv` then drops to user 65534 without groups
/// or capabilities, so that the child is nobody outside its namespaces too. Run by another user,
/// bubblewrap makes a user namespace instead, in which the child is user 65534; outside it stays the
/// host's own user, without any file of that user in sight.
///
/// The process that `start` gives is bubblewrap itself: when it or the host dies, the kernel kills
/// everything inside.
public final class Jail {
    private static final int NOBODY = 65534;
    private static final int FILTER_DESCRIPTOR = 9;
    private static final List<String> SYSTEM_FOLDERS = List.of("/lib", "/lib64", "/usr/lib", "/usr/lib64");
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private final boolean confined;
    private final boolean root;
    private final Path runtime;
    private final Path javaHome;
    private final ExecutorService starter = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("jail").factory());

    private Jail(boolean confined, Path runtime) {
        this.confined = confined;
        this.runtime = runtime;
        root = confined && isRoot();
        javaHome = real(Path.of(System.getProperty("java.home")));
    }

    /// Bubblewrap with our seccomp filter.
    ///
    /// @param runtime an existing private folder of the host, for filters and staged class paths
    /// @throws PoyangException `JAIL_UNAVAILABLE` when this machine lacks what the jail needs; that it
    ///     really confines is shown by {@link JailTrial} only
    public static Jail bubblewrap(Path runtime) {
        Jail jail = new Jail(true, runtime);
        SeccompFilter.Machine machine = SeccompFilter.Machine.named(System.getProperty("os.arch"))
                .orElseThrow(() -> unavailable(
                        "there is no system call table for machine \"" + System.getProperty("os.arch") + "\"", null));
        for (String tool : jail.root ? List.of("bwrap", "prlimit", "setpriv") : List.of("bwrap", "prlimit")) {
            find(tool);
        }
        try {
            for (Sockets sockets : Sockets.values()) {
                Files.write(jail.filter(sockets), SeccompFilter.program(machine, sockets));
            }
        } catch (IOException e) {
            throw unavailable("the folder " + runtime + " cannot be written", e);
        }
        return jail;
    }

    /// No jail at all: children run as the host's user with everything in reach. Resource limits
    /// remain. For machines where the operator has said so; receipts name it.
    public static Jail unsafe(Path runtime) {
        return new Jail(false, runtime);
    }

    /// As commitments and receipts name it.
    public String name() {
        return confined ? "bubblewrap" : "none (unsafe)";
    }

    /// A new private folder for one child, below `parent`, which others must be able to pass through.
    public Path newScratch(Path parent, String name) {
        try {
            Path scratch = Files.createDirectory(parent.resolve(name), PosixFilePermissions.asFileAttribute(PRIVATE));
            giveToChild(scratch);
            return scratch;
        } catch (IOException e) {
            throw unavailable("no scratch folder could be made in " + parent, e);
        }
    }

    /// Makes the child the owner of `path`, where it runs as another user.
    public void giveToChild(Path path) throws IOException {
        if (root) {
            Files.setAttribute(path, "unix:gid", NOBODY);
            Files.setAttribute(path, "unix:uid", NOBODY);
        }
    }

    /// Whether a child may read `path`, a file or folder that would be bound into its jail.
    public boolean lets(Path path) {
        try {
            return Files.isReadable(path)
                    && (!root || Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ));
        } catch (IOException e) {
            return false;
        }
    }

    /// How the child names its scratch folder.
    public String insideScratch(Path scratch) {
        return confined ? "/scratch" : scratch.toString();
    }

    /// How the child names a mounted file.
    public String inside(Confinement.Mount mount) {
        return confined ? mount.target() : mount.source().toString();
    }

    /// A builder of the child's process, with an empty environment; pipes and redirects are the
    /// caller's to choose.
    public ProcessBuilder process(Confinement child) {
        List<String> command = new ArrayList<>();
        if (confined) {
            command.addAll(List.of("/bin/sh", "-c", "exec 9<\"$1\"; shift; exec \"$@\"", "sh"));
            command.add(filter(child.sockets()).toString());
        }
        addLimits(command, child.limits());
        if (confined) {
            addNamespaces(command, child);
            addJava(
                    command,
                    child,
                    Path.of("/jdk"),
                    stagedClassPath(child.classPath()).targets());
        } else {
            addJava(
                    command,
                    child,
                    javaHome,
                    child.classPath().stream().map(Path::toString).toList());
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        return builder;
    }

    /// Starts children, joined by pipes from each to the next.
    ///
    /// The kernel kills a child with the thread that started it, not only with the process; so one
    /// thread that lives as long as this jail starts them all.
    ///
    /// @param builders from {@link #process}
    public List<Process> start(List<ProcessBuilder> builders) throws IOException {
        try {
            return starter.submit(() -> ProcessBuilder.startPipeline(builders)).get();
        } catch (ExecutionException e) {
            throw new IOException("a jailed process could not be started", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the start of a jailed process was interrupted", e);
        }
    }

    private static void addLimits(List<String> command, Confinement.Limits limits) {
        long memory = 1024L * 1024 * (limits.heapMebibytes() + limits.nativeMebibytes());
        command.add(find("prlimit").toString());
        command.add("--core=0");
        command.add("--data=" + memory);
        command.add("--nofile=1024");
        command.add("--fsize=" + 1024L * 1024 * limits.fileMebibytes());
        command.add("--cpu=" + (5L + (long) limits.seconds() * limits.processors()));
    }

    private void addNamespaces(List<String> command, Confinement child) {
        command.add(find("bwrap").toString());
        command.addAll(List.of("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"));
        if (child.sockets() == Sockets.UNIX_ONLY) {
            command.add("--unshare-net");
        }
        command.addAll(List.of("--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"));
        if (root) {
            command.addAll(List.of("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"));
        } else {
            command.addAll(List.of("--unshare-user", "--disable-userns"));
            command.addAll(List.of("--uid", Integer.toString(NOBODY), "--gid", Integer.toString(NOBODY)));
        }
        command.addAll(List.of("--seccomp", Integer.toString(FILTER_DESCRIPTOR)));
        addSystem(command);
        long temporary = 1024L * 1024 * child.limits().fileMebibytes();
        command.addAll(List.of("--perms", "1777", "--size", Long.toString(temporary), "--tmpfs", "/tmp"));
        command.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--dir", "/app"));
        bind(command, false, javaHome, "/jdk");
        StagedClassPath staged = stagedClassPath(child.classPath());
        for (int i = 0; i < staged.targets().size(); i++) {
            bind(command, false, staged.sources().get(i), staged.targets().get(i));
        }
        bind(command, true, child.scratch(), "/scratch");
        for (Confinement.Mount mount : child.mounts()) {
            command.addAll(
                    List.of("--dir", String.valueOf(Path.of(mount.target()).getParent())));
            bind(command, mount.writable(), mount.source(), mount.target());
        }
        command.addAll(List.of("--chdir", "/", "--remount-ro", "/"));
        if (root) {
            command.addAll(List.of("/bin/setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
            command.addAll(List.of("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"));
        }
    }

    /// Shared libraries and nothing else of the system: no shell, no tools.
    private void addSystem(List<String> command) {
        command.addAll(List.of("--dir", "/usr", "--dir", "/bin"));
        for (String folder : SYSTEM_FOLDERS) {
            Path path = Path.of(folder);
            if (Files.isSymbolicLink(path)) {
                command.addAll(List.of("--symlink", real(path).toString().substring(1), folder));
            } else if (Files.isDirectory(path)) {
                bind(command, false, path, folder);
            }
        }
        // Debian's own JDK keeps its configuration there.
        try (Stream<Path> found = Files.list(Path.of("/etc"))) {
            for (Path path : found.sorted().toList()) {
                if (path.getFileName().toString().startsWith("java-") && Files.isDirectory(path)) {
                    command.addAll(List.of("--dir", "/etc"));
                    bind(command, false, path, path.toString());
                }
            }
        } catch (IOException e) {
            throw unavailable("/etc cannot be listed", e);
        }
        if (root) {
            bind(command, false, find("setpriv"), "/bin/setpriv");
        }
    }

    private static void bind(List<String> command, boolean writable, Path source, String target) {
        command.addAll(List.of(writable ? "--bind" : "--ro-bind", source.toString(), target));
    }

    private static void addJava(List<String> command, Confinement child, Path home, List<String> classPath) {
        Confinement.Limits limits = child.limits();
        command.add(home.resolve("bin/java").toString());
        command.addAll(List.of("-ea", "-Xmx" + limits.heapMebibytes() + "m", "-XX:+UseSerialGC"));
        if (child.work() == Confinement.Work.BRIEF) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.add("-XX:MaxDirectMemorySize=" + limits.nativeMebibytes() / 2 + "m");
        command.add("-XX:ActiveProcessorCount=" + limits.processors());
        command.addAll(List.of("-XX:MaxMetaspaceSize=96m", "-XX:CompressedClassSpaceSize=32m"));
        command.addAll(List.of("-XX:ReservedCodeCacheSize=64m", "-XX:-UsePerfData", "-XX:+DisableAttachMechanism"));
        command.addAll(
                List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null", "-XX:+SuppressFatalErrorMessage"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of("--add-opens=java.base/java.nio=ALL-UNNAMED", "-Djava.io.tmpdir=/tmp"));
        command.addAll(List.of("-Dfile.encoding=UTF-8", "-Djava.security.egd=file:/dev/urandom"));
        if (child.work() == Confinement.Work.NUMERIC) {
            command.add("--add-modules=jdk.incubator.vector");
        }
        command.addAll(List.of("-cp", String.join(":", classPath), child.mainClass()));
        command.addAll(child.arguments());
    }

    /// The class path as the child sees it: `targets` inside for `sources` outside.
    private record StagedClassPath(List<Path> sources, List<String> targets) {}

    private StagedClassPath stagedClassPath(List<Path> classPath) {
        List<Path> sources = new ArrayList<>();
        List<String> targets = new ArrayList<>();
        for (Path entry : classPath) {
            if (Files.exists(entry)) {
                sources.add(readable(entry, sources.size()));
                targets.add("/app/" + targets.size() + "-" + entry.getFileName());
            }
        }
        return new StagedClassPath(sources, targets);
    }

    /// `entry` itself, or a copy that the dropped user may read.
    private Path readable(Path entry, int number) {
        try {
            Path real = entry.toRealPath();
            if (!root || Files.getPosixFilePermissions(real).contains(PosixFilePermission.OTHERS_READ)) {
                return real;
            }
            Path copy = runtime.resolve("class-path").resolve(number + "-" + entry.getFileName());
            Files.createDirectories(copy.getParent());
            copyTree(real, copy);
            return copy;
        } catch (IOException e) {
            throw unavailable("the class path entry " + entry + " cannot be read", e);
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path source : tree.toList()) {
                Path target = to.resolve(from.relativize(source).toString());
                boolean folder = Files.isDirectory(source);
                if (folder) {
                    Files.createDirectories(target);
                } else {
                    Files.write(target, Files.readAllBytes(source));
                }
                Files.setPosixFilePermissions(
                        target, PosixFilePermissions.fromString(folder ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    private Path filter(Sockets sockets) {
        return runtime.resolve("seccomp-" + sockets.name().toLowerCase(Locale.ROOT) + ".bpf");
    }

    private static Path find(String tool) {
        for (String folder : List.of("/usr/bin", "/bin", "/usr/local/bin")) {
            Path path = Path.of(folder, tool);
            if (Files.isExecutable(path)) {
                return real(path);
            }
        }
        throw unavailable("the tool \"" + tool + "\" is not installed", null);
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw unavailable(path + " cannot be read", e);
        }
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0;
        } catch (IOException e) {
            throw unavailable("/proc is not there", e);
        }
    }

    private static PoyangException unavailable(String wrong, @Nullable Throwable cause) {
        return new PoyangException(
                ExecutorErrors.JAIL_UNAVAILABLE,
                "there is no jail for children: " + wrong,
                "install bubblewrap and util-linux on x86_64 or aarch64 Linux, or start with --unsafe-no-sandbox, which"
                        + " every receipt then records",
                cause);
    }
}
