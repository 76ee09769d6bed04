package poyang.zkp.systems;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.PrimeField;

/// A binary file of circom or snarkjs: four letters, a version, and numbered sections that fill the rest.
/// Numbers are little-endian.
final class Sections {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SECTIONS_MAX = 64;

    private final String what;
    private final MemorySegment file;
    private final Map<Integer, Section> byKind = new TreeMap<>();

    Sections(MemorySegment file, String letters, int version, String what) {
        this.what = what;
        this.file = file;
        Section head = new Section("the head", 0, file.byteSize());
        int magic = head.whole();
        for (int i = 0; i < 4; i++) {
            if ((magic >>> 8 * i & 0xff) != letters.charAt(i)) {
                throw wrong("it does not begin with \"" + letters + "\"");
            }
        }
        if (head.whole() != version) {
            throw wrong("its version is not " + version);
        }
        int count = head.whole();
        if (count < 0 || count > SECTIONS_MAX) {
            throw wrong("it claims " + count + " sections");
        }
        for (int i = 0; i < count; i++) {
            int kind = head.whole();
            long size = head.large();
            if (size < 0 || size > head.end - head.at) {
                throw wrong("section " + kind + " is cut off");
            }
            if (byKind.put(kind, new Section("section " + kind, head.at, head.at + size)) != null) {
                throw wrong("section " + kind + " is there twice");
            }
            head.at += size;
        }
        head.mustEnd();
    }

    PoyangException wrong(String why) {
        return ZkpErrors.unreadable(what + " cannot be read: " + why, "give the file as circom or snarkjs wrote it");
    }

    Section section(int kind) {
        Section section = byKind.get(kind);
        if (section == null) {
            throw wrong("section " + kind + " is missing");
        }
        return section;
    }

    boolean has(int kind) {
        return byKind.containsKey(kind);
    }

    /// One section, read from its start to its end.
    final class Section {
        private final String name;
        private long at;
        private final long end;

        Section(String name, long at, long end) {
            this.name = name;
            this.at = at;
            this.end = end;
        }

        private void need(long bytes) {
            if (bytes > end - at) {
                throw wrong(name + " is cut off");
            }
        }

        int whole() {
            need(4);
            int value = file.get(INT, at);
            at += 4;
            return value;
        }

        /// A count from 0 to `max`.
        int count(String counted, int max) {
            int value = whole();
            if (value < 0 || value > max) {
                throw wrong(name + " claims " + Integer.toUnsignedString(value) + " " + counted);
            }
            return value;
        }

        long large() {
            need(8);
            long value = file.get(LONG, at);
            at += 8;
            return value;
        }

        /// A length up to `max`, then so many bytes.
        byte[] bytes(String counted, int max) {
            int length = count(counted, max);
            need(length);
            byte[] octets = file.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
            at += length;
            return octets;
        }

        /// Passes over values that are not needed.
        void skip(long bytes) {
            need(bytes);
            at += bytes;
        }

        void mustEnd() {
            if (at != end) {
                throw wrong(name + " has " + (end - at) + " bytes too many");
            }
        }

        /// A length in bytes, then an integer of that length.
        BigInteger modulus() {
            int bytes = count("bytes of a modulus", 64);
            byte[] octets = new byte[bytes];
            need(bytes);
            for (int i = 0; i < bytes; i++) {
                octets[bytes - 1 - i] = file.get(ValueLayout.JAVA_BYTE, at + i);
            }
            at += bytes;
            return new BigInteger(1, octets);
        }

        /// `count` canonical elements as they stand, limb by limb, in the order of the file.
        long[] elements(PrimeField field, int count) {
            return limbs(field, (long) count);
        }

        private long[] limbs(PrimeField field, long count) {
            int n = field.longs();
            need(count * n * 8);
            if (count * n > Integer.MAX_VALUE - 16) {
                throw wrong(name + " is too large");
            }
            long[] all = new long[(int) (count * n)];
            MemorySegment.copy(file, LONG, at, all, 0, all.length);
            at += 8L * all.length;
            for (int i = 0; i < all.length; i += n) {
                if (!field.isBelowModulus(all, i)) {
                    throw wrong(name + " has a number that is not below the order of its field");
                }
            }
            return all;
        }

        /// `count` affine points on their curve, in Montgomery form.
        long[] points(Curve curve, Group group, int count) {
            long[] all = limbs(
                    curve.base(),
                    (long) count * group.affineLongs() / curve.base().longs());
            for (int i = 0; i < count; i++) {
                if (!group.isOnCurve(all, i * group.affineLongs())) {
                    throw wrong(name + " has a point that is not on the curve");
                }
            }
            return all;
        }
    }
}
