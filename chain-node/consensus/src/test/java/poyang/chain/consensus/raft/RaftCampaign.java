package poyang.chain.consensus.raft;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PartyId;
import poyang.simulation.SimulatedNetwork.Faults;

/// A chain under Raft and everything at once, as the seed decides: delay, loss, repetition, reordering,
/// partitions, crashes that lose or tear what was not synced, disks that fill up, clocks that are off and run
/// at other rates. Partitions and full disks end after half a minute; then every validator must have every
/// transaction, with proofs, soon.
final class RaftCampaign {
    private static final TreeMap<Integer, Epoch> EPOCHS = new TreeMap<>();
    private static final int TRANSACTIONS = 20;
    private static final long MOST_MILLIS = 400_000;
    private static final String FAULTS = "delay, loss, repetition, reordering, partitions, crashes, torn writes,"
            + " full disks, clock skew, clock drift";

    private final SimulatedRaft chain;

    private RaftCampaign(SimulatedRaft chain) {
        this.chain = chain;
    }

    static synchronized Epoch epoch(int nodes) {
        return EPOCHS.computeIfAbsent(nodes, count -> {
            SeededRandom random = new SeededRandom(new byte[32], "raft validators");
            List<Validator> validators = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                validators.add(
                        new Validator(id(i), Sm2PrivateKey.generate(random).publicKey()));
            }
            return Epoch.raft(0, validators);
        });
    }

    static PartyId id(int number) {
        return new PartyId("validator-" + number);
    }

    static RaftCampaign of(long seed, int nodes) {
        SplittableRandom draw = new SplittableRandom(seed);
        Faults faults = new Faults(draw.nextDouble(0.15), draw.nextDouble(0.15), 1 + draw.nextInt(150));
        SimulatedRaft chain = new SimulatedRaft(seed, epoch(nodes), faults);
        chain.batchesComeLate = draw.nextBoolean();
        chain.crashChance = draw.nextDouble(0.03);
        chain.crashes = draw.nextInt(15);
        for (SimulatedRaft.Node node : chain.nodes.values()) {
            node.skewMillis = draw.nextLong(-60_000, 60_000);
            node.clockRate = draw.nextDouble(0.8, 1.25);
        }
        for (int i = 0; i < 4; i++) {
            Set<PartyId> some = new LinkedHashSet<>();
            chain.nodes.keySet().stream().filter(_ -> draw.nextBoolean()).forEach(some::add);
            SimulatedRaft.Node full = chain.node(id(1 + draw.nextInt(nodes)));
            long at = 1_000 + draw.nextLong(20_000);
            chain.simulation.after(at, () -> chain.cut(some, true));
            chain.simulation.after(at + draw.nextLong(6_000), () -> chain.cut(some, false));
            chain.simulation.after(at, () -> full.diskFull = true);
            chain.simulation.after(at + draw.nextLong(6_000), () -> full.diskFull = false);
        }
        return new RaftCampaign(chain);
    }

    /// Throws when an invariant breaks, or when not all is final in time.
    void run() {
        chain.start();
        for (int i = 0; i < TRANSACTIONS; i++) {
            chain.simulation.after(200 + 800L * i, chain::submit);
        }
        boolean done =
                chain.runUntil(() -> chain.submitted() == TRANSACTIONS && chain.allHave(TRANSACTIONS), MOST_MILLIS);
        if (!done) {
            throw new AssertionError("not everything is final after " + MOST_MILLIS / 1_000 + " s: " + chain.state());
        }
    }

    long trace() {
        return chain.simulation.trace();
    }

    /// `--seeds N --nodes K [--from SEED]`: ends with 0 when nothing broke, with 1 and the first seed that did
    /// otherwise; the last line is one JSON object. One seed in fifty runs twice and must go the same way.
    public static void main(String[] arguments) {
        long seeds = number(arguments, "--seeds", 1_000);
        int nodes = (int) number(arguments, "--nodes", 4);
        long first = number(arguments, "--from", 1);
        if (nodes < 3 || nodes > 100 || seeds < 1 || List.of(arguments).contains("--byzantine")) {
            System.err.println("--nodes from 3 to 100 and --seeds from 1 on are needed; Raft bears no liars, so"
                    + " --byzantine goes with --engine bft only");
            System.exit(2);
        }
        long from = System.nanoTime();
        long virtualMillis = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                RaftCampaign campaign = of(seed, nodes);
                campaign.run();
                virtualMillis += campaign.chain.simulation.nowMillis();
                if (seed % 50 == 0) {
                    RaftCampaign again = of(seed, nodes);
                    again.run();
                    if (again.trace() != campaign.trace()) {
                        throw new AssertionError("one seed ran in two ways");
                    }
                }
            } catch (RuntimeException | AssertionError e) {
                e.printStackTrace();
                System.out.println(json(nodes, seed - first + 1, ",\"failingSeed\":" + seed));
                System.exit(1);
            }
        }
        System.out.println(json(
                nodes,
                seeds,
                ",\"virtualHours\":" + virtualMillis / 3_600_000 + ",\"seconds\":"
                        + (System.nanoTime() - from) / 1_000_000_000));
    }

    private static String json(int nodes, long seeds, String rest) {
        return "{\"engine\":\"raft\",\"nodes\":" + nodes + ",\"seeds\":" + seeds + ",\"faults\":\"" + FAULTS + "\""
                + rest + "}";
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
