package poyang.zkp.systems;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Group;

/// The contributions to a set-up, in order. Each multiplies secrets into what was there before.
///
/// - computes: for a secret x after P: P' = x·P, K = x·G₂, and π = x·Y with Y = H(transcript so far, K) in G1;
///   verified by e(P', G₂) = e(P, K) and e(π, G₂) = e(Y, K)
/// - rejects: as `BAD_CEREMONY`, which names the contribution: points outside of their groups or at infinity
///   (a secret that is zero), a wrong proof, a step that does not follow from the one before, a beacon
///   that gives other secrets, contributions after a beacon
/// - secrecy: secrets live in {@link Secrets} only, which overwrites them; time depends on them
/// - source: Bowe, Gabizon, Miers, ePrint 2017/1050; the proof is Π_dl of Kohlweiss, Maller, Siim, Volkhov,
///   ASIACRYPT 2021. One honest contributor among all is enough
final class CeremonyTranscript {
    static final int BEACON_POWER_MAX = 30;
    private static final int COUNT_MAX = 1 << 12;

    private final Curve curve;
    private final byte[] start;
    private final int secrets;
    final List<Contribution> all;

    /// @param start what the set-up is for; proofs hold for nothing else
    CeremonyTranscript(Curve curve, byte[] start, int secrets, List<Contribution> all) {
        this.curve = curve;
        this.start = start;
        this.secrets = secrets;
        this.all = List.copyOf(all);
    }

    int count() {
        return all.size();
    }

    List<String> names() {
        return all.stream().map(one -> one.name).toList();
    }

    /// The hash of the first `count` contributions, which later ones are bound to.
    private byte[] hash(int count) {
        byte[] hash = Sm3.digest(start);
        for (Contribution one : all.subList(0, count)) {
            hash = Sm3.digest(hash, one.encoded());
        }
        return hash;
    }

    byte[] hash() {
        return hash(all.size());
    }

    /// The hash after each contribution, in hexadecimal.
    List<String> fingerprints() {
        List<String> made = new ArrayList<>();
        for (int i = 1; i <= all.size(); i++) {
            made.add(HexFormat.of().formatHex(hash(i)));
        }
        return made;
    }

    /// The first point of G1 for a secret after all contributions.
    long[] last(int secret) {
        return all.isEmpty() ? curve.g1().generator() : all.getLast().steps.get(secret).after1;
    }

    static void checkName(String name) {
        if (name.isBlank()
                || name.getBytes(StandardCharsets.UTF_8).length > Contribution.NAME_MAX
                || name.chars().anyMatch(Character::isISOControl)) {
            throw bad("the contributor's name is empty, too long or no line of text");
        }
    }

    /// The transcript with one contribution more, of these secrets.
    CeremonyTranscript with(String name, Secrets own) {
        checkName(name);
        if (!all.isEmpty() && all.getLast().isBeacon()) {
            throw bad("the set-up is finished: its last contribution is a beacon");
        }
        Contribution head = new Contribution(name, own.beacon(), own.beaconPower(), List.of());
        List<Contribution.Step> steps = new ArrayList<>();
        Group g1 = curve.g1();
        Group g2 = curve.g2();
        for (int i = 0; i < secrets; i++) {
            BigInteger x = curve.scalars().value(own.element(i), 0);
            long[] key2 = g2.toAffine(g2.multiply(g2.generator(), 0, x));
            long[] after1 = g1.toAffine(g1.multiply(last(i), 0, x));
            long[] base = base(hash(), head, i, key2);
            steps.add(new Contribution.Step(after1, key2, g1.toAffine(g1.multiply(base, 0, x))));
        }
        List<Contribution> more = new ArrayList<>(all);
        more.add(new Contribution(name, own.beacon(), own.beaconPower(), steps));
        return new CeremonyTranscript(curve, start, secrets, more);
    }

