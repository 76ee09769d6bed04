package poyang.simulation;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import poyang.kernel.PartyId;

/// Carries messages with delay, loss, repetition, reordering and partitions, as the seed decides.
///
/// @param <M> the messages
public final class SimulatedNetwork<M> {
    private final Simulation simulation;
    private Faults faults;
    private final Set<Link> cut = new LinkedHashSet<>();

    /// What may go wrong.
    ///
    /// @param loss share of messages lost
    /// @param repetition share of messages delivered twice
    /// @param slowestMillis longest delay; delays are uniform, so messages overtake each other
    public record Faults(double loss, double repetition, long slowestMillis) {
        public static Faults none() {
            return new Faults(0, 0, 20);
        }
    }

    private record Link(PartyId from, PartyId to) {}

    public SimulatedNetwork(Simulation simulation, Faults faults) {
        this.simulation = simulation;
        this.faults = faults;
    }

    /// From now on these go wrong.
    public void faults(Faults now) {
        faults = now;
    }

    /// Sends `message`; `deliver` hears sender and message when it arrives.
    public void send(PartyId from, PartyId to, M message, BiConsumer<PartyId, M> deliver) {
        int copies = simulation.random().nextDouble() < faults.repetition() ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            boolean lost = simulation.random().nextDouble() < faults.loss();
            long delay = 1 + simulation.random().nextLong(faults.slowestMillis());
            if (!lost) {
                simulation.after(delay, () -> {
                    if (!cut.contains(new Link(from, to))) {
                        deliver.accept(from, message);
                    }
                });
            }
        }
    }

    /// Cuts both directions between two parties, or mends them.
    public void cut(PartyId a, PartyId b, boolean severed) {
        for (Link link : new Link[] {new Link(a, b), new Link(b, a)}) {
            if (severed) {
                cut.add(link);
            } else {
                cut.remove(link);
            }
        }
    }
}
