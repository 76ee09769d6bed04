package poyang.crypto;

import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// A signature of a chain's suite. Under SM2 it carries the parity of its curve point's y coordinate,
/// which lets many signatures be checked by one equation. For one message and key nobody but the signer
/// can make a second one out of it: a wrong parity, and under P-256 an s above half the order, is invalid.
///
/// @param rs r ‖ s, 32 bytes each, big-endian
/// @param parity 0 or 1; always 0 under P-256
public record Signature(Bytes rs, int parity) {
    public static final int ENCODED_BYTES = 65;

    public Signature {
        Bug.unless(rs.length() == 64, "a signature has 64 bytes");
        Bug.unless(parity == 0 || parity == 1, "a parity is 0 or 1");
    }

    /// r ‖ s ‖ parity.
    public Bytes encoded() {
        return rs.concat(Bytes.wrap(new byte[] {(byte) parity}));
    }

    /// @throws PoyangException `BAD_ENCODING` for another length or parity
    public static Signature decode(byte[] encoded) {
        if (encoded.length != ENCODED_BYTES || (encoded[64] & 0xfe) != 0) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING,
                    "a signature's encoding is malformed",
                    "65 bytes are needed, the last of them 0 or 1");
        }
        Bytes all = Bytes.copyOf(encoded);
        return new Signature(all.slice(0, 64), all.at(64));
    }
}
