package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Validators as processes under load, whose engine is swapped from bft to raft and back; then a
/// node observes and joins that nobody's settings name, another leaves, one changes its key, one
/// moves to another port, and a proposal is taken back; all by command.
@Timeout(1_200)
final class EpochsTest {
    @TempDir
    private Path folder;

    @Test
    void noRecordIsLostWhileEnginesValidatorsAndKeysChange() {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commands().line("bench");
        command.setOut(new PrintWriter(out));

        int code = command.execute(
                "bench",
                "epochs",
                "--swaps",
                "2",
                "--members",
                "--rate",
                "10",
                "--seconds",
                "0",
                "--block-time",
                "100",
                "--json",
                "--directory",
                folder.toString());

        String result = out.toString();
        assertEquals(0, code, result);
        assertTrue(result.contains("\"epochs\":5,\"engine\":\"bft\""), result);
        assertTrue(result.contains("\"failed\":0,\"open\":false"), result);
    }
}
