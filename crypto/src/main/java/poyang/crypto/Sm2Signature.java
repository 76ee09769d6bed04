package poyang.crypto;

import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// An SM2 signature with the parity of its curve point's y coordinate, which lets many signatures be
/// checked by one equation. A wrong parity makes the signature invalid.
///
/// @param rs r ‖ s, 32 bytes each, big-endian
/// @param parity 0 or 1
public record Sm2Signature(Bytes rs, int parity) {
    public static final int ENCODED_BYTES = 65;

    public Sm2Signature {
        Bug.unless(rs.length() == 64, "a signature has 64 bytes");
        Bug.unless(parity == 0 || parity == 1, "a parity is 0 or 1");
    }

    /// r ‖ s ‖ parity.
    public Bytes encoded() {
        return rs.concat(Bytes.wrap(new byte[] {(byte) parity}));
    }

    /// @throws PoyangException `BAD_ENCODING` for another length or parity
    public static Sm2Signature decode(byte[] encoded) {
        if (encoded.length != ENCODED_BYTES || (encoded[64] & 0xfe) != 0) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING,
                    "a signature's encoding is malformed",
                    "65 bytes are needed, the last of them 0 or 1");
        }
        Bytes all = Bytes.copyOf(encoded);
        return new Sm2Signature(all.slice(0, 64), all.at(64));
    }
}
