package poyang.chain.proofs;

import org.jspecify.annotations.Nullable;
import poyang.kernel.CanonicalReader;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Reads parts whose own constructors refuse with other codes, so that a decoder of this package
/// fails with `BAD_ENCODING` alone.
final class Names {
    private Names() {}

    static PartyId party(CanonicalReader in) {
        String name = in.text(64);
        try {
            return new PartyId(name);
        } catch (PoyangException e) {
            throw bad("a party has no proper name", e);
        }
    }

    /// A count that fits an `int`.
    static int count(CanonicalReader in) {
        long count = in.u32();
        if (count > Integer.MAX_VALUE) {
            throw bad("a count is " + count, null);
        }
        return (int) count;
    }

    static PoyangException bad(String wrong, @Nullable Throwable cause) {
        return new PoyangException(
                KernelErrors.BAD_ENCODING,
                "the encoding is malformed: " + wrong,
                "the canonical form of one structure is needed",
                cause);
    }
}
