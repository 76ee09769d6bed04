package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Validators as processes, each fault once: killed, stopped for a while, without room on the disk; cut apart
/// in networks of their own where the machine allows.
final class FaultsTest {
    @TempDir
    private Path folder;

    @Test
    void noRecordIsLostAndAllValidatorsComeToOneHeight() {
        faults("--fault-seconds", "3");
    }

    @Test
    void noRecordIsLostWhileValidatorsAreCutApartAndADiskIsFull() {
        Optional<String> missing = PartitionFaults.missing();
        assumeTrue(missing.isEmpty(), () -> missing.orElse(""));

        // Longer than the 5 s of silence after which peers give their links up.
        faults("--partitions", "--fault-seconds", "6");

        assertEquals(List.of(), marked("py" + ProcessHandle.current().pid() + "-"));
    }

    @Test
    void whatAKilledRunLeftBehindIsTakenAway() throws IOException, InterruptedException {
        Optional<String> missing = PartitionFaults.missing();
        assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
        Process gone = new ProcessBuilder("true").start();
        assertEquals(0, gone.waitFor());
        String left = "py" + gone.pid() + "-1";
        Path disk = Files.createDirectory(folder.resolve("a disk"));
        SystemCommand.run("ip", "netns", "add", left + "v0");
        SystemCommand.run("ip", "link", "add", "name", left + "h", "type", "veth", "peer", "name", left + "i");
        SystemCommand.run("mount", "-t", "tmpfs", left + "d0", disk.toString());

        String own;
        try (RunMark mark = RunMark.open()) {
            assertEquals(List.of(), marked(left));
            own = mark.on("");
            SystemCommand.run("ip", "netns", "add", mark.on("v0"));
            assertEquals(List.of(own + "v0"), marked(own));
        }
        assertEquals(List.of(), marked(own));
    }

    private void faults(String... options) {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commands().line("bench");
        command.setOut(new PrintWriter(out));
        List<String> line = new ArrayList<>(List.of(
                "bench", "faults", "--rounds", "1", "--rate", "20", "--json", "--directory", folder.toString()));
        line.addAll(List.of(options));

        int code = command.execute(line.toArray(String[]::new));

        String result = out.toString();
        assertEquals(0, code, result);
        assertTrue(result.contains("\"faults\":3,"), result);
        assertTrue(result.contains("\"failed\":0,\"open\":false,\"level\":true,\"broken\":0"), result);
    }

    /// Names of namespaces, interfaces and mounts that begin so.
    private static List<String> marked(String beginning) {
        List<String> names = new ArrayList<>();
        try {
            for (Path of : List.of(Path.of("/run/netns"), Path.of("/sys/class/net"))) {
                try (Stream<Path> entries = Files.list(of)) {
                    entries.forEach(entry -> names.add(entry.getFileName().toString()));
                }
            }
            Files.readAllLines(Path.of("/proc/self/mounts")).forEach(line -> names.add(line.split(" ", 2)[0]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names.stream().filter(name -> name.startsWith(beginning)).toList();
    }
}
