package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import poyang.crypto.SeededRandom;

/// The command as a person uses it: good files, bad ones, and what is no sample.
final class RandomnessTestTest {
    @TempDir
    private Path folder;

    private final StringWriter said = new StringWriter();

    private int run(byte[] content, String... options) throws IOException {
        Path file = Files.write(folder.resolve("sample.bin"), content);
        said.getBuffer().setLength(0);
        CommandLine command = new CommandLine(new RandomnessTest())
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .setExecutionExceptionHandler((failure, _, _) -> {
                    said.append(failure.getMessage());
                    return 2;
                });
        String[] arguments = new String[options.length + 1];
        System.arraycopy(options, 0, arguments, 0, options.length);
        arguments[options.length] = file.toString();
        return command.execute(arguments);
    }

    private static byte[] good(int bytes) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], "a good file").bytes(bytes);
    }

    @Test
    void aGoodFilePasses() throws IOException {
        assertEquals(0, run(good(4 * 125_000)));
        assertTrue(said.toString().contains("discrete Fourier"), said.toString());
        assertTrue(said.toString().contains("linear complexity"), said.toString());
        assertEquals(0, run(good(50_000), "--json"));
        assertTrue(said.toString().contains("\"samples\":20,\"sampleBits\":20000"), said.toString());
    }

    @Test
    void aSpoiltFileFails() throws IOException {
        byte[] bytes = good(2 * 125_000);
        for (int i = 0; i < bytes.length; i += 40) {
            bytes[i] = 0;
        }
        assertEquals(1, run(bytes));
        assertTrue(said.toString().contains("Not random"), said.toString());
        assertEquals(1, run(bytes, "--json"));
        assertTrue(said.toString().contains("\"verdict\":\"fail\""), said.toString());
        assertEquals(1, run(new byte[2500]));
    }

    @Test
    void whatIsNoSampleIsRefused() throws IOException {
        assertEquals(2, run(new byte[2499]));
        assertTrue(said.toString().contains("2499 bytes"), said.toString());
        assertEquals(2, run(good(2500), "--samples", "0"));
    }
}
