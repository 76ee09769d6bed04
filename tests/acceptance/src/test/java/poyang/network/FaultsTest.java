package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Validators as processes, each fault once: killed, stopped for a while, without room on the disk.
final class FaultsTest {
    @TempDir
    private Path folder;

    @Test
    void noRecordIsLostAndAllValidatorsComeToOneHeight() {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commands().line("bench");
        command.setOut(new PrintWriter(out));

        int code = command.execute(
                "bench",
                "faults",
                "--rounds",
                "1",
                "--rate",
                "20",
                "--fault-seconds",
                "3",
                "--json",
                "--directory",
                folder.toString());

        String result = out.toString();
        assertEquals(0, code, result);
        assertTrue(result.contains("\"faults\":3,"), result);
        assertTrue(result.contains("\"failed\":0,\"open\":false,\"level\":true"), result);
    }
}
