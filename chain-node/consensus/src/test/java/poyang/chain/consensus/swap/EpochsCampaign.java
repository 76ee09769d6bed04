package poyang.chain.consensus.swap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import poyang.chain.consensus.BftConfig;
import poyang.chain.consensus.BftRemains;
import poyang.chain.consensus.fallback.Claim;
import poyang.chain.consensus.fallback.FallbackMessage;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;
import poyang.simulation.SimulatedNetwork.Faults;

/// Swaps of engines, validators that join, leave and change their keys, proposals that are taken
/// back or replaced, and engines that fall silent so that their epoch is given up, as the seed
/// decides, amid loss, repetition, reordering, partitions and crashes, while somebody says in
/// others' names that they are ready, and with keys that were changed; with liars where they are
/// asked for, who then lie about the end of epochs, and all engines are `bft`.
///
/// After all that the network calms down, and then every honest node must have every transaction,
/// final, in the same last epoch, soon.
public final class EpochsCampaign {
    private static final int NEWCOMERS = 2;
    private static final int TRANSACTIONS = 8;
    private static final long TROUBLE_MILLIS = 60_000;
    private static final long CALM_MILLIS = 900_000;
    private static final Map<Integer, List<Validator>> PARTIES = new LinkedHashMap<>();
    private static final Map<Integer, List<Validator>> OTHER_KEYS = new LinkedHashMap<>();

    private final SimulatedEpochs chain;
    private final SplittableRandom random;
    private final List<Validator> parties;
    private final boolean byzantine;
    private final List<Validator> otherKeys;
    private int brought;
    private int proposals;
    private int keyChanges;

    private EpochsCampaign(SimulatedEpochs chain, List<Validator> parties, boolean byzantine) {
        this.chain = chain;
        this.parties = parties;
        otherKeys = parties(parties.size(), OTHER_KEYS, "epochs-campaign-next");
        this.byzantine = byzantine;
        random = chain.simulation.random();
    }

