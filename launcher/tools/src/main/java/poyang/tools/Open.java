package poyang.tools;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.crypto.storage.SealedFile;
import poyang.kernel.PoyangException;

/// Opens a sealed file with the key of one of its receivers.
@Command(name = "open", description = "Opens a sealed file; run again, it goes on.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Open implements Callable<Integer> {
    @Option(names = "--key", required = true, description = "a receiver's encrypted key file")
    private Path key;

    @Option(names = "--password-file", description = "holds its password; asked for when absent")
    private @Nullable Path passwordFile;

    @Option(names = "--out", required = true, description = "where the content goes (mode 600)")
    private Path out;

    @Option(
            names = "--context",
            defaultValue = Seal.CONTEXT,
            description = "what the content is, as who sealed it said (default: " + Seal.CONTEXT
                    + "; a job's result: poyang.result.v1:JOB:ATTEMPT)")
    private String context;

    @Parameters(paramLabel = "FILE", description = "the sealed file")
    private Path file;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException {
        Seal.requireFile(file);
        Seal.requireFile(key);
        char[] password = password();
        try (SigningKey receiver = PrivateKeyFile.readSigningKey(key, password)) {
            SealedFile.Outcome done =
                    SealedFile.openFile(file, out, receiver, context.getBytes(StandardCharsets.UTF_8));
            command.commandLine()
                    .getOut()
                    .printf("Opened %,d bytes into %s%s.%n", done.plainBytes(), out, Seal.wentOn(done));
            return 0;
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    @SuppressWarnings("SystemConsoleNull") // since JDK 22 never null, but NullAway knows the old contract
    private char[] password() throws IOException {
        if (passwordFile != null) {
            Seal.requireFile(passwordFile);
            return Files.readString(passwordFile).stripTrailing().toCharArray();
        }
        Console console = System.console();
        char[] typed = console != null && console.isTerminal() ? console.readPassword("Password of the key: ") : null;
        if (typed == null) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, "there is no password", "give --password-file, or run in a terminal");
        }
        return typed;
    }
}
