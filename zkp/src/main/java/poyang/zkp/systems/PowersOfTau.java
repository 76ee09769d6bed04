package poyang.zkp.systems;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.FixedBase;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.MultiScalar;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// The universal set-up: powers of a τ that nobody knows, as points, for PLONK keys of any circuit up to a size and
/// for the second phase of Groth16's. The file is a `.ptau` of snarkjs with a section more, which has the
/// contributions; one that snarkjs made is read too, but says nothing of who made it that is checked here.
///
/// - computes: τ^i·G₁ for i < 2N − 1, τ^i·G₂, α·τ^i·G₁ and β·τ^i·G₁ for i < N = 2^power, β·G₂
/// - secrecy: τ, α and β of a contribution are secret; time depends on them
/// - cost: of a contribution, 4·N multiples in G1 and N in G2; the first uses fixed bases
/// - source: Bowe, Gabizon, Miers, ePrint 2017/1050
public final class PowersOfTau {
    /// The section with our contributions; snarkjs passes over it.
    static final int OWN_SECTION = 100;

    private static final int SECRETS = 3;
    private static final int POWER_MAX = 24;
    private static final int CHALLENGE_BYTES = 16;

    final Curve curve;
    final int power;
    final long[] tau1;
    final long[] tau2;
    final long[] alpha1;
    final long[] beta1;
    final long[] beta2;
    final CeremonyTranscript transcript;
    private final boolean foreign;

    PowersOfTau(Curve curve, int power, long[][] points, CeremonyTranscript transcript, boolean foreign) {
        this.curve = curve;
        this.power = power;
        tau1 = points[0];
        tau2 = points[1];
        alpha1 = points[2];
        beta1 = points[3];
        beta2 = points[4];
        this.transcript = transcript;
        this.foreign = foreign;
    }

    /// What the first contribution starts from: τ = α = β = 1.
    public static PowersOfTau begin(Curve curve, int power) {
        if (power < 1 || power > Math.min(POWER_MAX, curve.powerMax() - 2)) {
            throw CeremonyTranscript.bad("a power is from 1 to " + Math.min(POWER_MAX, curve.powerMax() - 2));
        }
        int n = 1 << power;
        long[] one1 = curve.g1().generator();
        long[] one2 = curve.g2().generator();
        long[][] points = {
            PointLists.copies(one1, 2 * n - 1),
            PointLists.copies(one2, n),
            PointLists.copies(one1, n),
            PointLists.copies(one1, n),
            one2
        };
        return new PowersOfTau(
                curve, power, points, new CeremonyTranscript(curve, start(curve, power), SECRETS, List.of()), false);
    }

    private static byte[] start(Curve curve, int power) {
        return ("powers of tau of poyang 1, " + curve.name() + ", 2^" + power).getBytes(StandardCharsets.UTF_8);
    }

    /// With one contribution more, whose secrets are drawn from `random` and forgotten.
    public PowersOfTau contribute(String name, RandomSource random, Workers workers) {
        try (Secrets own = Secrets.random(curve.scalars(), SECRETS, random)) {
            return with(name, own, workers);
        }
    }

    /// With the last contribution, whose secrets follow from a public value that nobody could know before.
    public PowersOfTau finish(byte[] beacon, int beaconPower, Workers workers) {
        checkBeacon(beacon, beaconPower);
        try (Secrets own = Secrets.ofBeacon(curve.scalars(), SECRETS, transcript.hash(), beacon, beaconPower)) {
            return with("beacon", own, workers);
        }
    }

    static void checkBeacon(byte[] beacon, int beaconPower) {
        if (beacon.length < 16
                || beacon.length > Contribution.BEACON_BYTES_MAX
                || beaconPower < 0
                || beaconPower > CeremonyTranscript.BEACON_POWER_MAX) {
            throw CeremonyTranscript.bad("a beacon has 16 to " + Contribution.BEACON_BYTES_MAX + " bytes");
        }
    }

