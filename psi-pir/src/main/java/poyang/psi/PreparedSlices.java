package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import poyang.crypto.Sm3;
import poyang.crypto.curve.Curve25519;
import poyang.crypto.curve.Curve25519Scalar;

/// Keeps the tags of a large set's slices while it is prepared. A file is replaced as a whole and starts with a
/// mark of what it was made from: SM3 over the secret's public key and the slice's items. A file of other keys or
/// of another secret is made anew, one that was damaged is refused (`CHECKPOINT_DAMAGED`).
final class PreparedSlices implements UnbalancedPsi.Slices {
    private static final byte[] DOMAIN = "poyang.psi.prepared-slice.v1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BASE = {9};

    private final DiskFolder folder;
    private final int keys;

    PreparedSlices(DiskFolder folder, int keys) {
        this.folder = folder;
        this.keys = keys;
    }

    @Override
    public int keys() {
        return keys;
    }

    static String file(int from) {
        return "slice-" + from;
    }

    /// Items `from` to `from + count` under a secret.
    record Slice(Items items, int from, int count, Curve25519Scalar secret) {
        byte[] mark() {
            byte[] bytes = new byte[count * Items.BYTES];
            for (int i = 0; i < count; i++) {
                items.copy(from + i, bytes, i * Items.BYTES);
            }
            byte[] base = Arrays.copyOf(BASE, Curve25519.POINT_BYTES);
            byte[] publicKey = Curve25519.multiply(base, secret).orElseThrow();
            return Sm3.digest(DOMAIN, publicKey, Run.digest(bytes));
        }
    }

    @Override
    public long[] of(Slice slice, Supplier<long[]> made) {
        String file = file(slice.from());
        byte[] mark = slice.mark();
        Optional<byte[]> kept = folder.found(file)
                .filter(content -> content.length == mark.length + 2 * Long.BYTES * slice.count()
                        && Arrays.equals(mark, Arrays.copyOf(content, mark.length)));
        long[] tags = new long[2 * slice.count()];
        if (kept.isPresent()) {
            for (int i = 0; i < tags.length; i++) {
                tags[i] = Octets.get(kept.get(), mark.length + Long.BYTES * i, Long.BYTES);
            }
            return tags;
        }
        tags = made.get();
        byte[] content = Arrays.copyOf(mark, mark.length + Long.BYTES * tags.length);
        for (int i = 0; i < tags.length; i++) {
            Octets.put(content, mark.length + Long.BYTES * i, tags[i], Long.BYTES);
        }
        folder.replace(file, content);
        return tags;
    }
}
