package poyang.chain.node.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.host.ChainState;
import poyang.simulation.Mangled;
import poyang.simulation.Property;

/// A record that is mangled is refused, by no other exception, or is the one encoding of another record.
final class ChainRecordTest {
    @Test
    void mangledRecordsAreRefusedOrOtherRecords() {
        Bytes hash = Sm3.hash(new byte[] {1});
        ChainRecord right = new ChainRecord(
                ChainState.RUNNING,
                "chain",
                "链",
                hash,
                hash.slice(0, ChainRecord.STAY_BYTES),
                7,
                hash,
                1,
                List.of("validator-1"),
                5);
        assertEquals(right, ChainRecord.decode(right.encoded()));
        Property.seeds(500).check(seed -> {
            byte[] bytes = new Mangled(seed, List.of(right.encoded())).next();
            try {
                assertEquals(
                        Bytes.wrap(bytes), Bytes.wrap(ChainRecord.decode(bytes).encoded()));
            } catch (PoyangException e) {
                // Refused.
            }
        });
    }
}
