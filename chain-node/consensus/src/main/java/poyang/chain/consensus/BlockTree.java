package poyang.chain.consensus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import poyang.chain.proofs.Epoch;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// The blocks that a replica knows, above and shortly below the last committed one.
final class BlockTree {
    /// How far below the last committed round blocks are kept, to serve replicas that lag a little.
    static final long KEPT_ROUNDS = 256;

    private static final int LOOK_BACK = 64;

    private final Map<Bytes, OrderedBlock> blocks = new LinkedHashMap<>();
    private final Epoch epoch;
    private Bytes committed;
    private long committedRound;

    BlockTree(Epoch epoch, Bytes committed, long committedRound) {
        this.epoch = epoch;
        this.committed = committed;
        this.committedRound = committedRound;
    }

    long committedRound() {
        return committedRound;
    }

    void put(Bytes id, OrderedBlock block) {
        if (block.round() > committedRound - KEPT_ROUNDS) {
            blocks.putIfAbsent(id, block);
        }
    }

    Optional<OrderedBlock> find(Bytes id) {
        return Optional.ofNullable(blocks.get(id));
    }

    /// The block and those below it, as many as fit into one answer.
    List<OrderedBlock> downFrom(Bytes id) {
        List<OrderedBlock> found = new ArrayList<>();
        long bytes = 0;
        OrderedBlock block = blocks.get(id);
        while (block != null && found.size() < BftMessage.Fetched.MOST_BLOCKS && bytes < OrderedBlock.MOST_BYTES) {
            found.add(block);
            bytes += block.payload().stream().mapToLong(Bytes::length).sum();
            block = blocks.get(block.parent());
        }
        return found;
    }

    /// Whether a block with this id may be built upon: it is known, or the last committed one.
    boolean holds(Bytes id) {
        return id.equals(committed) || blocks.containsKey(id);
    }

    /// The first ancestor of `id` (or itself) that is missing before the last committed block is met.
    Optional<Bytes> missing(Bytes id) {
        Bytes at = id;
        while (!at.equals(committed)) {
            OrderedBlock block = blocks.get(at);
            if (block == null) {
                return Optional.of(at);
            }
            if (block.round() <= committedRound) {
                return Optional.empty();
            }
            at = block.parent();
        }
        return Optional.empty();
    }

    /// Commits `id` and its ancestors; gives what is newly committed, oldest first. All of it is known, and may
    /// reach further down than what is kept from now on.
    List<BftEffect.Ordered> commit(Bytes id, long round) {
        if (round <= committedRound) {
            return List.of();
        }
        Deque<BftEffect.Ordered> path = new ArrayDeque<>();
        Bytes at = id;
        while (!at.equals(committed)) {
            OrderedBlock block = blocks.get(at);
            Bug.unless(block != null && block.round() > committedRound, "a fork below the last committed block");
            path.addFirst(new BftEffect.Ordered(at, Objects.requireNonNull(block)));
            at = block.parent();
        }
        committed = id;
        committedRound = round;
        blocks.values().removeIf(b -> b.round() <= round - KEPT_ROUNDS);
        return List.copyOf(path);
    }

    /// Goes on from a block that was committed by others; what lies long below it is forgotten.
    void resume(Bytes id, long round) {
        committed = id;
        committedRound = round;
        blocks.values().removeIf(b -> b.round() <= round - KEPT_ROUNDS);
    }

    /// Whether the block or one of its two nearest ancestors holds something that is not committed
    /// everywhere yet: then the next proposal must not wait.
    boolean urgent(Bytes id) {
        Bytes at = id;
        for (int i = 0; i < 3; i++) {
            OrderedBlock block = blocks.get(at);
            if (block == null) {
                return false;
            }
            if (!block.isEmpty()) {
                return true;
            }
            at = block.parent();
        }
        return false;
    }

    /// Whether the block, all of whose ancestors are known, or one of these holds something that is not committed
    /// here yet.
    boolean pending(Bytes id) {
        Bytes at = id;
        while (!at.equals(committed)) {
            OrderedBlock block = blocks.get(at);
            if (block == null || block.round() <= committedRound) {
                return false;
            }
            if (!block.isEmpty()) {
                return true;
            }
            at = block.parent();
        }
        return false;
    }

    /// The items of `payload` that neither `id` nor its ancestors hold (those below the last
    /// committed one for some way), within the bounds of a block.
    List<Bytes> fresh(List<Bytes> payload, Bytes id) {
        Set<Bytes> taken = new LinkedHashSet<>();
        Bytes at = id;
        int below = 0;
        for (OrderedBlock block = blocks.get(at); block != null && below < LOOK_BACK; block = blocks.get(at)) {
            taken.addAll(block.payload());
            below += block.round() <= committedRound ? 1 : 0;
            at = block.parent();
        }
        long[] room = {OrderedBlock.MOST_BYTES};
        return payload.stream()
                .filter(taken::add)
                .takeWhile(t -> (room[0] -= t.length()) >= 0)
                .limit(OrderedBlock.MOST_ITEMS)
                .toList();
    }

    /// Who leads `round` on top of the block `id`; empty when that block was never seen here.
    Optional<PartyId> leader(Bytes id, long round) {
        return standing(id).map(standing -> standing.leader(epoch, round));
    }

    /// How validators stand on top of the block `id`; empty when that block was never seen here.
    Optional<Standing> standing(Bytes id) {
        OrderedBlock block = blocks.get(id);
        if (block == null) {
            return committedRound == 0 && id.equals(committed) ? Optional.of(Standing.CLEAN) : Optional.empty();
        }
        return Optional.of(block.standing().after(epoch, block.certificate().round(), block));
    }

    long timestampMillis(Bytes id) {
        OrderedBlock block = blocks.get(id);
        return block == null ? 0 : block.timestampMillis();
    }
}
