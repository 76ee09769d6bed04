package poyang.pir;

import poyang.kernel.PoyangException;

/// A query as it travels: two packing keys and one integer below q for each row, 50 bits each. Its
/// length depends on the number of rows only.
final class RowQuery {
    private final ClientKeys keys;
    private final double[] limbs;

    private RowQuery(ClientKeys keys, double[] limbs) {
        this.keys = keys;
        this.limbs = limbs;
    }

    static int bytes(int rows) {
        return ClientKeys.BYTES + Bits.bytes(rows, PirParameters.MODULUS_BITS);
    }

    /// @throws PoyangException `BAD_FRAME`
    static RowQuery read(byte[] frame, int offset, int rows) {
        if (frame.length - offset < bytes(rows)) {
            throw new PoyangException(
                    PirErrors.BAD_FRAME,
                    "a query has " + (frame.length - offset) + " bytes",
                    "a query on " + rows + " rows has " + bytes(rows) + " bytes");
        }
        ClientKeys keys = ClientKeys.read(frame, offset);
        long[] integers = Bits.read(frame, offset + ClientKeys.BYTES, rows, PirParameters.MODULUS_BITS);
        for (long integer : integers) {
            canonical(integer);
        }
        return new RowQuery(keys, Scan.limbs(integers));
    }

    static long canonical(long integer) {
        if (integer >= PirParameters.Q.value()) {
            throw new PoyangException(
                    PirErrors.BAD_FRAME, "an integer is not below the modulus", "canonical integers are needed");
        }
        return integer;
    }

    ClientKeys keys() {
        return keys;
    }

    double[] limbs() {
        return limbs;
    }
}
