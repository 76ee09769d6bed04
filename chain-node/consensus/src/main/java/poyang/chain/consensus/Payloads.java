package poyang.chain.consensus;

import java.util.List;
import poyang.kernel.Bytes;

/// What a replica asks about payloads before it proposes or votes: pure questions to the machine beside it.
public interface Payloads {
    /// Whether a block with this payload may be voted for here.
    Verdict judge(List<Bytes> payload);

    /// As many of these as fit into one block, from the first on.
    List<Bytes> fitting(List<Bytes> fresh);

    /// How many transactions a payload stands for.
    default long count(List<Bytes> payload) {
        return payload.size();
    }

    /// What {@link #judge} says.
    enum Verdict {
        /// All that it stands for is here and rightly certified.
        HERE,
        /// Rightly certified, and to be fetched first.
        MISSING,
        /// No honest leader proposes this.
        WRONG
    }
}
