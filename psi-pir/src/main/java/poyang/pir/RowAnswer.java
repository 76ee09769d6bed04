package poyang.pir;

/// An answer as it travels: for each output 2,048 integers of 20 bits (body) and as many of 26
/// (mask).
final class RowAnswer {
    private static final int BODY_BYTES = Bits.bytes(Ring.N, PirParameters.BODY_BITS);
    static final int OUTPUT_BYTES = BODY_BYTES + Bits.bytes(Ring.N, PirParameters.MASK_BITS);

    private RowAnswer() {}

    static int bytes(int outputs) {
        return outputs * OUTPUT_BYTES;
    }

    static void write(int[] body, int[] mask, byte[] out, int offset) {
        Bits.write(widened(body), Ring.N, PirParameters.BODY_BITS, out, offset);
        Bits.write(widened(mask), Ring.N, PirParameters.MASK_BITS, out, offset + BODY_BYTES);
    }

    private static long[] widened(int[] values) {
        long[] out = new long[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    static long[] body(byte[] frame, int offset) {
        return Bits.read(frame, offset, Ring.N, PirParameters.BODY_BITS);
    }

    /// Taken to the least magnitude.
    static double[] mask(byte[] frame, int offset) {
        long[] values = Bits.read(frame, offset + BODY_BYTES, Ring.N, PirParameters.MASK_BITS);
        double[] out = new double[Ring.N];
        for (int i = 0; i < Ring.N; i++) {
            long half = 1L << PirParameters.MASK_BITS - 1;
            out[i] = (values[i] ^ half) - half;
        }
        return out;
    }
}
