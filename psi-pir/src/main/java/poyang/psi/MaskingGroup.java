package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.curve.Curve25519;
import poyang.crypto.curve.Curve25519Scalar;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Scalar;
import poyang.kernel.RandomSource;

/// A group in which secret exponents commute and discrete logarithms are hard.
enum MaskingGroup {
    SM2(Sm2Group.COMPRESSED_BYTES) {
        @Override
        Mask mask(RandomSource random) {
            return new Sm2Mask(Sm2Scalar.random(random));
        }
    },
    CURVE_25519(Curve25519.POINT_BYTES) {
        @Override
        Mask mask(RandomSource random) {
            return new Curve25519Mask(Curve25519Scalar.random(random));
        }
    };

    private final int pointBytes;

    MaskingGroup(int pointBytes) {
        this.pointBytes = pointBytes;
    }

    /// Bytes of an encoded point.
    int pointBytes() {
        return pointBytes;
    }

    /// A fresh secret exponent.
    abstract Mask mask(RandomSource random);

    /// A secret exponent at work; `close` overwrites it. Safe on several threads.
    sealed interface Mask extends AutoCloseable {
        /// Hashes items of 32 bytes to the group and raises them to the exponent.
        byte[] ofItems(byte[] items);

        /// Raises encoded points to the exponent; empty when some are no points that one may raise.
        Optional<byte[]> ofPoints(byte[] points);

        @Override
        void close();
    }

    private static final class Sm2Mask implements Mask {
        private static final byte[] DOMAIN = "POYANG-V02-PSI-SM2_XMD:SM3_SSWU_RO_".getBytes(StandardCharsets.US_ASCII);
        private final Sm2Scalar scalar;

        Sm2Mask(Sm2Scalar scalar) {
            this.scalar = scalar;
        }

        @Override
        public byte[] ofItems(byte[] items) {
            List<byte[]> messages = new ArrayList<>(items.length / Items.BYTES);
            for (int at = 0; at < items.length; at += Items.BYTES) {
                messages.add(Arrays.copyOfRange(items, at, at + Items.BYTES));
            }
            return Sm2Group.encode(Sm2Group.multiply(Sm2Group.hashToCurve(messages, DOMAIN), scalar));
        }

        @Override
        public Optional<byte[]> ofPoints(byte[] points) {
            return Sm2Group.decode(points).map(p -> Sm2Group.encode(Sm2Group.multiply(p, scalar)));
        }

        @Override
        public void close() {
            scalar.close();
        }
    }

    private static final class Curve25519Mask implements Mask {
        private static final byte[] DOMAIN =
                "POYANG-V01-PSI-curve25519_XMD:SHA-512_ELL2_RO_".getBytes(StandardCharsets.US_ASCII);
        private final Curve25519Scalar scalar;

        Curve25519Mask(Curve25519Scalar scalar) {
            this.scalar = scalar;
        }

        @Override
        public byte[] ofItems(byte[] items) {
            return Curve25519.multiply(
                            Curve25519.hashToCurve(items, Items.BYTES, items.length / Items.BYTES, DOMAIN), scalar)
                    .orElseThrow();
        }

        @Override
        public Optional<byte[]> ofPoints(byte[] points) {
            return Curve25519.multiply(points, scalar);
        }

        @Override
        public void close() {
            scalar.close();
        }
    }
}
