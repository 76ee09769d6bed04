package poyang.psi;

/// One party's set of different keys, numbered from 0.
public interface CollisionInput {
    int size();

    /// The keys' hashes under a run's seed, in the order of their numbers.
    Items items(byte[] seed, Workers workers);
}
