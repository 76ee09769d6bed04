package poyang.zkp.systems;

/// Keccak with 256 bits of digest and the padding of its submission, which Ethereum and snarkjs kept; not
/// SHA3-256, whose padding differs.
///
/// Source: Bertoni, Daemen, Peeters, Van Assche, "The Keccak reference", version 3.0 (2011).
final class Keccak256 {
    private static final int RATE_BYTES = 136;
    private static final int ROUNDS = 24;
    private static final int[] ROTATIONS = {
        0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14
    };
    private static final long[] CONSTANTS = constants();

    private Keccak256() {}

    /// The round constants, from the shift register of the specification.
    private static long[] constants() {
        long[] constants = new long[ROUNDS];
        int register = 1;
        for (int round = 0; round < ROUNDS; round++) {
            for (int j = 0; j <= 6; j++) {
                if ((register & 1) != 0) {
                    constants[round] |= 1L << (1 << j) - 1;
                }
                register = register << 1 ^ ((register >> 7) * 0x171);
            }
        }
        return constants;
    }

    static byte[] digest(byte[] message) {
        long[] state = new long[25];
        byte[] padded = java.util.Arrays.copyOf(message, (message.length / RATE_BYTES + 1) * RATE_BYTES);
        padded[message.length] = 1;
        padded[padded.length - 1] |= (byte) 0x80;
        for (int from = 0; from < padded.length; from += RATE_BYTES) {
            for (int i = 0; i < RATE_BYTES; i++) {
                state[i / 8] ^= (padded[from + i] & 0xffL) << 8 * (i % 8);
            }
            permute(state);
        }
        byte[] digest = new byte[32];
        for (int i = 0; i < digest.length; i++) {
            digest[i] = (byte) (state[i / 8] >>> 8 * (i % 8));
        }
        return digest;
    }

    private static void permute(long[] a) {
        long[] c = new long[5];
        long[] b = new long[25];
        for (int round = 0; round < ROUNDS; round++) {
            for (int x = 0; x < 5; x++) {
                c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            }
            for (int i = 0; i < 25; i++) {
                int x = i % 5;
                int y = i / 5;
                long lane = a[i] ^ c[(x + 4) % 5] ^ Long.rotateLeft(c[(x + 1) % 5], 1);
                b[y + 5 * ((2 * x + 3 * y) % 5)] = Long.rotateLeft(lane, ROTATIONS[i]);
            }
            for (int i = 0; i < 25; i++) {
                int row = i / 5 * 5;
                a[i] = b[i] ^ (~b[row + (i + 1) % 5] & b[row + (i + 2) % 5]);
            }
            a[0] ^= CONSTANTS[round];
        }
    }
}
