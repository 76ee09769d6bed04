package poyang.psi;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/// How identifiers are brought to one form before they are compared (docs/identifiers.md).
public enum IdentifierRule {
    /// Any text: Unicode white space is trimmed at both ends, the rest compared exactly.
    TEXT {
        @Override
        String canonical(String key) {
            return key;
        }
    },
    /// Citizen number, 18 characters, GB 11643 with check character by ISO 7064 MOD 11-2.
    ID {
        @Override
        String canonical(String key) {
            String folded = folded(key);
            return folded.length() == 18 && digits(folded, 17) && idCheck(folded) == folded.charAt(17) ? folded : "";
        }
    },
    /// Mobile number, 11 digits that begin with 13 to 19.
    PHONE {
        @Override
        String canonical(String key) {
            String folded = folded(key);
            return folded.length() == 11 && digits(folded, 11) && folded.charAt(0) == '1' && folded.charAt(1) >= '3'
                    ? folded
                    : "";
        }
    },
    /// Unified social credit code, 18 characters, GB 32100 with its modulus-31 check character.
    USCC {
        @Override
        String canonical(String key) {
            String folded = folded(key);
            return folded.length() == 18 && usccCheck(folded) == folded.charAt(17) ? folded : "";
        }
    };

    private static final int[] ID_WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    private static final String ID_CHECKS = "10X98765432";
    private static final String USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// The one form of `raw`, or empty when it is blank or no identifier of this kind.
    public Optional<String> normalise(String raw) {
        String canonical = canonical(trimmed(raw));
        return canonical.isEmpty() ? Optional.empty() : Optional.of(canonical);
    }

    /// The canonical form of trimmed text, or empty text.
    abstract String canonical(String key);

    /// Names the rule as the command line does.
    public static Optional<IdentifierRule> named(String name) {
        for (IdentifierRule rule : values()) {
            if (rule.name().toLowerCase(Locale.ROOT).equals(name)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    private static String folded(String key) {
        return trimmed(Normalizer.normalize(key, Normalizer.Form.NFKC)).toUpperCase(Locale.ROOT);
    }

    private static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isWhite(text.charAt(from))) {
            from++;
        }
        while (to > from && isWhite(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /// Every white space of Unicode lies in the basic plane.
    private static boolean isWhite(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    private static boolean digits(String text, int count) {
        for (int i = 0; i < count; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static char idCheck(String id) {
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            sum += (id.charAt(i) - '0') * ID_WEIGHTS[i];
        }
        return ID_CHECKS.charAt(sum % 11);
    }

    /// The check character, or NUL when a character is outside the code's alphabet.
    private static char usccCheck(String code) {
        int sum = 0;
        int weight = 1;
        for (int i = 0; i < 17; i++) {
            int value = USCC_ALPHABET.indexOf(code.charAt(i));
            if (value < 0) {
                return '\0';
            }
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        return USCC_ALPHABET.charAt((31 - sum % 31) % 31);
    }
}
