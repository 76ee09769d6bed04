package poyang.chain.contract;

import java.util.List;
import poyang.kernel.Bytes;

/// Tells which nodes a chain has besides the validators that its epochs name, where all are
/// reached, and which are frozen; implemented by the contract that keeps them, found by
/// `ServiceLoader`.
public interface NodeDirectory {
    /// Those that are frozen, in ascending order of name.
    ///
    /// @param state any contract's state of the block in question
    List<Frozen> frozen(ReadableState state);

    /// Those that were admitted or have announced an address, in ascending order of name.
    ///
    /// @param state any contract's state of the block in question
    List<Registered> registered(ReadableState state);

    /// A node whose links the others cut.
    ///
    /// @param height of the block that froze it; counts from the next one on
    /// @param by the account that did
    record Frozen(String node, long height, String by, String reason) {}

    /// A node on the register.
    ///
    /// @param publicKey by which it acts where no epoch names one; empty for none
    /// @param address 4 or 16 octets; empty as long as it announced none
    /// @param port 0 as long as it announced none
    record Registered(String node, Bytes publicKey, Bytes address, int port) {}
}
