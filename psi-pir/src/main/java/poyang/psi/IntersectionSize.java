package poyang.psi;

/// What a receiver has at the end of a protocol that tells sizes only.
///
/// @param matches how many keys both sides have
/// @param peerKeys how many different keys the other side has
public record IntersectionSize(long matches, long peerKeys) {}