    /// The point Y of a proof.
    private long[] base(byte[] before, Contribution head, int secret, long[] key2) {
        return HashToGroup.of(
                curve,
                SectionWriter.joined(before, head.head(), SectionWriter.wholes(secret), SectionWriter.limbBytes(key2)));
    }

    /// Checks all contributions.
    ///
    /// @throws PoyangException `BAD_CEREMONY`
    void verify() {
        for (int i = 0; i < all.size(); i++) {
            Contribution one = all.get(i);
            if (i > 0 && all.get(i - 1).isBeacon()) {
                throw wrong(i, "comes after the beacon that ends the set-up");
            }
            for (int s = 0; s < secrets; s++) {
                verify(i, one, s);
            }
            if (one.isBeacon()) {
                verifyBeacon(i, one);
            }
        }
    }

    private void verify(int index, Contribution one, int secret) {
        Contribution.Step step = one.steps.get(secret);
        Group g1 = curve.g1();
        Group g2 = curve.g2();
        for (long[] point : List.of(step.after1, step.proof1)) {
            if (g1.isInfinity(point, 0) || !g1.contains(point, 0)) {
                throw wrong(index, "has a point that is zero or not in G1");
            }
        }
        if (g2.isInfinity(step.key2, 0) || !g2.contains(step.key2, 0)) {
            throw wrong(index, "has a point that is zero or not in G2");
        }
        Contribution head = new Contribution(one.name, one.beacon, one.beaconPower, List.of());
        if (!same(step.proof1, g2.generator(), base(hash(index), head, secret, step.key2), step.key2)) {
            throw wrong(index, "does not prove that its secret was known");
        }
        long[] before = index == 0 ? g1.generator() : all.get(index - 1).steps.get(secret).after1;
        if (!same(step.after1, g2.generator(), before, step.key2)) {
            throw wrong(index, "does not follow from the one before it");
        }
    }

    private void verifyBeacon(int index, Contribution one) {
        try (Secrets own = Secrets.ofBeacon(curve.scalars(), secrets, hash(index), one.beacon, one.beaconPower)) {
            Group g2 = curve.g2();
            for (int s = 0; s < secrets; s++) {
                long[] key2 = g2.toAffine(
                        g2.multiply(g2.generator(), 0, curve.scalars().value(own.element(s), 0)));
                if (!Arrays.equals(key2, one.steps.get(s).key2)) {
                    throw wrong(index, "has other secrets than its beacon gives");
                }
            }
        }
    }

    /// Is e(a, b) = e(c, d)?
    boolean same(long[] a, long[] b, long[] c, long[] d) {
        long[] negated = new long[a.length];
        curve.g1().negate(negated, 0, a, 0);
        return curve.pairing().productIsOne(new long[][] {negated, c}, new long[][] {b, d});
    }

    private PoyangException wrong(int index, String what) {
        return bad("contribution " + (index + 1) + " (" + all.get(index).name + ") " + what);
    }

    static PoyangException bad(String what) {
        return new PoyangException(
                ZkpErrors.BAD_CEREMONY,
                what,
                "go on from the last file that verifies, and leave that contribution out");
    }

    byte[] encoded() {
        byte[] made = SectionWriter.wholes(all.size());
        for (Contribution one : all) {
            made = SectionWriter.joined(made, one.encoded());
        }
        return made;
    }

    /// The same beginning with other contributions.
    CeremonyTranscript of(List<Contribution> others) {
        return new CeremonyTranscript(curve, start, secrets, others);
    }

    /// What a file says of its contributions.
    static CeremonyTranscript read(Sections file, int kind, Curve curve, byte[] start, int secrets) {
        List<Contribution> all = new ArrayList<>();
        Sections.Section section = file.section(kind);
        int count = section.count("contributions", COUNT_MAX);
        for (int i = 0; i < count; i++) {
            all.add(Contribution.read(file, section, curve, secrets));
        }
        section.mustEnd();
        return new CeremonyTranscript(curve, start, secrets, all);
    }
}
