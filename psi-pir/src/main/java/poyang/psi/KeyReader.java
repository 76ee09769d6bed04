package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Makes the keys of rows whose values are UTF-8: the same as {@link KeyForm} makes of text, with no object for a
/// value as long as it is ASCII.
public final class KeyReader {
    private final List<IdentifierRule> rules;
    private byte[] key = new byte[64];
    private int length;
    private int column;
    private boolean none;

    /// @param rules one for each column, at least one
    public KeyReader(List<IdentifierRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /// Begins a row.
    public void begin() {
        length = 0;
        column = 0;
        none = false;
    }

    /// The row's next column has the value `text[from .. to)`.
    public void value(byte[] text, int from, int to) {
        IdentifierRule rule = rules.get(column++);
        if (none) {
            return;
        }
        int room = to - from + 12;
        if (key.length - length < room) {
            key = Arrays.copyOf(key, Math.max(2 * key.length, length + room));
        }
        // several values stand behind their lengths, a colon between
        int at = rules.size() == 1 ? 0 : length + 11;
        int bytes = rule.normalise(text, from, to, key, at);
        if (bytes >= 0) {
            append(at, bytes, bytes);
            return;
        }
        String part = rule.normalise(new String(text, from, to - from, StandardCharsets.UTF_8))
                .orElse("");
        byte[] encoded = part.getBytes(StandardCharsets.UTF_8);
        if (key.length - at < encoded.length) {
            key = Arrays.copyOf(key, at + encoded.length);
        }
        System.arraycopy(encoded, 0, key, at, encoded.length);
        append(at, encoded.length, part.length());
    }

    private void append(int at, int bytes, int characters) {
        none = bytes == 0;
        if (none || rules.size() == 1) {
            length = bytes;
            return;
        }
        int digits = 1;
        for (int rest = characters; rest >= 10; rest /= 10) {
            digits++;
        }
        int rest = characters;
        for (int i = digits - 1; i >= 0; i--) {
            key[length + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        key[length + digits] = ':';
        System.arraycopy(key, at, key, length + digits + 1, bytes);
        length += digits + 1 + bytes;
    }

    /// The row's key stands at the beginning.
    public byte[] bytes() {
        return key;
    }

    /// The length of the row's key, 0 when it has none.
    public int length() {
        return none ? 0 : length;
    }
}
