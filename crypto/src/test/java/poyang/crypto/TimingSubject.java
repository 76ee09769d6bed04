package poyang.crypto;

import poyang.kernel.RandomSource;

/// One operation whose time is measured on a pool of inputs of two classes.
interface TimingSubject {
    /// Makes input `slot` of the pool ready, outside the measured window.
    void prepare(int slot);

    /// The measured window.
    ///
    /// @return something of the result, so that the call is not optimised away
    int call();

    /// Builds pools. Both classes' inputs are made in the same way, are equally many and lie mixed in
    /// memory: what differs is the secret's value alone.
    interface Pool {
        /// @param fixed whether the input of a slot has the fixed secret, otherwise one of its own
        TimingSubject of(boolean[] fixed, RandomSource random);
    }
}
