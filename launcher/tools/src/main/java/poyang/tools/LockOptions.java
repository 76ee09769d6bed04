package poyang.tools;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.keys.HardwareToken;
import poyang.crypto.keys.KeyLock;
import poyang.kernel.PoyangException;

/// What a key ring is locked with: a password, or a key in a PKCS#11 token.
final class LockOptions {
    @Option(names = "--password-file", paramLabel = "FILE", description = "mode 600; its first line is the password")
    private @Nullable Path passwordFile;

    @Option(names = "--token-library", paramLabel = "SO", description = "PKCS#11 library; then a token is the lock")
    private @Nullable Path library;

    @Option(names = "--token", paramLabel = "LABEL", description = "the token's label")
    private @Nullable String token;

    @Option(names = "--token-key", paramLabel = "LABEL", defaultValue = "poyang", description = "the key's label in it")
    private String tokenKey = "";

    @Option(names = "--pin-file", paramLabel = "FILE", description = "mode 600; its first line is the token's PIN")
    private @Nullable Path pinFile;

    /// Opens the lock for as long as `use` runs.
    ///
    /// @param fresh whether a password has to be chosen
    <R> R with(boolean fresh, Path file, Function<KeyLock, R> use) {
        if (library != null) {
            try (HardwareToken open = token()) {
                return use.apply(open);
            }
        }
        String what = "password of " + file.getFileName();
        char[] password =
                fresh ? PasswordPrompt.fresh(passwordFile, what) : PasswordPrompt.existing(passwordFile, what);
        try (KeyLock.Password lock = KeyLock.password(password)) {
            return use.apply(lock);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    HardwareToken token() {
        if (library == null || token == null) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, "the token is not named", "--token-library and --token are needed together");
        }
        char[] pin = PasswordPrompt.existing(pinFile, "PIN of " + token);
        try {
            return HardwareToken.open(library, token, pin, tokenKey);
        } finally {
            Arrays.fill(pin, '\0');
        }
    }
}
