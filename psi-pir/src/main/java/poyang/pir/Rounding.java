package poyang.pir;

/// Fewer bits for the halves of an answer: x modulo q to round(x·2^bits/q) modulo 2^bits.
final class Rounding {
    private Rounding() {}

    /// @param centred integers of magnitude below q/2 or so
    static int[] down(long[] centred, int bits) {
        double factor = (double) (1L << bits) / PirParameters.Q.value();
        int mask = (1 << bits) - 1;
        int[] out = new int[centred.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) Math.rint(centred[i] * factor) & mask;
        }
        return out;
    }

    /// `body·2^6 + product`, where the product is that of mask and secret.
    static long phase(long body, long product) {
        return (body << PirParameters.MASK_BITS - PirParameters.BODY_BITS) + product;
    }

    /// The 16-bit word nearest to a phase.
    static int word(long phase) {
        int drop = PirParameters.MASK_BITS - PirParameters.WORD_BITS;
        return (int) (phase + (1L << drop - 1) >> drop) & 0xffff;
    }
}
