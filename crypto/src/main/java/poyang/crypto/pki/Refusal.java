package poyang.crypto.pki;

/// Why a chain of certificates is not accepted: the kind for programs, the words for people.
///
/// @param certificate the name of the certificate that is at fault
/// @param field the field that is at fault, as a reader of X.509 calls it
/// @param words one sentence without its full stop that names certificate, field and date
public record Refusal(Kind kind, String certificate, String field, String words) {

    /// What is wrong.
    public enum Kind {
        /// Its last day has passed.
        EXPIRED,
        /// Its first day has not come.
        NOT_YET_VALID,
        /// Its authority took it back.
        REVOKED,
        /// Whether it was revoked cannot be told: a list is missing, stale or not authentic.
        STANDING_UNKNOWN,
        /// It was made for another use.
        WRONG_USE,
        /// It certifies others but may not.
        NOT_AN_AUTHORITY,
        /// More authorities stand below it than it allows.
        PATH_TOO_LONG,
        /// It leads to no trusted root.
        UNKNOWN_AUTHORITY,
        /// The signature is not its authority's.
        BAD_SIGNATURE,
        /// Key or signature are not SM2 with SM3.
        FOREIGN_ALGORITHM,
        /// Its name lies outside of what its authority may certify.
        NAME_NOT_PERMITTED,
        /// It demands something that is not known here.
        UNKNOWN_EXTENSION,
        /// It is no well-formed certificate, or the chain has no acceptable length.
        MALFORMED
    }
}
