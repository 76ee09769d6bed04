package poyang.chain.consensus.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import poyang.chain.consensus.Signatures;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.crypto.Signature;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// What the contract of epochs makes of the transactions of one block after the other: a proposal,
/// taken back or not, who of its validators is ready, and which epochs are due.
final class Proposals {
    private static final String PROPOSE = "simulated.propose";
    private static final String WITHDRAW = "simulated.withdraw";
    private static final String READY = "simulated.ready";
    private static final int EPOCH_BYTES = 1 << 20;

    private final TreeMap<Long, Epoch> due = new TreeMap<>();
    private final TreeSet<PartyId> ready = new TreeSet<>();
    private Optional<Epoch> proposed = Optional.empty();
    private long height;

    /// What becomes of a transaction that says who is ready.
    record Counted(PartyId validator, Bytes transaction) {}

    /// A proposal; proposed again, it is another transaction.
    static Bytes propose(Epoch next, long number) {
        return new CanonicalWriter(PROPOSE).bytes(next.encoded()).u64(number).toBytes();
    }

    static Bytes withdraw(long epoch, long number) {
        return new CanonicalWriter(WITHDRAW).u64(epoch).u64(number).toBytes();
    }

    /// @param by the validator that it speaks of
    /// @param height of the block with the proposal
    /// @param signatures make the signature, with whatever key they have
    static Bytes ready(Epoch next, PartyId by, long height, Signatures signatures) {
        Bytes hash = Sm3.hash(next.encoded().toArray());
        Bytes message = EpochLink.readiness(SimulatedEpochs.CHAIN, hash, by.name(), height);
        return new CanonicalWriter(READY)
                .bytes(hash)
                .text(by.name())
                .u64(height)
                .bytes(signatures.sign(message.toArray()).encoded())
                .toBytes();
    }

    /// Executes a block's transactions; gives the words that counted.
    List<Counted> execute(BlockHeader header, List<Bytes> transactions) {
        List<Counted> counted = new ArrayList<>();
        for (Bytes each : transactions) {
            switch (kind(each)) {
                case PROPOSE -> {
                    CanonicalReader in = new CanonicalReader(PROPOSE, each.toArray());
                    Epoch next = Epoch.decode(in.bytes(EPOCH_BYTES).toArray());
                    if (next.number() == header.epoch() + 1 && !due.containsKey(next.number())) {
                        proposed = Optional.of(next);
                        height = header.height();
                        ready.clear();
                    }
                }
                case WITHDRAW -> {
                    long number = new CanonicalReader(WITHDRAW, each.toArray()).u64();
                    proposed = proposed.filter(next -> next.number() != number);
                }
                case READY -> attest(header, each).ifPresent(by -> counted.add(new Counted(by, each)));
                default -> {}
            }
        }
        return counted;
    }

    private static String kind(Bytes transaction) {
        for (String kind : List.of(PROPOSE, WITHDRAW, READY)) {
            if (transaction.startsWith(new CanonicalWriter(kind).toBytes())) {
                return kind;
            }
        }
        return "";
    }

    private Optional<PartyId> attest(BlockHeader header, Bytes word) {
        CanonicalReader in = new CanonicalReader(READY, word.toArray());
        Bytes hash = in.bytes(64);
        PartyId by = new PartyId(in.text(64));
        long has = in.u64();
        Signature signature = Signature.decode(in.bytes(128).toArray());
        if (proposed.isEmpty()) {
            return Optional.empty();
        }
        Epoch next = proposed.get();
        Bytes message = EpochLink.readiness(SimulatedEpochs.CHAIN, hash, by.name(), has);
        boolean holds = next.number() == header.epoch() + 1
                && hash.equals(Sm3.hash(next.encoded().toArray()))
                && has >= height
                && has < header.height()
                && new KeyedSignatures(next, by).verify(List.of(new Signatures.Signed(by, message, signature)))
                && ready.add(by);
        if (holds && 3 * ready.size() > 2 * next.validators().size()) {
            due.put(next.number(), next);
            proposed = Optional.empty();
        }
        return holds ? Optional.of(by) : Optional.empty();
    }

    /// The epoch with this number, once it is due.
    Optional<Epoch> due(long number) {
        return Optional.ofNullable(due.get(number));
    }

    /// What waits for its validators, where it may still begin.
    Optional<Epoch> open(long number) {
        return proposed.filter(next -> next.number() == number);
    }

    boolean isReady(PartyId validator) {
        return ready.contains(validator);
    }

    /// Of the block with the proposal.
    long height() {
        return height;
    }
}
