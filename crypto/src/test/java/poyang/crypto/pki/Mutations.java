package poyang.crypto.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Changed copies of an encoding, none of which may be taken.
final class Mutations {
    private Mutations() {}

    /// Each byte changed in two ways must be refused by a typed error.
    static void refused(Bytes good, Function<byte[], Object> reader) {
        refusedOr(good, reader, _ -> false);
    }

    /// As {@link #refused}, unless what is read satisfies `harmless`.
    static <T> void refusedOr(Bytes good, Function<byte[], T> reader, Predicate<T> harmless) {
        List<String> taken = new ArrayList<>();
        for (int at = 0; at < good.length(); at++) {
            for (int change : new int[] {1, 0x80}) {
                byte[] bad = good.toArray();
                bad[at] ^= (byte) change;
                T read = read(bad, reader, "byte " + at + " of " + good.length() + " changed by " + change);
                if (read != null && !harmless.test(read)) {
                    taken.add("byte " + at + " of " + good.length() + " changed by " + change + " was taken");
                }
            }
        }
        assertEquals(List.of(), taken);
        for (int length = 0; length < good.length(); length += 1 + length / 40) {
            assertTrue(read(good.slice(0, length).toArray(), reader, "cut to " + length) == null);
        }
    }

    /// Random damage of several bytes, cuts and doubled parts: a typed error or a value, nothing else.
    static void survives(Bytes good, long seed, Function<byte[], Object> reader) {
        Random dice = new Random(seed);
        byte[] bad = good.toArray();
        int changes = 1 + dice.nextInt(6);
        for (int i = 0; i < changes; i++) {
            int at = dice.nextInt(bad.length);
            switch (dice.nextInt(4)) {
                case 0 -> bad[at] = (byte) dice.nextInt(256);
                case 1 -> bad[at] ^= (byte) (1 << dice.nextInt(8));
                case 2 -> bad = Bytes.wrap(bad).slice(0, at + 1).toArray();
                default ->
                    bad = Bytes.wrap(bad)
                            .slice(0, at)
                            .concat(Bytes.wrap(bad).slice(dice.nextInt(bad.length), bad.length))
                            .toArray();
            }
            if (bad.length == 0) {
                break;
            }
        }
        var _ = read(bad, reader, "seed " + seed);
    }

    private static <T> @Nullable T read(byte[] bad, Function<byte[], T> reader, String what) {
        try {
            return reader.apply(bad);
        } catch (PoyangException e) {
            return null;
        } catch (RuntimeException e) {
            throw new AssertionError(what + " caused " + e, e);
        }
    }
}
