package poyang.sdk;

import java.util.Optional;
import poyang.kernel.Bytes;

/// What stands under a key of the state, proven against the genesis.
///
/// @param height of the block after which it stood there
/// @param timestampMillis of that block
/// @param value empty when nothing stands there
public record ProvenValue(long height, long timestampMillis, Optional<Bytes> value) {}
