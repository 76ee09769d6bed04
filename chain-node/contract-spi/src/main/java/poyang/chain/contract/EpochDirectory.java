package poyang.chain.contract;

import java.util.Optional;
import poyang.kernel.Bytes;

/// Tells what the chain decided about its epochs; implemented by the contract that keeps them, found by
/// `ServiceLoader`.
public interface EpochDirectory {
    /// The canonical form of the epoch with this number, once it is due: the block that made it so is the last
    /// of the epoch before.
    ///
    /// @param state any contract's state of the block in question
    Optional<Bytes> due(long number, ReadableState state);

    /// The canonical form of an epoch that waits for its validators.
    ///
    /// @param state any contract's state of the block in question
    Optional<Bytes> proposed(ReadableState state);

    /// Did this validator of the proposed epoch say that it is ready?
    ///
    /// @param state any contract's state of the block in question
    boolean ready(String validator, ReadableState state);
}
