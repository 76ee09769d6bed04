package poyang.chain.contract;

/// A protobuf service that every node executes in the same order with the same result.
///
/// Execution is deterministic: no clock, randomness, hash-map order or floating point; time is the
/// block's. A method that refuses throws {@link ContractRejection} and leaves no trace in the state.
public interface SystemContract {

    /// The full name of the protobuf service, for example `poyang.v1.Jobs`.
    String name();

    /// Executes one transaction's call and gives the encoded response message.
    ///
    /// @param method the rpc's name
    /// @param arguments the encoded request message
    /// @throws ContractRejection when the call is not allowed or its arguments are wrong
    byte[] execute(String method, byte[] arguments, CallContext context, ContractState state);

    /// Answers a read for `reader`, from the state as it was after a finalised block.
    ///
    /// @throws ContractRejection when the reader may not see it, or there is no such thing
    byte[] read(String method, byte[] arguments, Account reader, ReadableState state);

    /// May `reader` have the raw value under `key` (of this contract's state), with its proof?
    boolean mayReadKey(String key, Account reader, ReadableState state);
}
