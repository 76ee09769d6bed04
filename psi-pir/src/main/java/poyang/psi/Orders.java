package poyang.psi;

import poyang.kernel.RandomSource;

/// Secret orders.
final class Orders {
    private static final int BATCH = 4096;

    private Orders() {}

    /// A uniform permutation of 0 … count−1 (Durstenfeld, CACM 7 (1964), algorithm 235), up to 2^-33 for the
    /// multiplication that brings 64 random bits below a bound.
    static int[] permutation(int count, RandomSource random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        byte[] batch = new byte[0];
        int at = 0;
        for (int i = count - 1; i > 0; i--) {
            if (at == batch.length) {
                batch = random.bytes(8 * Math.min(BATCH, i));
                at = 0;
            }
            int j = (int) Math.unsignedMultiplyHigh(Octets.get(batch, at, 8), i + 1L);
            at += 8;
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }
}
