package poyang.crypto.curve;

/// Scalars that everybody knows, for trials of two forms of a loop: always the same ones, below 2^255.
final class KnownScalars {
    private KnownScalars() {}

    static long[][] of(int count) {
        long[][] scalars = new long[count][Order.LIMBS];
        long word = 1;
        for (long[] scalar : scalars) {
            for (int i = 0; i < scalar.length; i++) {
                word = word * 6364136223846793005L + 1442695040888963407L;
                scalar[i] = word >>> 1;
            }
        }
        return scalars;
    }
}
