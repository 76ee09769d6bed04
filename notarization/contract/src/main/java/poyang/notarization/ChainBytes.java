package poyang.notarization;

import com.google.protobuf.ByteString;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// Between protobuf's byte strings and ours.
final class ChainBytes {
    private ChainBytes() {}

    static String hex(ByteString value) {
        return Bytes.wrap(value.toByteArray()).hex();
    }

    static Bytes bytes(ByteString value) {
        return Bytes.wrap(value.toByteArray());
    }

    static ByteString of(Bytes value) {
        return ByteString.copyFrom(value.toArray());
    }

    static ByteString sm3(ByteString value) {
        return ByteString.copyFrom(Sm3.digest(value.toByteArray()));
    }
}