    private PowersOfTau with(String name, Secrets own, Workers workers) {
        if (foreign) {
            throw CeremonyTranscript.bad("these powers are of snarkjs, which is to be used to contribute to them");
        }
        CeremonyTranscript longer = transcript.with(name, own);
        PrimeField f = curve.scalars();
        int n = f.longs();
        long[] powers =
                PointLists.powers(f, own.element(0), tau1.length / curve.g1().affineLongs());
        IntFunction<long[]> tau = i -> Arrays.copyOfRange(powers, i * n, (i + 1) * n);
        Scaler first = new Scaler(curve.g1(), workers);
        Scaler second = new Scaler(curve.g2(), workers);
        long[][] points = {
            first.scaled(tau1, tau),
            second.scaled(tau2, tau),
            first.scaled(alpha1, times(tau, own.element(1))),
            first.scaled(beta1, times(tau, own.element(2))),
            second.scaled(beta2, _ -> own.element(2))
        };
        Arrays.fill(powers, 0);
        return new PowersOfTau(curve, power, points, longer, false);
    }

    private IntFunction<long[]> times(IntFunction<long[]> tau, long[] factor) {
        return i -> {
            long[] product = tau.apply(i);
            curve.scalars().multiply(product, 0, product, 0, factor, 0);
            return product;
        };
    }

    /// Multiplies lists of points; from the generators on, as the first contribution has them, by a table.
    private final class Scaler {
        private final Group group;
        private final Workers workers;

        Scaler(Group group, Workers workers) {
            this.group = group;
            this.workers = workers;
        }

        long[] scaled(long[] points, IntFunction<long[]> factor) {
            PrimeField f = curve.scalars();
            int count = points.length / group.affineLongs();
            if (transcript.count() > 0 || count < 64) {
                return new PointLists(group, f, workers).scaled(points, factor);
            }
            long[] plain = new long[count * f.longs()];
            for (int i = 0; i < count; i++) {
                f.toPlain(plain, i * f.longs(), factor.apply(i), 0);
            }
            long[] made = new FixedBase(group, f, group.generator()).multiples(plain, count, workers);
            Arrays.fill(plain, 0);
            return made;
        }
    }

    /// Checks every contribution and that the points are the powers that they lead to.
    ///
    /// @param random for the combinations of powers that are checked together
    /// @throws PoyangException `BAD_CEREMONY`, which names what is wrong
    public void verify(RandomSource random, Workers workers) {
        transcript.verify();
        PrimeField f = curve.scalars();
        PointLists first = new PointLists(curve.g1(), f, workers);
        PointLists second = new PointLists(curve.g2(), f, workers);
        for (long[] list : List.of(tau1, alpha1, beta1)) {
            inGroup(first.firstBad(list));
        }
        for (long[] list : List.of(tau2, beta2)) {
            inGroup(second.firstBad(list));
        }
        int w1 = curve.g1().affineLongs();
        int w2 = curve.g2().affineLongs();
        long[] one1 = curve.g1().generator();
        long[] one2 = curve.g2().generator();
        must(Arrays.equals(one1, Arrays.copyOf(tau1, w1)), "do not start with one");
        must(Arrays.equals(one2, Arrays.copyOf(tau2, w2)), "do not start with one");
        if (!foreign) {
            must(Arrays.equals(transcript.last(0), Arrays.copyOfRange(tau1, w1, 2 * w1)), "have another tau");
            must(Arrays.equals(transcript.last(1), Arrays.copyOf(alpha1, w1)), "have another alpha");
            must(Arrays.equals(transcript.last(2), Arrays.copyOf(beta1, w1)), "have another beta");
        }
        long[] tauOne = Arrays.copyOfRange(tau1, w1, 2 * w1);
        long[] tauTwo = Arrays.copyOfRange(tau2, w2, 2 * w2);
        must(transcript.same(tauOne, one2, one1, tauTwo), "have another tau in G2");
        must(transcript.same(Arrays.copyOf(beta1, w1), one2, one1, beta2), "have another beta in G2");
        for (long[] list : List.of(tau1, alpha1, beta1)) {
            long[][] combined = neighbours(curve.g1(), list, random, workers);
            must(transcript.same(combined[1], one2, combined[0], tauTwo), "are no powers of one tau");
        }
        long[][] combined = neighbours(curve.g2(), tau2, random, workers);
        must(transcript.same(one1, combined[1], tauOne, combined[0]), "are no powers of one tau in G2");
    }

    private static void inGroup(int bad) {
        must(bad < 0, "have a point, the " + (bad + 1) + "-th of a list, that is zero or not in its group");
    }

