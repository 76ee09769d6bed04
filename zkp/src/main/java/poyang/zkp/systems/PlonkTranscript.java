package poyang.zkp.systems;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.List;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// The challenges of a PLONK proof, as snarkjs draws them: Keccak-256 of points and scalars written big
/// endian, reduced modulo r. Each challenge hashes the one before it and what the prover sent since, so all
/// of the proof and of the statement is bound.
final class PlonkTranscript {
    final long[] beta;
    final long[] gamma;

    private final Curve curve;
    private final PrimeField field;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    /// Draws β and γ from the key, the public values and the commitments to the wires.
    PlonkTranscript(PlonkKey key, List<BigInteger> publicValues, long[][] wires) {
        curve = key.curve;
        field = curve.scalars();
        points(key.commitments);
        for (BigInteger value : publicValues) {
            octets(value, field.bytes());
        }
        points(wires);
        beta = challenge();
        scalars(beta);
        gamma = challenge();
    }

    /// α, after the permutation's commitment.
    long[] alpha(long[] z) {
        scalars(beta, gamma);
        points(z);
        return challenge();
    }

    /// The point of evaluation, after the quotient's commitments.
    long[] xi(long[] alpha, long[]... quotient) {
        scalars(alpha);
        points(quotient);
        return challenge();
    }

    /// The factor that batches openings, after the values.
    long[] v(long[] xi, long[]... values) {
        scalars(xi);
        scalars(values);
        return challenge();
    }

    /// The factor that batches both points of evaluation, after the openings.
    long[] u(long[]... openings) {
        points(openings);
        return challenge();
    }

    private void points(long[]... all) {
        PrimeField base = curve.base();
        for (long[] point : all) {
            octets(base.value(point, 0), base.bytes());
            octets(base.value(point, base.longs()), base.bytes());
        }
    }

    private void scalars(long[]... all) {
        for (long[] scalar : all) {
            octets(field.value(scalar, 0), field.bytes());
        }
    }

    private void octets(BigInteger value, int length) {
        for (int i = length - 1; i >= 0; i--) {
            pending.write(value.shiftRight(8 * i).intValue());
        }
    }

    private long[] challenge() {
        long[] challenge = field.of(new BigInteger(1, Keccak256.digest(pending.toByteArray())));
        pending.reset();
        return challenge;
    }
}
