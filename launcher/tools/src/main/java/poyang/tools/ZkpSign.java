package poyang.tools;

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
import picocli.CommandLine.Spec;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.zkp.uses.Commitment;

/// Signs a commitment, so that whoever has its file knows without the chain whose it is.
@Command(
        name = "sign",
        description = "Signs a commitment with a department's SM2 key; `check --signature` verifies it.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpSign implements Callable<Integer> {
    private static final String PURPOSE = "poyang zkp commitment signature 1\n";

    @Option(names = "--commitment", required = true, paramLabel = "F", description = "what `zkp commit` published")
    private Path commitment;

    @Option(names = "--key", required = true, paramLabel = "KEY.pem", description = "the department's key")
    private Path key;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "mode 600; holds the key's password, which is asked for when absent")
    private @Nullable Path passwordFile;

    @Option(names = "--out", required = true, paramLabel = "OUT", description = "the signature")
    private Path out;

    @Spec
    private CommandSpec spec;

    /// The bytes that are signed: the one form of the commitment, after what the signature is for.
    static byte[] message(Commitment commitment) {
        return (PURPOSE + commitment.text()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Integer call() throws IOException {
        Commitment read = Commitment.read(Zkp.text(commitment));
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + key.getFileName());
        try (Sm2PrivateKey own = PrivateKeyFile.read(key, password)) {
            Files.writeString(out, own.sign(message(read)).rs().hex() + "\n");
        } finally {
            Arrays.fill(password, '\0');
        }
        spec.commandLine().getOut().println("Signed: " + out + " goes with " + commitment + ".");
        return 0;
    }
}
