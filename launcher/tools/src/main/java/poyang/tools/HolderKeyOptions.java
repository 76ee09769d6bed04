package poyang.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.RandomSource;

/// The key of whoever asks an authority for something.
@SuppressWarnings("NullAway.Init") // picocli sets the options before they are used
final class HolderKeyOptions {
    @Option(names = "--key", required = true, paramLabel = "KEY.pem", description = "the key file; made when absent")
    private Path file;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "mode 600; holds the key's password, which is asked for when absent")
    private @Nullable Path passwordFile;

    Path file() {
        return file;
    }

    /// The key in the file, or a new one that is written there. The caller closes it.
    Sm2PrivateKey openOrMake(RandomSource random) {
        boolean there = Files.exists(file);
        String what = "password of " + file.getFileName();
        char[] password =
                there ? PasswordPrompt.existing(passwordFile, what) : PasswordPrompt.fresh(passwordFile, "new " + what);
        try {
            if (there) {
                return PrivateKeyFile.read(file, password);
            }
            Sm2PrivateKey made = Sm2PrivateKey.generate(random);
            PrivateKeyFile.write(file, made, password, random);
            return made;
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
