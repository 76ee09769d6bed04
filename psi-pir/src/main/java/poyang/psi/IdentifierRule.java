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

        @Override
        boolean isCanonical(byte[] key, int from, int to) {
            return true;
        }
    },
    /// Citizen number, 18 characters, GB 11643 with check character by ISO 7064 MOD 11-2.
    ID {
        @Override
        String canonical(String key) {
            String folded = folded(key);
            return folded.length() == 18 && digits(folded, 17) && idCheck(folded) == folded.charAt(17) ? folded : "";
        }

        @Override
        boolean isCanonical(byte[] key, int from, int to) {
            if (!digits(key, from, 17)) {
                return false;
            }
            int sum = 0;
            for (int i = 0; i < 17; i++) {
                sum += (key[from + i] - '0') * ID_WEIGHTS[i];
            }
            return ID_CHECKS.charAt(sum % 11) == key[from + 17];
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

        @Override
        boolean isCanonical(byte[] key, int from, int to) {
            return digits(key, from, 11) && key[from] == '1' && key[from + 1] >= '3';
        }
    },
    /// Unified social credit code, 18 characters, GB 32100 with its modulus-31 check character.
    USCC {
        @Override
        String canonical(String key) {
            String folded = folded(key);
            return folded.length() == 18 && usccCheck(folded) == folded.charAt(17) ? folded : "";
        }

        @Override
        boolean isCanonical(byte[] key, int from, int to) {
            int sum = 0;
            int weight = 1;
            for (int i = 0; i < 17; i++) {
                int value = USCC_ALPHABET.indexOf(key[from + i]);
                if (value < 0) {
                    return false;
                }
                sum += value * weight;
                weight = weight * 3 % 31;
            }
            return USCC_ALPHABET.charAt((31 - sum % 31) % 31) == key[from + 17];
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

    /// Are these bytes, ASCII, folded and as long as identifiers of this kind are, one?
    abstract boolean isCanonical(byte[] key, int from, int to);

    /// Writes the one form of `text[from .. to)` to `out` from `at` on, where there is room for as many bytes, and
    /// gives its length: 0 when there is none, -1 when the text is not ASCII and {@link #normalise(String)}
    /// has to say.
    int normalise(byte[] text, int from, int to, byte[] out, int at) {
        int begin = from;
        int end = to;
        while (begin < end && isWhite(text[begin])) {
            begin++;
        }
        while (end > begin && isWhite(text[end - 1])) {
            end--;
        }
        int signs = 0;
        for (int i = begin; i < end; i++) {
            byte b = text[i];
            signs |= b;
            out[at + i - begin] = this != TEXT && b >= 'a' && b <= 'z' ? (byte) (b - 'a' + 'A') : b;
        }
        if (signs < 0) {
            return -1;
        }
        int length = end - begin;
        boolean whole = this == TEXT || length == (this == PHONE ? 11 : 18);
        return whole && length > 0 && isCanonical(out, at, at + length) ? length : 0;
    }

    private static boolean isWhite(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r') || (b >= 0x1c && b <= 0x1f);
    }

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

    private static boolean digits(byte[] text, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (text[i] < '0' || text[i] > '9') {
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
