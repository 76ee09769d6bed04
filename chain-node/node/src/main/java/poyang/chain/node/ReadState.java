package poyang.chain.node;

import java.util.List;
import java.util.Optional;
import poyang.chain.contract.ReadableState;
import poyang.chain.ledger.StateView;
import poyang.kernel.Bytes;

/// One contract's part of a state, for reading.
record ReadState(StateView state, String contract) implements ReadableState {
    @Override
    public Optional<byte[]> get(String key) {
        return state.get(contract, key).map(Bytes::toArray);
    }

    @Override
    public List<Entry> scan(String prefix, String afterKey, int limit) {
        return state.scan(contract, prefix, afterKey, limit).stream()
                .map(e -> new Entry(e.key(), e.value()))
                .toList();
    }

    @Override
    public ReadableState of(String other) {
        return new ReadState(state, other);
    }
}