    private static void must(boolean holds, String wrong) {
        if (!holds) {
            throw CeremonyTranscript.bad("the powers " + wrong);
        }
    }

    /// One random combination of all points but the last, and the same of all but the first.
    private long[][] neighbours(Group group, long[] list, RandomSource random, Workers workers) {
        int count = list.length / group.affineLongs() - 1;
        PrimeField f = curve.scalars();
        long[] factors = challenges(f, count, random);
        return new long[][] {
            group.toAffine(MultiScalar.sum(group, f, list, 0, factors, 0, count, workers)),
            group.toAffine(MultiScalar.sum(group, f, list, 1, factors, 0, count, workers))
        };
    }

    /// Plain scalars of 128 random bits.
    static long[] challenges(PrimeField f, int count, RandomSource random) {
        long[] all = new long[count * f.longs()];
        for (int i = 0; i < count; i++) {
            long[] limbs = f.limbs(new java.math.BigInteger(1, random.bytes(CHALLENGE_BYTES)));
            System.arraycopy(limbs, 0, all, i * f.longs(), f.longs());
        }
        return all;
    }

    /// A hash of all points, for what is made from them.
    byte[] hash() {
        byte[] hash = start(curve, power);
        for (long[] list : List.of(tau1, tau2, alpha1, beta1, beta2)) {
            hash = Sm3.digest(hash, SectionWriter.limbBytes(list));
        }
        return hash;
    }

    /// Reads a `.ptau`, of snarkjs or of here; {@link #verify} tells what it is worth.
    ///
    /// @throws PoyangException `PROOF_FILE_UNREADABLE`
    public static PowersOfTau read(MemorySegment source) {
        Sections file = new Sections(source, "ptau", 1, "the powers");
        Sections.Section head = file.section(1);
        java.math.BigInteger base = head.modulus();
        Curve curve = List.of(Curve.BN254, Curve.BLS12_381).stream()
                .filter(known -> known.base().modulus().equals(base))
                .findFirst()
                .orElseThrow(() -> file.wrong("its curve is neither bn128 nor bls12381"));
        int power = head.count("powers", Math.min(POWER_MAX, curve.powerMax() - 2));
        head.whole(); // the power of the ceremony that these are a part of
        head.mustEnd();
        if (power < 1) {
            throw file.wrong("it has one power only");
        }
        int n = 1 << power;
        Group[] groups = {curve.g1(), curve.g2(), curve.g1(), curve.g1(), curve.g2()};
        int[] counts = {2 * n - 1, n, n, n, 1};
        long[][] points = new long[5][];
        for (int i = 0; i < points.length; i++) {
            Sections.Section section = file.section(2 + i);
            points[i] = section.points(curve, groups[i], counts[i]);
            section.mustEnd();
        }
        boolean foreign = !file.has(OWN_SECTION);
        byte[] start = start(curve, power);
        CeremonyTranscript transcript = foreign
                ? new CeremonyTranscript(curve, start, SECRETS, List.of())
                : CeremonyTranscript.read(file, OWN_SECTION, curve, start, SECRETS);
        return new PowersOfTau(curve, power, points, transcript, foreign);
    }

    /// Writes a `.ptau`.
    public void write(OutputStream out) throws IOException {
        SectionWriter writer = new SectionWriter(out, "ptau", 1, 8);
        writer.section(
                1,
                SectionWriter.joined(
                        SectionWriter.modulus(
                                curve.base().modulus(), curve.base().bytes()),
                        SectionWriter.wholes(power, power)));
        long[][] points = {tau1, tau2, alpha1, beta1, beta2};
        for (int i = 0; i < points.length; i++) {
            writer.section(2 + i, 8L * points[i].length);
            writer.limbs(points[i]);
        }
        writer.section(7, SectionWriter.wholes(0));
        writer.section(OWN_SECTION, transcript.encoded());
    }

    public Curve curve() {
        return curve;
    }

    /// Circuits up to 2^this rows can be set up.
    public int power() {
        return power;
    }

    /// Were they made by snarkjs, so that nothing is known here of who contributed?
    public boolean isForeign() {
        return foreign;
    }

    /// Who contributed, in order.
    public List<String> contributors() {
        return transcript.names();
    }

    /// A hash for each contribution, by which its contributor finds it again.
    public List<String> fingerprints() {
        return transcript.fingerprints();
    }
}
