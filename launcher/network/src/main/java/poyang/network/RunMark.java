package poyang.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import poyang.kernel.PoyangException;

/// The mark of one run on all that it makes in the kernel and that would outlive it: network namespaces, interfaces,
/// mounts. Whatever bears the mark is taken away when the run ends, by a signal too; what a run left that was killed,
/// the next one takes away.
///
/// A mark is `py`, the number of the process, `-` and a number of its own: an interface's name has 15 characters at
/// most.
final class RunMark implements AutoCloseable {
    private static final Pattern FORM = Pattern.compile("py([0-9]{1,7})-[0-9]{1,3}(?=[a-z])");
    private static final Path INTERFACES = Path.of("/sys/class/net");
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final Path MOUNTS = Path.of("/proc/self/mounts");
    private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final String text = "py" + ProcessHandle.current().pid() + "-" + RUNS.incrementAndGet();
    private final Thread atExit = new Thread(this::takeAway, "clearing of " + text);

    private RunMark() {}

    /// A mark that nothing bears yet; takes away what processes left that are no more.
    static RunMark open() {
        // What resists is in nobody's way, and another run may be taking the same away.
        Optional<PoyangException> _ = takeAway(RunMark::isOfTheDead);
        RunMark mark = new RunMark();
        Runtime.getRuntime().addShutdownHook(mark.atExit);
        return mark;
    }

    /// The name of something that bears the mark.
    ///
    /// @param part a letter and maybe a number
    String on(String part) {
        return text + part;
    }

    /// Takes away all that bears the mark.
    ///
    /// @throws PoyangException `SET_UP_FAILED` when something resists; the end of the process tries once more
    @Override
    public void close() {
        takeAway();
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The process is ending, and clears up again.
        }
    }

    private void takeAway() {
        takeAway(name -> {
                    Matcher matcher = FORM.matcher(name);
                    return matcher.lookingAt() && matcher.group().equals(text);
                })
                .ifPresent(resisting -> {
                    throw resisting;
                });
    }

    private static boolean isOfTheDead(String name) {
        Matcher matcher = FORM.matcher(name);
        return matcher.lookingAt()
                && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty();
    }

    /// All of it, also when one piece resists; gives why the first did.
    private static Optional<PoyangException> takeAway(Predicate<String> marked) {
        List<String[]> commands = new ArrayList<>();
        commands.addAll(named(INTERFACES, marked, "ip", "link", "delete"));
        commands.addAll(named(NAMESPACES, marked, "ip", "netns", "delete"));
        commands.addAll(mounted(marked));
        List<PoyangException> resisting = new ArrayList<>();
        for (String[] command : commands) {
            try {
                SystemCommand.run(command);
            } catch (PoyangException e) {
                resisting.add(e);
            }
        }
        return resisting.stream().findFirst();
    }

    private static List<String[]> named(Path folder, Predicate<String> marked, String... command) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(marked)
                    .map(name -> with(command, name))
                    .toList();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /// A mount bears its mark as the name of its device. What still uses one keeps it until it ends.
    private static List<String[]> mounted(Predicate<String> marked) {
        try {
            return Files.readAllLines(MOUNTS).stream()
                    .map(line -> line.split(" ", 3))
                    .filter(fields -> marked.test(fields[0]))
                    .map(fields -> with(new String[] {"umount", "--lazy"}, plain(fields[1])))
                    .toList();
        } catch (IOException e) {
            throw unreadable(MOUNTS, e);
        }
    }

    /// The kernel writes blanks in paths as octal numbers.
    private static String plain(String escaped) {
        return ESCAPED.matcher(escaped)
                .replaceAll(found -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(found.group(1), 8))));
    }

    private static String[] with(String[] command, String last) {
        return Stream.concat(Stream.of(command), Stream.of(last)).toArray(String[]::new);
    }

    private static PoyangException unreadable(Path path, IOException e) {
        return new PoyangException(
                NetworkErrors.SET_UP_FAILED, path + " cannot be read (" + e.getMessage() + ")", "Linux is needed", e);
    }
}
