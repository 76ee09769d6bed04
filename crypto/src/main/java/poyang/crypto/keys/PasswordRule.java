package poyang.crypto.keys;

import java.util.Optional;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;

/// Which passwords may protect a key that is written from now on: 12 to 256 characters, of at least three
/// of the kinds lower case, upper case, digit and other, not mostly one character, no run of five, no
/// word that every guesser tries. Passwords of existing files are not judged.
///
/// GB/T 22239-2019 clause 8.1.4.1 a) asks for complexity and leaves the figures to the operator; these
/// are ours, with PBKDF2-HMAC-SM3 at 100,000 iterations behind them.
public final class PasswordRule {
    public static final int LENGTH_MIN = 12;
    private static final int LENGTH_MAX = 256;
    private static final int KINDS_MIN = 3;
    private static final int RUN_MAX = 4;
    private static final String[] GUESSES = {
        "password",
        "passw0rd",
        "p@ssw0rd",
        "qwerty",
        "asdfgh",
        "1qaz2wsx",
        "admin",
        "poyang",
        "jiangxi",
        "iloveyou",
        "letmein",
        "welcome",
        "woaini",
        "changeit"
    };

    private PasswordRule() {}

    /// @throws PoyangException `WEAK_PASSWORD` with the reason, never with the password
    public static void check(char[] password) {
        Optional<String> weakness = weakness(password);
        if (weakness.isPresent()) {
            throw new PoyangException(
                    CryptoErrors.WEAK_PASSWORD,
                    "the password is too weak: " + weakness.get(),
                    LENGTH_MIN + " characters or more, of three kinds among lower case, upper case, digits and others,"
                            + " without runs and common words, are needed");
        }
    }

    static Optional<String> weakness(char[] password) {
        if (password.length < LENGTH_MIN) {
            return Optional.of("it has fewer than " + LENGTH_MIN + " characters");
        }
        if (password.length > LENGTH_MAX) {
            return Optional.of("it has more than " + LENGTH_MAX + " characters");
        }
        if (kinds(password) < KINDS_MIN) {
            return Optional.of("it mixes fewer than three kinds of characters");
        }
        if (2 * distinct(password) < LENGTH_MIN) {
            return Optional.of("it repeats a few characters only");
        }
        if (longestRun(password) > RUN_MAX) {
            return Optional.of("it contains a run such as 12345 or aaaaa");
        }
        for (String guess : GUESSES) {
            if (contains(password, guess)) {
                return Optional.of("it contains a word that every guesser tries");
            }
        }
        return Optional.empty();
    }

    private static int kinds(char[] password) {
        int kinds = 0;
        for (char c : password) {
            kinds |= Character.isLowerCase(c) ? 1 : Character.isUpperCase(c) ? 2 : Character.isDigit(c) ? 4 : 8;
        }
        return Integer.bitCount(kinds);
    }

    private static int distinct(char[] password) {
        int distinct = 0;
        for (int i = 0; i < password.length; i++) {
            int first = 0;
            while (password[first] != password[i]) {
                first++;
            }
            distinct += first == i ? 1 : 0;
        }
        return distinct;
    }

    /// The longest stretch in which each character follows the one before by the same step of −1, 0 or 1.
    private static int longestRun(char[] password) {
        int longest = 1;
        int run = 1;
        int step = 2;
        for (int i = 1; i < password.length; i++) {
            int now = password[i] - password[i - 1];
            run = now == step ? run + 1 : Math.abs(now) <= 1 ? 2 : 1;
            step = Math.abs(now) <= 1 ? now : 2;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    private static boolean contains(char[] password, String word) {
        for (int at = 0; at + word.length() <= password.length; at++) {
            int i = 0;
            while (i < word.length() && Character.toLowerCase(password[at + i]) == word.charAt(i)) {
                i++;
            }
            if (i == word.length()) {
                return true;
            }
        }
        return false;
    }
}
