package poyang.tools;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.ActingOperator;

/// Who acts at an authority, and the key that proves it.
@SuppressWarnings("NullAway.Init") // picocli sets the options before they are used
final class OperatorOptions {
    @Option(names = "--operator", required = true, paramLabel = "NAME", description = "who acts")
    private String name;

    @Option(names = "--operator-key", required = true, paramLabel = "KEY.pem", description = "the operator's own key")
    private Path key;

    @Option(
            names = "--operator-password-file",
            paramLabel = "FILE",
            description = "mode 600; holds the operator's password, which is asked for when absent")
    private @Nullable Path passwordFile;

    /// Opens the operator's key for as long as `use` runs.
    <R> R with(Function<ActingOperator, R> use) {
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + name);
        try (Sm2PrivateKey own = PrivateKeyFile.read(key, password)) {
            return use.apply(new ActingOperator(name, own));
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
