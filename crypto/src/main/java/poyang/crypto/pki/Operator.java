package poyang.crypto.pki;

import java.util.regex.Pattern;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.PoyangException;

/// A person who works at an authority, known by a name and a key: every step in the authority's log is
/// signed by the operator who took it.
///
/// @param name 1 to 32 letters, digits, dots, underscores or hyphens
public record Operator(String name, Sm2PublicKey key) {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._-]{1,32}");

    /// @throws PoyangException `NO_OPERATOR`
    public Operator {
        if (!NAME.matcher(name).matches()) {
            throw new PoyangException(
                    CryptoErrors.NO_OPERATOR,
                    "\"" + name + "\" is no operator's name",
                    "give 1 to 32 letters, digits, dots, underscores or hyphens");
        }
    }
}
