package poyang.tools;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.EnvelopedKey;

/// How a holder takes up the encryption key that the authority made.
@Command(
        name = "receive",
        description = "Opens the encryption key that an authority made, and brings it under a password.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class CaReceive implements Callable<Integer> {
    @Parameters(paramLabel = "ENVELOPE", description = "the enveloped key that the authority handed over")
    private Path envelope;

    @Option(names = "--key", required = true, description = "the holder's signature key file")
    private Path key;

    @Option(names = "--out", required = true, description = "the key file to write")
    private Path out;

    @Option(
            names = "--password-file",
            description = "mode 600; the password of the signature key, and of the new file too; asked for when absent")
    private @Nullable Path passwordFile;

    @ParentCommand
    private Ca ca;

    @Override
    public Integer call() {
        EnvelopedKey enveloped = EnvelopedKey.fromPem(PublicFiles.read(envelope));
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + key.getFileName());
        try (Sm2PrivateKey own = PrivateKeyFile.read(key, password);
                Sm2PrivateKey opened = enveloped.open(own)) {
            PrivateKeyFile.write(out, opened, password, ca.random());
        } finally {
            Arrays.fill(password, '\0');
        }
        return ca.report()
                .say("key file", out)
                .hint("It opens with the password of " + key.getFileName() + ".")
                .done(0);
    }
}
