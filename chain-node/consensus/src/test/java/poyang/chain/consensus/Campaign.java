package poyang.chain.consensus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poyang.chain.consensus.swap.EpochsCampaign;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PartyId;
import poyang.simulation.SimulatedNetwork.Faults;

/// A chain under everything at once, as the seed decides: delay, loss, repetition, reordering, partitions,
/// crashes that lose or tear what was not synced, disks that fill up, clocks that are off, and, where liars are
/// asked for, as many of them as the protocol bears.
///
/// After all that the network calms down, and then every honest validator must have every transaction, with
/// proofs, soon.
final class Campaign {
    private static final Map<Integer, Epoch> EPOCHS = new LinkedHashMap<>();
    private static final int TRANSACTIONS = 10;
    private static final int MOST_IN_EPOCHS = 7;
    private static final long TROUBLE_MILLIS = 40_000;
    private static final long CALM_MILLIS = 400_000;

    private final SimulatedChain chain;
    private final int nodes;

    private Campaign(SimulatedChain chain, int nodes) {
        this.chain = chain;
        this.nodes = nodes;
    }

    static synchronized Epoch epoch(int nodes) {
        return EPOCHS.computeIfAbsent(nodes, count -> {
            SeededRandom random = new SeededRandom(new byte[32], "campaign");
            List<Validator> validators = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                validators.add(new Validator(
                        new PartyId("validator-" + i),
                        Sm2PrivateKey.generate(random).publicKey()));
            }
            return Epoch.bft(0, validators);
        });
    }

    static Campaign of(long seed, int nodes, boolean byzantine) {
        Epoch epoch = epoch(nodes);
        SimulatedChain chain = new SimulatedChain(seed, epoch, new Faults(0, 0, 1), QuickSignatures::new);
        Campaign campaign = new Campaign(chain, nodes);
        campaign.plan(byzantine);
        return campaign;
    }

    private PartyId any() {
        return chain.epoch()
                .validators()
                .get(chain.simulation.random().nextInt(nodes))
                .id();
    }

    private void plan(boolean byzantine) {
        var random = chain.simulation.random();
        Faults rough = new Faults(random.nextDouble(0.12), random.nextDouble(0.1), 5 + random.nextLong(250));
        chain.faults(rough);
        chain.tornWrites = true;
        chain.crashChance = random.nextDouble(0.02);
        chain.crashes = random.nextInt(3 * nodes);
        chain.nodes.values().forEach(node -> node.skewMillis = random.nextLong(1_800) - 900);
        int liars = byzantine ? nodes - chain.epoch().quorum() : 0;
        for (int i = 0; i < liars; i++) {
            PartyId liar = any();
            SimulatedChain.Node node = chain.node(liar);
            node.honest = false;
            node.behaviour = new Liar(chain, liar, random.nextInt(Liar.KINDS));
        }
        for (int i = 0; i < 3; i++) {
            long from = random.nextLong(TROUBLE_MILLIS / 2);
            long until = from + random.nextLong(TROUBLE_MILLIS / 2);
            PartyId lonely = any();
            chain.epoch().validators().stream()
                    .filter(v -> !v.id().equals(lonely) && random.nextInt(4) > 0)
                    .forEach(v -> {
                        chain.simulation.after(from, () -> chain.cut(lonely, v.id(), true));
                        chain.simulation.after(until, () -> chain.cut(lonely, v.id(), false));
                    });
            PartyId full = any();
            chain.simulation.after(
                    random.nextLong(TROUBLE_MILLIS), () -> chain.node(full).diskFull = chain.node(full).honest);
        }
        chain.simulation.after(TROUBLE_MILLIS, () -> {
            chain.crashes = 0;
            chain.faults(Faults.none());
        });
    }

    /// Throws when an invariant breaks, or when not all is final after the network has calmed down.
    void run() {
        chain.start();
        for (int i = 0; i < TRANSACTIONS; i++) {
            chain.simulation.after(chain.simulation.random().nextLong(TROUBLE_MILLIS), chain::submit);
        }
        boolean done = chain.runUntil(this::allFinal, TROUBLE_MILLIS + CALM_MILLIS);
        SimulatedChain.check(
                done,
                "not everything is final "
                        + CALM_MILLIS / 1_000 + " s after the network calmed down: "
                        + chain.nodes.values().stream()
                                .map(n -> n.id + (n.honest ? "" : " (liar)") + (n.up ? "" : " (down)") + " ledger "
                                        + n.ledger.size() + " proofs " + n.proofs.size())
                                .toList());
    }

    private boolean allFinal() {
        return chain.submitted() == TRANSACTIONS
                && chain.nodes.values().stream()
                        .filter(n -> n.honest)
                        .allMatch(n -> n.ledger.size() == TRANSACTIONS && n.proofs.size() == n.headers.size());
    }

    long trace() {
        return chain.simulation.trace();
    }

    long virtualMillis() {
        return chain.simulation.nowMillis();
    }

    /// `--seeds N --nodes K [--byzantine] [--from SEED]`: ends with 0 when nothing broke, with 1 and the first
    /// seed that did otherwise; the last line is one JSON object. One seed in fifty runs twice and must go the
    /// same way.
    public static void main(String[] arguments) {
        long seeds = number(arguments, "--seeds", 1_000);
        int nodes = (int) number(arguments, "--nodes", 4);
        long first = number(arguments, "--from", 1);
        boolean byzantine = List.of(arguments).contains("--byzantine");
        if (nodes < 4 || nodes > 100 || seeds < 1) {
            System.err.println("--nodes from 4 to 100 and --seeds from 1 on are needed");
            System.exit(2);
        }
        long from = System.nanoTime();
        long virtual = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                virtual += twice(seed, nodes, byzantine, seed % 50 == 0);
            } catch (RuntimeException | AssertionError e) {
                e.printStackTrace();
                System.out.println("{\"nodes\":" + nodes + ",\"byzantine\":" + byzantine + ",\"seeds\":"
                        + (seed - first + 1) + ",\"failingSeed\":" + seed + "}");
                System.exit(1);
            }
        }
        System.out.println("{\"nodes\":" + nodes + ",\"byzantine\":" + byzantine + ",\"seeds\":" + seeds
                + ",\"virtualHours\":" + virtual / 3_600_000 + ",\"seconds\":"
                + (System.nanoTime() - from) / 1_000_000_000 + "}");
    }

    /// One chain, and one whose epochs change and are given up; gives the virtual time that passed.
    private static long twice(long seed, int nodes, boolean byzantine, boolean again) {
        Campaign campaign = of(seed, nodes, byzantine);
        campaign.run();
        EpochsCampaign epochs = EpochsCampaign.of(seed, Math.min(nodes, MOST_IN_EPOCHS), byzantine);
        epochs.run();
        if (again) {
            Campaign same = of(seed, nodes, byzantine);
            same.run();
            EpochsCampaign sameEpochs = EpochsCampaign.of(seed, Math.min(nodes, MOST_IN_EPOCHS), byzantine);
            sameEpochs.run();
            SimulatedChain.check(
                    same.trace() == campaign.trace() && sameEpochs.trace() == epochs.trace(),
                    "one seed ran in two ways");
        }
        return campaign.virtualMillis() + epochs.virtualMillis();
    }

    private static long number(String[] arguments, String option, long otherwise) {
        for (int i = 0; i + 1 < arguments.length; i++) {
            if (arguments[i].equals(option)) {
                return Long.parseLong(arguments[i + 1]);
            }
        }
        return otherwise;
    }
}
