package poyang.tools;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.ActingOperator;

/// The operator who acts together with the first.
@SuppressWarnings("NullAway.Init") // picocli sets the options before they are used
final class SecondOperatorOptions {
    @Option(names = "--second", required = true, paramLabel = "NAME", description = "who acts with the first")
    private String name;

    @Option(names = "--second-key", required = true, paramLabel = "KEY.pem", description = "the second's own key")
    private Path key;

    @Option(
            names = "--second-password-file",
            paramLabel = "FILE",
            description = "mode 600; holds the second's password, which is asked for when absent")
    private @Nullable Path passwordFile;

    /// Opens the second operator's key for as long as `use` runs.
    <R> R with(Function<ActingOperator, R> use) {
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + name);
        try (Sm2PrivateKey own = PrivateKeyFile.read(key, password)) {
            return use.apply(new ActingOperator(name, own));
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
