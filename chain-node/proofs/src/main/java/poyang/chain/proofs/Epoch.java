package poyang.chain.proofs;

import java.util.List;
import java.util.Optional;
import poyang.crypto.CryptoSuite;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Who orders and attests, how fast, and how many of them make a proof: ⌊2n/3⌋+1 under `bft`, ⌊n/2⌋+1 under
/// `raft`, 1 under `single`. The latter two bear crash faults only: their validators must not lie.
///
/// @param number counts from 0, the genesis epoch
/// @param engine name of the consensus engine: {@link #BFT}, {@link #RAFT} or {@link #SINGLE}
/// @param quorum attestations that make a finality proof
/// @param blockTimeMillis the declared time from one block to the next under load: a transaction is
///     confirmed within two of them
/// @param validators in ascending order of id, without repetition
public record Epoch(long number, String engine, int quorum, long blockTimeMillis, List<Validator> validators) {
    public static final String BFT = "bft";
    public static final String RAFT = "raft";
    public static final String SINGLE = "single";
    public static final long DEFAULT_BLOCK_TIME_MILLIS = 500;
    private static final long BLOCK_TIME_LEAST = 20;
    private static final long BLOCK_TIME_MOST = 60_000;
    private static final String DOMAIN = "poyang.epoch.v1";

    public Epoch {
        validators = List.copyOf(validators);
        for (int i = 1; i < validators.size(); i++) {
            Bug.unless(
                    validators.get(i - 1).id().compareTo(validators.get(i).id()) < 0,
                    "validators must ascend without repetition");
        }
        Bug.unless(quorum > 0 && quorum <= validators.size(), "quorum out of range");
        Bug.unless(ofOneSuite(validators), "validators' keys are of one suite");
        Bug.unless(sensible(blockTimeMillis), "block time out of range");
    }

    /// With the default block time.
    public static Epoch bft(long number, List<Validator> validators) {
        return bft(number, DEFAULT_BLOCK_TIME_MILLIS, validators);
    }

    public static Epoch bft(long number, long blockTimeMillis, List<Validator> validators) {
        return of(number, BFT, blockTimeMillis, validators);
    }

    /// The epoch of an engine with the quorum that the engine calls for.
    ///
    /// @param engine one that {@link #engineFor} says yes to
    public static Epoch of(long number, String engine, long blockTimeMillis, List<Validator> validators) {
        Bug.unless(engineFor(engine, validators.size()), "engine " + engine + " of " + validators.size());
        List<Validator> sorted =
                validators.stream().sorted((a, b) -> a.id().compareTo(b.id())).toList();
        int quorum = switch (engine) {
            case BFT -> 2 * sorted.size() / 3 + 1;
            case RAFT -> sorted.size() / 2 + 1;
            default -> 1;
        };
        return new Epoch(number, engine, quorum, blockTimeMillis, sorted);
    }

    /// Is there such an engine, and can it run with so many validators? `single` is for one.
    public static boolean engineFor(String engine, int validators) {
        return switch (engine) {
            case BFT, RAFT -> validators > 0;
            case SINGLE -> validators == 1;
            default -> false;
        };
    }

    /// Whether a block time is one that a genesis may declare: 20 ms to a minute.
    public static boolean sensible(long blockTimeMillis) {
        return blockTimeMillis >= BLOCK_TIME_LEAST && blockTimeMillis <= BLOCK_TIME_MOST;
    }

    /// A majority attests: nobody of them lies, fewer than half may be gone. With the default block time.
    public static Epoch raft(long number, List<Validator> validators) {
        return of(number, RAFT, DEFAULT_BLOCK_TIME_MILLIS, validators);
    }

    /// Is there such an engine for so many validators, and is the quorum the one that it calls for?
    public boolean hasItsQuorum() {
        return engineFor(engine, validators.size()) && equals(of(number, engine, blockTimeMillis, validators));
    }

    /// Does it hold only as long as no validator lies?
    public boolean crashFaultsOnly() {
        return !engine.equals(BFT);
    }

    /// What follows when this epoch's engine decides nothing any more, agreed by everybody beforehand: the same
    /// validators under `bft`, after `bft` itself with twice the block time. Empty for one validator alone.
    public Optional<Epoch> fallback() {
        if (validators.size() == 1) {
            return Optional.empty();
        }
        long millis = engine.equals(BFT) ? Math.min(2 * blockTimeMillis, BLOCK_TIME_MOST) : blockTimeMillis;
        return Optional.of(of(number + 1, BFT, millis, validators));
    }

    /// In words, without a full stop: what the engine bears, and how many validators would have to sign twice
    /// for two contradicting blocks of one height to have a proof each (2q − n).
    public String strength() {
        int twice = Math.max(1, 2 * quorum - validators.size());
        String bears = switch (engine) {
            case BFT -> "which bears crashes and lies";
            case RAFT -> "for crash faults only, no lie";
            default -> "one validator alone, for crash faults only, no lie";
        };
        return "the engine is " + engine + ", " + bears + ": " + quorum + (quorum == 1 ? " is" : " are")
                + " needed, and another block of this height would take " + twice
                + (twice == 1 ? " that signs both" : " that sign both");
    }

    private static boolean ofOneSuite(List<Validator> validators) {
        return validators.stream().map(v -> v.publicKey().suite()).distinct().count() == 1;
    }

    /// The suite of the validators' keys, and so of everything they attest.
    public CryptoSuite suite() {
        return validators.getFirst().publicKey().suite();
    }

    public Optional<Validator> find(PartyId id) {
        return validators.stream().filter(v -> v.id().equals(id)).findFirst();
    }

    public int indexOf(PartyId id) {
        for (int i = 0; i < validators.size(); i++) {
            if (validators.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    /// The canonical form that block headers and genesis commit to.
    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .u64(number)
                .text(engine)
                .u32(quorum)
                .u64(blockTimeMillis)
                .list(
                        validators,
                        (w, v) -> w.text(v.id().name()).bytes(v.publicKey().encoded()))
                .toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` for bytes that are no epoch
    public static Epoch decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        long number = in.u64();
        String engine = in.text(32);
        int quorum = Names.count(in);
        long blockTimeMillis = in.u64();
        List<Validator> validators = in.list(1024, Epoch::validator);
        in.end();
        for (int i = 1; i < validators.size(); i++) {
            if (validators.get(i - 1).id().compareTo(validators.get(i).id()) >= 0) {
                throw Names.bad("the validators do not ascend", null);
            }
        }
        if (!ofOneSuite(validators)) {
            throw Names.bad("the validators' keys are not of one suite", null);
        }
        if (quorum < 1 || quorum > validators.size()) {
            throw Names.bad("the quorum is " + quorum + " of " + validators.size(), null);
        }
        if (!sensible(blockTimeMillis)) {
            throw Names.bad("the block time is " + blockTimeMillis + " ms", null);
        }
        return new Epoch(number, engine, quorum, blockTimeMillis, validators);
    }

    private static Validator validator(CanonicalReader in) {
        PartyId id = Names.party(in);
        byte[] key = in.array(65);
        try {
            return new Validator(id, VerificationKey.decode(key));
        } catch (PoyangException e) {
            throw Names.bad("a validator's key is none", e);
        }
    }
}
