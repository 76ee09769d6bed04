package poyang.zkp.systems;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import poyang.zkp.curves.Curve;

/// What one contributor to a set-up says for all to check. For each secret x that was multiplied in: the
/// first point of G1 after it, x·G₂, and a proof that x was known.
final class Contribution {
    static final int NAME_MAX = 200;
    static final int BEACON_BYTES_MAX = 256;

    /// One secret's points.
    static final class Step {
        final long[] after1;
        final long[] key2;
        final long[] proof1;

        Step(long[] after1, long[] key2, long[] proof1) {
            this.after1 = after1;
            this.key2 = key2;
            this.proof1 = proof1;
        }

        private byte[] encoded() {
            return SectionWriter.joined(
                    SectionWriter.limbBytes(after1), SectionWriter.limbBytes(key2), SectionWriter.limbBytes(proof1));
        }
    }

    final String name;
    /// Empty unless the secrets came from a public beacon.
    final byte[] beacon;
    /// The beacon was hashed 2^this times.
    final int beaconPower;
    final List<Step> steps;

    Contribution(String name, byte[] beacon, int beaconPower, List<Step> steps) {
        this.name = name;
        this.beacon = beacon;
        this.beaconPower = beaconPower;
        this.steps = List.copyOf(steps);
    }

    boolean isBeacon() {
        return beacon.length > 0;
    }

    byte[] head() {
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        return SectionWriter.joined(
                SectionWriter.wholes(octets.length),
                octets,
                SectionWriter.wholes(beacon.length),
                beacon,
                SectionWriter.wholes(beaconPower));
    }

    byte[] encoded() {
        byte[] all = head();
        for (Step step : steps) {
            all = SectionWriter.joined(all, step.encoded());
        }
        return all;
    }

    static Contribution read(Sections file, Sections.Section section, Curve curve, int secrets) {
        byte[] octets = section.bytes("bytes of a name", NAME_MAX);
        String name = new String(octets, StandardCharsets.UTF_8);
        if (!ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)).equals(ByteBuffer.wrap(octets))) {
            throw file.wrong("a contributor's name is no text");
        }
        byte[] beacon = section.bytes("bytes of a beacon", BEACON_BYTES_MAX);
        int power = section.count("hashes of a beacon, as a power of two,", CeremonyTranscript.BEACON_POWER_MAX);
        Step[] steps = new Step[secrets];
        for (int i = 0; i < secrets; i++) {
            steps[i] = new Step(
                    section.points(curve, curve.g1(), 1),
                    section.points(curve, curve.g2(), 1),
                    section.points(curve, curve.g1(), 1));
        }
        return new Contribution(name, beacon, power, List.of(steps));
    }
}
