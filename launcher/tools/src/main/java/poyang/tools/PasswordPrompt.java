package poyang.tools;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;

/// Passwords come from the terminal, which does not show them, or from a file that only its owner may
/// read; never from an argument, which every process of the machine sees, nor from the environment.
final class PasswordPrompt {
    private PasswordPrompt() {}

    /// The password of something that exists. The caller overwrites it.
    static char[] existing(@Nullable Path file, String what) {
        return file == null ? ask(what) : firstLine(file);
    }

    /// A password for something new: asked twice.
    static char[] fresh(@Nullable Path file, String what) {
        char[] password = existing(file, what);
        if (file == null) {
            char[] again = ask(what + ", again");
            boolean same = Arrays.equals(password, again);
            Arrays.fill(again, '\0');
            if (!same) {
                throw none("the two passwords differ");
            }
        }
        return password;
    }

    @SuppressWarnings("SystemConsoleNull") // since JDK 22 never null, but NullAway knows the old contract
    private static char[] ask(String what) {
        Console console = System.console();
        char[] password = console != null && console.isTerminal() ? console.readPassword("%s: ", what) : null;
        if (password == null || password.length == 0) {
            throw none("no " + what + " was given");
        }
        return password;
    }

    private static char[] firstLine(Path file) {
        try {
            if (!PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    .endsWith("------")) {
                throw none("others may read " + file);
            }
            return Files.readAllLines(file).getFirst().toCharArray();
        } catch (IOException e) {
            throw none("the password file " + file + " cannot be read");
        }
    }

    private static PoyangException none(String wrong) {
        return new PoyangException(
                CryptoErrors.WRONG_PASSWORD,
                wrong,
                "run it in a terminal, or name a file of mode 600 whose first line is the password");
    }
}
