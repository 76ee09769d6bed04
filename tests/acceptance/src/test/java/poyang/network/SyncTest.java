package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// A validator with an empty disk takes up a chain with a past from three others, all as processes, and is
/// killed on its way, and then has no room on its disk.
final class SyncTest {
    @TempDir
    private Path folder;

    @Test
    void aJoinerThatIsKilledAndWithoutRoomOnItsWayHasTheWholeChainAndVotes() {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commands().line("bench");
        command.setOut(new PrintWriter(out));

        int code = command.execute(
                "bench",
                "sync",
                "--blocks",
                "200",
                "--transactions",
                "4",
                "--kills",
                "1",
                "--full-disks",
                "1",
                "--json",
                "--directory",
                folder.toString());

        String result = out.toString();
        assertEquals(0, code, result);
        assertTrue(result.contains("\"transactions\":800,"), result);
        assertTrue(result.matches("(?s).*\"kills\":1,\"fullDisks\":1,\"verifiedTo\":(20[1-9]|2[1-9][0-9]).*"), result);
    }
}
