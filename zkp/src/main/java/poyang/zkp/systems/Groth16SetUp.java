package poyang.zkp.systems;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.circuits.SparseMatrix;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Domain;
import poyang.zkp.curves.FixedBase;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// A set-up of Groth16 by one party, who must be trusted to forget: whoever knows its random numbers can
/// prove what is not true. They live in this computation only and are overwritten at its end.
///
/// - computes: keys for τ, α, β, δ drawn from `random`, and γ = 1
/// - shapes: one row more for each public wire and the constant one binds it to A
/// - secrecy: τ, α, β, δ are secret; time depends on them
/// - cost: five fixed-base multiples a wire or row
/// - source: Groth, EUROCRYPT 2016, section 3.2; γ = 1 and the bound inputs of Bowe, Gabizon, Miers,
///   ePrint 2017/1050
public final class Groth16SetUp {
    private final R1cs circuit;
    private final PrimeField f;
    private final int n;
    private final int power;

    private Groth16SetUp(R1cs circuit) {
        this.circuit = circuit;
        f = circuit.curve().scalars();
        n = f.longs();
        power = powerOf(circuit);
    }

    static int powerOf(R1cs circuit) {
        long rows = (long) circuit.constraints() + circuit.publicWires() + 1;
        int power = 64 - Long.numberOfLeadingZeros(rows - 1);
        if (power >= circuit.curve().powerMax()) {
            throw new PoyangException(
                    ZkpErrors.BAD_CIRCUIT,
                    "the circuit has " + circuit.constraints() + " constraints",
                    "the curve takes less than 2^" + circuit.curve().powerMax());
        }
        return Math.max(1, power);
    }

    /// A copy of the circuit's matrix A with the rows that bind public wires.
    static SparseMatrix bound(R1cs circuit) {
        PrimeField f = circuit.curve().scalars();
        SparseMatrix a = new SparseMatrix(f);
        for (int t = 0; t < circuit.a().terms(); t++) {
            a.add(circuit.a().row(t), circuit.a().wire(t), circuit.a().coefficients(), t * f.longs());
        }
        for (int i = 0; i <= circuit.publicWires(); i++) {
            a.add(circuit.constraints() + i, i, f.of(1), 0);
        }
        return a;
    }

    /// Makes the key of a circuit alone; who proves to others needs a ceremony of several parties instead.
    public static Groth16ProvingKey byOneTrustedParty(R1cs circuit, RandomSource random, Workers workers) {
        return new Groth16SetUp(circuit).run(random, workers);
    }

    private Groth16ProvingKey run(RandomSource random, Workers workers) {
        long[] tau = f.random(random);
        long[] alpha = f.random(random);
        long[] beta = f.random(random);
        long[] delta = f.random(random);
        SparseMatrix boundA = bound(circuit);
        long[] lagrange = Domain.lagrange(circuit.curve(), power, tau, 1 << power);
        long[] a = transposed(boundA, lagrange);
        long[] b = transposed(circuit.b(), lagrange);
        long[] deltaInverse = new long[n];
        f.invert(deltaInverse, 0, delta, 0);
        int inputs = circuit.publicWires() + 1;
        long[] c = combined(a, b, transposed(circuit.c(), lagrange), alpha, beta, deltaInverse, inputs);
        long[] h = oddLagrange(tau, deltaInverse);

        Curve curve = circuit.curve();
        FixedBase base1 = new FixedBase(curve.g1(), f, curve.g1().generator());
        FixedBase base2 = new FixedBase(curve.g2(), f, curve.g2().generator());
        long[] single = plain(Arrays.copyOf(joined(alpha, beta, delta), 3 * n));
        long[] three1 = base1.multiples(single, 3, workers);
        long[] three2 = base2.multiples(single, 3, workers);
        int w1 = curve.g1().affineLongs();
        int w2 = curve.g2().affineLongs();
        long[] all = base1.multiples(plain(c), circuit.wires(), workers);
        List<long[]> ic = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            ic.add(Arrays.copyOfRange(all, i * w1, (i + 1) * w1));
        }
        Groth16Key verification = new Groth16Key(
                curve,
                Arrays.copyOf(three1, w1),
                Arrays.copyOfRange(three2, w2, 2 * w2),
                curve.g2().generator(),
                Arrays.copyOfRange(three2, 2 * w2, 3 * w2),
                ic);
        long[] plainB = plain(b);
        long[][] points = {
            base1.multiples(plain(a), circuit.wires(), workers),
            base1.multiples(plainB, circuit.wires(), workers),
            base2.multiples(plainB, circuit.wires(), workers),
            Arrays.copyOfRange(all, inputs * w1, circuit.wires() * w1),
            base1.multiples(plain(h), 1 << power, workers)
        };
        for (long[] secret : List.of(tau, alpha, beta, delta, deltaInverse, single, lagrange, a, b, c, h, plainB)) {
            Arrays.fill(secret, 0);
        }
        return new Groth16ProvingKey(
                circuit.wires(),
                power,
                Arrays.copyOfRange(three1, w1, 2 * w1),
                Arrays.copyOfRange(three1, 2 * w1, 3 * w1),
                verification,
                new SparseMatrix[] {boundA, circuit.b()},
                points);
    }

    private long[] joined(long[]... elements) {
        long[] all = new long[elements.length * n];
        for (int i = 0; i < elements.length; i++) {
            System.arraycopy(elements[i], 0, all, i * n, n);
        }
        return all;
    }

    private long[] transposed(SparseMatrix matrix, long[] lagrange) {
        long[] out = new long[circuit.wires() * n];
        matrix.multiplyTransposed(lagrange, out);
        return out;
    }

    /// β·aᵢ + α·bᵢ + cᵢ, divided by δ for wires that are not public.
    private long[] combined(long[] a, long[] b, long[] c, long[] alpha, long[] beta, long[] deltaInverse, int inputs) {
        long[] t = new long[n];
        for (int i = 0; i < circuit.wires(); i++) {
            f.multiply(t, 0, beta, 0, a, i * n);
            f.add(c, i * n, c, i * n, t, 0);
            f.multiply(t, 0, alpha, 0, b, i * n);
            f.add(c, i * n, c, i * n, t, 0);
            if (i >= inputs) {
                f.multiply(c, i * n, c, i * n, deltaInverse, 0);
            }
        }
        return c;
    }

    /// The odd Lagrange polynomials of the domain of twice the size at τ, divided by δ.
    private long[] oddLagrange(long[] tau, long[] deltaInverse) {
        long[] both = Domain.lagrange(circuit.curve(), power + 1, tau, 2 << power);
        long[] odd = new long[n << power];
        for (int i = 0; i < 1 << power; i++) {
            f.multiply(odd, i * n, both, (2 * i + 1) * n, deltaInverse, 0);
        }
        Arrays.fill(both, 0);
        return odd;
    }

    /// Elements to plain limbs, in place.
    private long[] plain(long[] elements) {
        for (int i = 0; i < elements.length; i += n) {
            f.toPlain(elements, i, elements, i);
        }
        return elements;
    }
}
