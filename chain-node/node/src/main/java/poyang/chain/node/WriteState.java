package poyang.chain.node;

import java.util.List;
import java.util.Optional;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.chain.ledger.StateOverlay;
import poyang.kernel.Bytes;

/// One contract's part of the state that a transaction changes.
record WriteState(StateOverlay overlay, String contract) implements ContractState {
    @Override
    public Optional<byte[]> get(String key) {
        return overlay.get(contract, key).map(Bytes::toArray);
    }

    @Override
    public List<Entry> scan(String prefix, String afterKey, int limit) {
        return new ReadState(overlay, contract).scan(prefix, afterKey, limit);
    }

    @Override
    public ReadableState of(String other) {
        return new ReadState(overlay, other);
    }

    @Override
    public void put(String key, byte[] value) {
        overlay.put(contract, key, Bytes.copyOf(value));
    }

    @Override
    public void delete(String key) {
        overlay.delete(contract, key);
    }

    @Override
    public ContractState writable(String other) {
        return new WriteState(overlay, other);
    }
}
