package poyang.pir;

/// The halves of a query's two packing keys that the client sends, transformed.
final class ClientKeys {
    private static final int COUNT = 2 * PirParameters.DIGITS;
    static final int BYTES = Bits.bytes(COUNT * Ring.N, PirParameters.MODULUS_BITS);

    private final double[][] keys;

    private ClientKeys(double[][] keys) {
        this.keys = keys;
    }

    static ClientKeys read(byte[] frame, int offset) {
        long[] integers = Bits.read(frame, offset, COUNT * Ring.N, PirParameters.MODULUS_BITS);
        double[][] keys = new double[COUNT][Ring.N];
        for (int i = 0; i < integers.length; i++) {
            keys[i / Ring.N][i % Ring.N] = PirParameters.Q.centred(RowQuery.canonical(integers[i]));
        }
        for (double[] key : keys) {
            Ring.forward(key);
        }
        return new ClientKeys(keys);
    }

    double[] first(int t) {
        return keys[t];
    }

    double[] second(int t) {
        return keys[PirParameters.DIGITS + t];
    }
}
