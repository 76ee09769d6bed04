package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.EpochChain;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.Genesis;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// The links between a ledger's epochs, as they lie on disk.
final class EpochBook {
    private static final Bytes LINKS = Bytes.utf8("epoch-link/");

    private final Store store;
    private final Genesis genesis;
    private volatile EpochChain chain;

    /// @throws PoyangException `LEDGER_FAILED` when what lies there leads nowhere
    EpochBook(Store store, Genesis genesis) {
        this.store = store;
        this.genesis = genesis;
        chain = EpochChain.of(genesis, links())
                .orElseThrow(() -> new PoyangException(
                        LedgerErrors.LEDGER_FAILED,
                        "the links between this ledger's epochs do not hold",
                        "move the folder and its key file away: this node fetches the chain anew from its peers"));
    }

    EpochChain chain() {
        return chain;
    }

    List<EpochLink> links() {
        List<EpochLink> links = new ArrayList<>();
        Optional<Bytes> stored = store.get(Store.Family.META, key(1));
        while (stored.isPresent()) {
            links.add(EpochLink.decode(stored.get().toArray()));
            stored = store.get(Store.Family.META, key(links.size() + 1));
        }
        return links;
    }

    /// Writes a batch into which the link was {@link #put}, and goes on by it.
    void write(Store.Batch batch, EpochLink link) {
        EpochChain longer = chain.and(link).orElseThrow(() -> new Bug("the state does not name epoch " + link.next()));
        batch.write();
        chain = longer;
    }

    /// Puts into the batch what leads further than this; {@link #reread} has it count.
    ///
    /// @return from what the order of the last one's epoch goes on; empty when none leads further
    Optional<Bytes> put(Store.Batch batch, List<EpochLink> all) {
        List<EpochLink> later = all.stream()
                .filter(link -> link.next().number() > chain.last().number())
                .toList();
        later.forEach(link -> batch.put(Store.Family.META, key(link.next().number()), link.encoded()));
        return later.isEmpty() ? Optional.empty() : Optional.of(start(later.getLast()));
    }

    /// From what the order goes on above a link: the chain's id, or the hash of the last block.
    private Bytes start(EpochLink link) {
        BlockHeader last = link.handOff().header();
        return last.height() == 0 ? genesis.chainId() : last.hash(genesis.suite());
    }

    /// From what the order of the present epoch goes on.
    Bytes start() {
        return store.get(Store.Family.META, key(chain.last().number()))
                .map(link -> start(EpochLink.decode(link.toArray())))
                .orElse(genesis.chainId());
    }

    void reread(EpochChain longer) {
        chain = longer;
    }

    private static Bytes key(long number) {
        return LINKS.concat(new RecordWriter().u64(number).toBytes());
    }
}
