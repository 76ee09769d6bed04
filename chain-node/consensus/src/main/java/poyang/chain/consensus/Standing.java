package poyang.chain.consensus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.chain.proofs.Epoch;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Who may lead on top of a block: all validators in turn, but those whose rounds passed without a block.
///
/// It is a function of the block's chain alone, and each block carries that of its parent, so that everybody who
/// has the block names the same leader.
/// A leader that failed sits out 16 rounds, twice as many at each failure after its return, 256 at most; never
/// more than f sit out, those that failed last. A block of its own ends that, and after 512 rounds it is
/// forgotten.
///
/// Source: the idea of Cohen, Gelashvili, Kokoris-Kogias, Li, Malkhi, Sonnino, Spiegelman, "Be Aware of Your
/// Leaders", FC 2022; the rule is simpler, since it looks at rounds without a block only.
public final class Standing {
    /// Nobody has failed: that of the genesis.
    public static final Standing CLEAN = new Standing(Map.of());

    static final int MOST_BYTES = 1 << 14;
    private static final String DOMAIN = "poyang.standing.v1";
    private static final int MOST_FAILURES = 128;

    private static final long SITS_OUT = 16;
    private static final long SITS_OUT_MOST = 256;
    private static final long FORGOTTEN_AFTER = BlockTree.KEPT_ROUNDS;
    private static final long LOOKED_AT = 64;

    private final TreeMap<PartyId, Failure> failures;

    /// @param round of the last failure
    /// @param times in a row
    private record Failure(long round, long times) {
        boolean sitsOut(long at) {
            return at <= round + Math.min(SITS_OUT_MOST, SITS_OUT << Math.min(times - 1, 4));
        }
    }

    private Standing(Map<PartyId, Failure> failures) {
        this.failures = new TreeMap<>(failures);
    }

    /// Who leads `round` on top of the block that this belongs to.
    PartyId leader(Epoch epoch, long round) {
        List<PartyId> able = new ArrayList<>();
        List<PartyId> out = out(epoch, round);
        epoch.validators().stream().filter(v -> !out.contains(v.id())).forEach(v -> able.add(v.id()));
        return able.get((int) Math.floorMod(round, (long) able.size()));
    }

    private List<PartyId> out(Epoch epoch, long round) {
        return failures.entrySet().stream()
                .filter(e -> e.getValue().sitsOut(round) && epoch.indexOf(e.getKey()) >= 0)
                .sorted(Comparator.comparingLong(
                        (Map.Entry<PartyId, Failure> e) -> -e.getValue().round()))
                .limit(epoch.validators().size() - epoch.quorum())
                .map(Map.Entry::getKey)
                .toList();
    }

    byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .list(
                        List.copyOf(failures.entrySet()),
                        (writer, each) -> writer.text(each.getKey().name())
                                .u64(each.getValue().round())
                                .u64(each.getValue().times()))
                .toArray();
    }

    /// @throws PoyangException `BAD_ENCODING` for what {@link #encoded} did not make
    static Standing decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        TreeMap<PartyId, Failure> failures = new TreeMap<>();
        in.list(MOST_FAILURES, Standing::entry).forEach(each -> {
            boolean ascending = failures.isEmpty() || failures.lastKey().compareTo(each.getKey()) < 0;
            if (!ascending || each.getValue().times() < 1) {
                throw new PoyangException(
                        KernelErrors.BAD_ENCODING,
                        "a standing's failures are out of order",
                        "ascending names are needed");
            }
            failures.put(each.getKey(), each.getValue());
        });
        in.end();
        return new Standing(failures);
    }

    private static Map.Entry<PartyId, Failure> entry(CanonicalReader in) {
        PartyId validator = new PartyId(in.text(64));
        return Map.entry(validator, new Failure(in.u64(), in.u64()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Standing standing && standing.failures.equals(failures);
    }

    @Override
    public int hashCode() {
        return failures.hashCode();
    }

    /// Who failed, in which round last, and how many times in a row.
    @Override
    public String toString() {
        return failures.toString();
    }

    /// What is known after `block` on top of the block of `parentRound` that this belongs to.
    Standing after(Epoch epoch, long parentRound, OrderedBlock block) {
        TreeMap<PartyId, Failure> next = new TreeMap<>(failures);
        for (long round = Math.max(parentRound + 1, block.round() - LOOKED_AT); round < block.round(); round++) {
            PartyId silent = new Standing(next).leader(epoch, round);
            Failure before = next.get(silent);
            next.put(silent, new Failure(round, before == null ? 1 : before.times() + 1));
        }
        boolean _ = next.remove(block.author()) != null;
        next.values().removeIf(failure -> failure.round() + FORGOTTEN_AFTER < block.round());
        return new Standing(next);
    }
}
