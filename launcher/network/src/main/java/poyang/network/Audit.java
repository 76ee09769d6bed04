package poyang.network;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.executor.compute.Replay;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.tools.PasswordPrompt;

/// What a department's auditor does with an opening, or with a log.
@Command(
        name = "audit",
        subcommands = {AuditShow.class, AuditVerify.class, AuditWatch.class},
        description = "Runs one party of a job again from its opening, checks an audit log, or follows all of them.")
final class Audit {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    /// Re-executes one party and prints what the run commits to, to be compared with its receipt.
    @Command(description = "Re-executes one party from its opening and prints what the run commits to.")
    int replay(
            @Parameters(paramLabel = "OPENING", description = "the sealed opening that the executor stored")
                    Path opening,
            @Option(names = "--key", required = true, description = "the department's encrypted key file") Path key,
            @Option(
                            names = "--password-file",
                            description = "mode 600; holds its password, which is asked for when absent")
                    @Nullable
                    Path passwordFile)
            throws IOException {
        require(opening);
        require(key);
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + key.getFileName());
        try (SigningKey department = PrivateKeyFile.readSigningKey(key, password);
                InputStream in = new BufferedInputStream(Files.newInputStream(opening))) {
            Replay.Commitment again = Replay.run(in, department);
            command.commandLine()
                    .getOut()
                    .printf(
                            "Job %s, attempt %d, run again as %s against %s: the opening is whole and gives%n"
                                    + "  input root         %s%n  seed commitment    %s%n  transcript digest  %s%n"
                                    + "  output commitment  %s%n%s",
                            again.facts().job(),
                            again.facts().attempt(),
                            again.facts().self(),
                            again.facts().peers().stream().map(PartyId::name).collect(Collectors.joining(", ")),
                            again.inputRoot(),
                            again.seedCommitment(),
                            again.transcript(),
                            again.outputCommitment().isEmpty() ? "none, it got no result" : again.outputCommitment(),
                            again.resumed()
                                    ? String.format(
                                            "  It went on from what earlier attempts or jobs had left, which is taken%n"
                                                    + "  as the opening has it and was not run again.%n")
                                    : "");
            return 0;
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static void require(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE,
                    "the file " + file + " cannot be read",
                    "give the path of a file that exists");
        }
    }
}
