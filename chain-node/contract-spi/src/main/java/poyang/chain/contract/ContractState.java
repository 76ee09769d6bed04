package poyang.chain.contract;

/// The state of one contract while a transaction runs; its own writes are visible to it at once.
public interface ContractState extends ReadableState {
    void put(String key, byte[] value);

    void delete(String key);

    /// Another contract's state for writing; for contracts that live in one module.
    ContractState writable(String contract);
}
