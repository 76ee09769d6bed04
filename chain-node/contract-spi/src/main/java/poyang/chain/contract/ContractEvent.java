package poyang.chain.contract;

import java.util.List;
import poyang.kernel.Bytes;

/// An announcement of a contract, delivered with the finalised block.
///
/// @param topic for example `jobs.ready`
/// @param key what it is about, for example a job id
/// @param payload an encoded message whose type the topic's documentation names
/// @param visibleTo organisations whose accounts may see it; empty means every account of the chain
public record ContractEvent(String topic, String key, Bytes payload, List<String> visibleTo) {
    public ContractEvent {
        visibleTo = List.copyOf(visibleTo);
    }
}
