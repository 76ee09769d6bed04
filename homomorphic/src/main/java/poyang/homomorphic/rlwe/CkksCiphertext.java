package poyang.homomorphic.rlwe;

import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// An encryption (c0, c1) with c0 + c1·s = scale·m + e, as values; immutable.
///
/// It carries bounds on its slots and on their error, in the slots' own unit. They are what its
/// maker says; a decryption refuses what does not keep to them.
public final class CkksCiphertext {
    private static final String DOMAIN = "poyang.ckks.ciphertext.v1";

    private final Bytes parameters;
    private final double[][] c0;
    private final double[][] c1;
    private final int level;
    private final double magnitude;
    private final double error;

    CkksCiphertext(Bytes parameters, double[][] c0, double[][] c1, int level, double magnitude, double error) {
        this.parameters = parameters;
        this.c0 = c0;
        this.c1 = c1;
        this.level = level;
        this.magnitude = magnitude;
        this.error = error;
    }

    double[][] c0() {
        return c0;
    }

    double[][] c1() {
        return c1;
    }

    Bytes parameters() {
        return parameters;
    }

    /// How many multiplications in a row are left.
    public int level() {
        return level;
    }

    /// A bound on the magnitude of the slots.
    public double magnitude() {
        return magnitude;
    }

    /// A bound on the distance of each slot from the exact result, but for a probability below
    /// 2^(-40) and for the floating point of encoding.
    public double error() {
        return error;
    }

    public Bytes encode(CkksParameters of) {
        CanonicalWriter writer = Codec.begin(DOMAIN, of.chain())
                .u8(level)
                .u64(Double.doubleToRawLongBits(magnitude))
                .u64(Double.doubleToRawLongBits(error));
        Codec.writeRows(writer, of.chain(), c0);
        Codec.writeRows(writer, of.chain(), c1);
        return writer.toBytes();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` or `BAD_CIPHERTEXT` for anything but
    ///     the canonical bytes of a ciphertext of these parameters
    public static CkksCiphertext decode(CkksParameters of, Bytes encoded) {
        CanonicalReader reader = Codec.open(DOMAIN, of.chain(), encoded.toArray());
        int level = reader.u8();
        if (level > of.depth()) {
            throw Codec.bad("it has level " + level);
        }
        double magnitude = bound(reader.u64());
        double error = bound(reader.u64());
        double[][] c0 = Codec.readRows(reader, of.chain(), of.rows(level));
        double[][] c1 = Codec.readRows(reader, of.chain(), of.rows(level));
        reader.end();
        return new CkksCiphertext(of.id(), c0, c1, level, magnitude, error);
    }

    private static double bound(long bits) {
        double bound = Double.longBitsToDouble(bits);
        if (!(bound >= 0 && bound < 0x1p100) || bits < 0) {
            throw Codec.bad("a bound is out of range");
        }
        return bound;
    }

    @Override
    public String toString() {
        return "CkksCiphertext[level " + level + "]";
    }
}
