package poyang.tools;

import java.io.Console;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.keys.KeyFiles;
import poyang.crypto.keys.PasswordRule;
import poyang.kernel.PoyangException;

/// Passwords come from the terminal, which does not show them, or from a file that only its owner may
/// read; never from an argument, which every process of the machine sees, nor from the environment.
public final class PasswordPrompt {
    private PasswordPrompt() {}

    /// The password of something that exists. The caller overwrites it.
    ///
    /// @param what is asked for, for example `password of root.pem`
    /// @throws PoyangException `NO_PASSWORD`, `UNSAFE_FILE`, `FILE_FAILED`
    public static char[] existing(@Nullable Path file, String what) {
        return file == null ? ask(what) : firstLine(file);
    }

    /// A password for something new: asked twice, and strong enough.
    ///
    /// @throws PoyangException also `WEAK_PASSWORD`
    static char[] fresh(@Nullable Path file, String what) {
        char[] password = existing(file, what);
        try {
            PasswordRule.check(password);
            if (file == null) {
                char[] again = ask(what + ", again");
                boolean same = Arrays.equals(password, again);
                Arrays.fill(again, '\0');
                if (!same) {
                    throw new PoyangException(
                            CryptoErrors.NO_PASSWORD, "the two passwords differ", "the same one is needed twice");
                }
            }
            return password;
        } catch (PoyangException e) {
            Arrays.fill(password, '\0');
            throw e;
        }
    }

    @SuppressWarnings("SystemConsoleNull") // since JDK 22 never null, but NullAway knows the old contract
    private static char[] ask(String what) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw none("there is no terminal to ask for the " + what);
        }
        char[] password = console.readPassword("%s: ", what);
        if (password == null || password.length == 0) {
            throw none("no " + what + " was given");
        }
        return password;
    }

    private static char[] firstLine(Path file) {
        KeyFiles.requirePrivate(file);
        byte[] raw = KeyFiles.read(file);
        int end = 0;
        while (end < raw.length && raw[end] != '\n' && raw[end] != '\r') {
            end++;
        }
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw, 0, end));
            char[] password = new char[decoded.remaining()];
            decoded.get(password);
            Arrays.fill(decoded.array(), '\0');
            if (password.length == 0) {
                throw none("the first line of " + file + " is empty");
            }
            return password;
        } catch (CharacterCodingException e) {
            throw none("the first line of " + file + " is not UTF-8");
        } finally {
            Arrays.fill(raw, (byte) 0);
        }
    }

    private static PoyangException none(String wrong) {
        return new PoyangException(
                CryptoErrors.NO_PASSWORD,
                wrong,
                "run it in a terminal, or name a file of mode 600 whose first line is the password");
    }
}
