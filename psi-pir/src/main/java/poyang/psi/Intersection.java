package poyang.psi;

/// What a receiver has at the end.
///
/// @param matches numbers of the own keys that the other side has too, ascending
/// @param peerKeys how many different keys the other side has
public record Intersection(IntList matches, long peerKeys) {}
