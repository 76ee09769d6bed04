package poyang.chain.contract;

import java.util.List;

/// Tells which nodes the chain froze; implemented by the contract that keeps them, found by `ServiceLoader`.
public interface NodeDirectory {
    /// Those that are frozen, in ascending order of name.
    ///
    /// @param state any contract's state of the block in question
    List<Frozen> frozen(ReadableState state);

    /// A node whose links the others cut.
    ///
    /// @param height of the block that froze it; counts from the next one on
    /// @param by the account that did
    record Frozen(String node, long height, String by, String reason) {}
}
