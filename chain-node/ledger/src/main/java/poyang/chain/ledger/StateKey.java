package poyang.chain.ledger;

import java.nio.charset.StandardCharsets;
import poyang.chain.proofs.StateTree;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A contract's key, ordered by contract and then by the key's UTF-8 bytes.
///
/// Its flat form is `contract 00 key`; neither part holds the character U+0000, so that no key's flat
/// form followed by 00 is the beginning of another's.
record StateKey(String contract, String key) implements Comparable<StateKey> {
    static final int KEY_BYTES_MAX = 1024;

    StateKey {
        boolean fits = key.getBytes(StandardCharsets.UTF_8).length <= KEY_BYTES_MAX;
        if (!fits || key.indexOf('\0') >= 0 || contract.indexOf('\0') >= 0 || !roundTrips(key)) {
            throw new PoyangException(
                    LedgerErrors.BAD_STATE_KEY,
                    "a state key is too long or holds a forbidden character",
                    "at most " + KEY_BYTES_MAX + " bytes of proper text without U+0000 are needed");
        }
    }

    /// False for a text with half a surrogate pair, which would turn into a question mark.
    private static boolean roundTrips(String text) {
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (Character.isSurrogate(each)) {
                i++;
                boolean pair = i < text.length() && Character.isSurrogatePair(each, text.charAt(i));
                if (!pair) {
                    return false;
                }
            }
        }
        return true;
    }

    Bytes flat() {
        return Bytes.utf8(contract + '\0' + key);
    }

    static StateKey fromFlat(Bytes flat) {
        String text = flat.utf8();
        int end = text.indexOf('\0');
        return new StateKey(text.substring(0, end), text.substring(end + 1));
    }

    /// What {@link #hash} is the digest of.
    Bytes message() {
        return StateTree.keyMessage(contract, key);
    }

    Bytes hash(CryptoSuite suite) {
        return StateTree.keyHash(suite, contract, key);
    }

    @Override
    public int compareTo(StateKey other) {
        return flat().compareTo(other.flat());
    }
}