    private static synchronized List<Validator> parties(int count, Map<Integer, List<Validator>> made, String name) {
        return made.computeIfAbsent(count, _ -> {
            SeededRandom keys = new SeededRandom(new byte[32], name);
            List<Validator> all = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                all.add(new Validator(
                        new PartyId("validator-" + i),
                        Sm2PrivateKey.generate(keys).publicKey()));
            }
            return all;
        });
    }

    /// @param nodes validators of the first epoch, from 4 to 7
    public static EpochsCampaign of(long seed, int nodes, boolean byzantine) {
        List<Validator> parties = parties(nodes + NEWCOMERS, PARTIES, "epochs-campaign");
        Epoch first = Epoch.bft(0, parties.subList(0, nodes));
        SimulatedEpochs chain = new SimulatedEpochs(
                seed,
                first,
                parties.subList(nodes, nodes + NEWCOMERS).stream()
                        .map(Validator::id)
                        .toList());
        EpochsCampaign campaign = new EpochsCampaign(chain, parties, byzantine);
        campaign.plan();
        return campaign;
    }

    private PartyId any() {
        return parties.get(random.nextInt(parties.size())).id();
    }

    private void plan() {
        chain.network.faults(new Faults(random.nextDouble(0.1), random.nextDouble(0.1), 5 + random.nextLong(200)));
        chain.crashChance = random.nextDouble(0.02);
        chain.crashes = random.nextInt(2 * parties.size());
        if (byzantine) {
            // It is a validator of every epoch, or of none.
            EpochNode liar = chain.node(parties.getFirst().id());
            liar.honest = false;
            liar.behaviour = this::lie;
        }
        for (int i = 0; i < 2; i++) {
            PartyId lonely = any();
            PartyId other = any();
            long from = random.nextLong(TROUBLE_MILLIS / 2);
            chain.simulation.after(from, () -> chain.network.cut(lonely, other, true));
            chain.simulation.after(
                    from + random.nextLong(TROUBLE_MILLIS / 2), () -> chain.network.cut(lonely, other, false));
        }
        int changes = 2 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            chain.simulation.after(random.nextLong(TROUBLE_MILLIS), this::change);
        }
        for (int i = 0; i < TRANSACTIONS; i++) {
            chain.simulation.after(
                    random.nextLong(TROUBLE_MILLIS), () -> chain.submit(Bytes.utf8("transaction " + brought++)));
        }
        chain.simulation.after(TROUBLE_MILLIS, () -> {
            chain.crashes = 0;
            chain.network.faults(Faults.none());
            for (Validator one : parties) {
                parties.forEach(other -> chain.network.cut(one.id(), other.id(), false));
            }
        });
    }

    /// Another engine, one validator more or fewer, or with another key, a proposal that is taken
    /// back, or an engine that is not heard any more.
    private void change() {
        Epoch present = chain.last();
        List<Validator> members = new ArrayList<>(present.validators());
        String engine = present.engine();
        switch (random.nextInt(6)) {
            case 0 -> engine = engine.equals(Epoch.BFT) && !byzantine ? Epoch.RAFT : Epoch.BFT;
            case 1 ->
                parties.stream()
                        .filter(p -> present.indexOf(p.id()) < 0)
                        .findFirst()
                        .ifPresent(members::add);
            case 2 -> {
                if (members.size() > 4) {
                    members.remove(1 + random.nextInt(members.size() - 1));
                }
            }
            case 3 -> {
                int whose = random.nextInt(members.size());
                members.set(whose, withOtherKey(members.get(whose)));
                keyChanges++;
            }
            case 4 -> {
                chain.submit(Proposals.withdraw(present.number() + 1, proposals++));
                return;
            }
            default -> {
                chain.muted = present.number();
                return;
            }
        }
        long millis = present.blockTimeMillis() == 500 ? 400 : 500;
        Epoch next = Epoch.of(present.number() + 1, engine, millis, members);
        chain.submit(Proposals.propose(next, proposals++));
        chain.simulation.after(500 + random.nextLong(5_000), () -> forge(present, next));
    }

    private Validator withOtherKey(Validator one) {
        int index = parties.stream().map(Validator::id).toList().indexOf(one.id());
        return one.equals(parties.get(index)) ? otherKeys.get(index) : parties.get(index);
    }

    /// Says that each is ready who is to be a validator: with the key that it has now, and with
    /// another's.
    private void forge(Epoch present, Epoch next) {
        long height = chain.nodes.values().stream()
                .mapToLong(node -> node.proposals().height())
                .max()
                .orElseThrow();
        List<Validator> to = next.validators();
        for (int i = 0; i < to.size(); i++) {
            PartyId one = to.get(i).id();
            if (!present.find(one).equals(next.find(one))) {
                chain.submit(Proposals.ready(next, one, height, new KeyedSignatures(present, one)));
            }
            PartyId another = to.get((i + 1) % to.size()).id();
            chain.submit(Proposals.ready(next, one, height, new KeyedSignatures(next, another)));
        }
    }

    /// Hides what it knew, says that it never was, ends epochs elsewhere, or says nothing: to each as it likes.
    private Object lie(EpochNode liar, PartyId to, Object honest) {
        Epoch epoch = liar.epoch();
        return switch (honest) {
            case FallbackMessage.Closed closed
            when random.nextInt(3) > 0 -> {
                Claim nothing = new BftRemains(
                                BftConfig.of(SimulatedEpochs.CHAIN, epoch, liar.id, liar.start()),
                                liar.signatures(),
                                Map::of)
                        .highest();
                Claim said = random.nextBoolean()
                        ? nothing
                        : new Claim(
                                closed.claim().round() + 5,
                                Sm3.hash(new byte[] {1}),
                                closed.claim().certificate());
                byte[] message = new CanonicalWriter("poyang.epoch-closing.v1")
                        .bytes(SimulatedEpochs.CHAIN)
                        .u64(epoch.number())
                        .u64(said.round())
                        .bytes(said.id())
                        .toArray();
                yield new FallbackMessage.Closed(said, liar.signatures().sign(message));
            }
            case FallbackMessage.Over _
            when random.nextInt(3) > 0 -> {
                Bytes other = Sm3.hash(new byte[] {2});
                yield new FallbackMessage.Over(
                        other, liar.signatures().sign(EpochLink.end(SimulatedEpochs.CHAIN, epoch.number(), other)));
            }
            case FallbackMessage.Deciding _ when random.nextInt(4) == 0 -> new FallbackMessage.Stalled();
            default -> random.nextInt(10) == 0 ? new FallbackMessage.Stalled() : honest;
        };
    }

    /// Throws when an invariant breaks, or when not all is final after the network has calmed down.
    public void run() {
        chain.start();
        boolean done = chain.runUntil(this::settled, TROUBLE_MILLIS + CALM_MILLIS);
        SimulatedEpochs.check(
                done,
                "not everything is final " + CALM_MILLIS / 1_000 + " s after the network calmed down: "
                        + chain.nodes.values().stream()
                                .map(n -> n.id + (n.honest ? "" : " (liar)") + (n.up ? "" : " (down)") + " epoch "
                                        + n.epoch().number() + " " + n.epoch().engine() + " final " + n.finalHeight())
                                .toList());
    }

    private boolean settled() {
        return chain.simulation.nowMillis() > TROUBLE_MILLIS
                && brought == TRANSACTIONS
                && chain.nodes.values().stream()
                        .filter(n -> n.honest)
                        .allMatch(n -> n.up && n.allFinal() && n.epoch().equals(chain.last()) && holdsAll(n));
    }

    private boolean holdsAll(EpochNode node) {
        for (int i = 0; i < TRANSACTIONS; i++) {
            if (!node.holds(Bytes.utf8("transaction " + i))) {
                return false;
            }
        }
        return true;
    }

    /// How many epochs began after the first.
    long epochs() {
        return chain.last().number();
    }

    /// How many proposals gave a validator another key.
    int keyChanges() {
        return keyChanges;
    }

    /// How often a node left an epoch that was given up.
    int givenUp() {
        return chain.givenUp;
    }

    public long trace() {
        return chain.simulation.trace();
    }

    public long virtualMillis() {
        return chain.simulation.nowMillis();
    }
}
