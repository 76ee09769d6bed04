package poyang.chain.contract;

import java.util.List;
import poyang.kernel.Bytes;

/// An announcement of a contract, delivered with the finalised block.
///
/// @param contract whose announcement it is, where another contract had it called; empty: the called one
/// @param topic for example `jobs.ready`
/// @param key what it is about, for example a job id
/// @param payload an encoded message whose type the topic's documentation names
/// @param visibleTo organisations whose accounts may see it; empty means every account of the chain
public record ContractEvent(String contract, String topic, String key, Bytes payload, List<String> visibleTo) {
    public ContractEvent {
        visibleTo = List.copyOf(visibleTo);
    }

    /// An announcement of the contract that was called.
    public ContractEvent(String topic, String key, Bytes payload, List<String> visibleTo) {
        this("", topic, key, payload, visibleTo);
    }
}
