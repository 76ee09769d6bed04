package poyang.sdk.host;

import java.util.stream.Stream;
import poyang.kernel.PoyangException;

/// What a host does with a chain.
public enum ChainState {
    /// Takes part: votes, or observes.
    RUNNING,
    /// Takes part no longer; what it had is kept, and it may join again.
    LEFT,
    /// Closed: answers and proves what it has, takes nothing in.
    ARCHIVED,
    /// Being erased; a host that was stopped meanwhile goes on with it when it starts.
    DELETING,
    /// Erased, but for the audit log, the genesis and this entry.
    DELETED;

    /// @throws PoyangException `BAD_FILE`
    public static ChainState named(String name) {
        return Stream.of(values())
                .filter(state -> state.name().equals(name))
                .findFirst()
                .orElseThrow(() -> HostAnswer.bad("the state \"" + name + "\""));
    }
}
