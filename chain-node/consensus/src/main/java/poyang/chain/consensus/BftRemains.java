package poyang.chain.consensus;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.fallback.Claim;
import poyang.chain.consensus.fallback.Remains;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What a {@link BftReplica} left: the blocks that it voted for or fetched, and its highest certificate.
public final class BftRemains implements Remains {
    private final BftConfig config;
    private final Signatures signatures;
    private final Supplier<Map<String, Bytes>> kept;
    private @Nullable Map<Bytes, Item> items;

    /// @param kept {@link BftEntry}s by key, as they are then
    public BftRemains(BftConfig config, Signatures signatures, Supplier<Map<String, Bytes>> kept) {
        this.config = config;
        this.signatures = signatures;
        this.kept = kept;
    }

    @Override
    public Claim highest() {
        QuorumCertificate highest = QuorumCertificate.genesis(config.start());
        for (Map.Entry<String, Bytes> each : kept.get().entrySet()) {
            if (BftEntry.decode(each.getKey(), each.getValue()) instanceof BftEntry.Safety safety) {
                highest = safety.highest();
            }
        }
        return new Claim(highest.round(), highest.blockId(), Bytes.wrap(highest.encoded()));
    }

    @Override
    public boolean holds(Claim claim) {
        try {
            QuorumCertificate certificate =
                    QuorumCertificate.decode(claim.certificate().toArray());
            return certificate.round() == claim.round()
                    && certificate.blockId().equals(claim.id())
                    && certificate.verify(config, signatures);
        } catch (PoyangException e) {
            return false;
        }
    }

    @Override
    public Optional<Item> find(Bytes id) {
        Map<Bytes, Item> known = items;
        if (known == null) {
            known = new LinkedHashMap<>();
            for (Map.Entry<String, Bytes> each : kept.get().entrySet()) {
                if (BftEntry.decode(each.getKey(), each.getValue()) instanceof BftEntry.Kept(OrderedBlock block)) {
                    Item item = item(block);
                    known.put(item.id(), item);
                }
            }
            items = known;
        }
        return Optional.ofNullable(known.get(id));
    }

    @Override
    public Item decode(Bytes encoded) {
        return item(OrderedBlock.decode(encoded.toArray()));
    }

    private Item item(OrderedBlock block) {
        return new Item(
                block.id(config.suite()),
                block.parent(),
                block.round(),
                block.author(),
                block.timestampMillis(),
                block.payload(),
                Bytes.wrap(block.encoded()));
    }
}
