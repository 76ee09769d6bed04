package poyang.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.kernel.PartyId;
import poyang.simulation.SimulatedNetwork.Faults;

final class SimulationTest {
    private static final PartyId A = new PartyId("a");
    private static final PartyId B = new PartyId("b");

    private static List<String> deliveries(long seed, Faults faults) {
        Simulation simulation = new Simulation(seed);
        SimulatedNetwork<Integer> network = new SimulatedNetwork<>(simulation, faults);
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            network.send(A, B, i, (from, n) -> heard.add(from + " " + n + " at " + simulation.nowMillis()));
        }
        while (simulation.step()) {
            simulation.observe(heard.isEmpty() ? "" : heard.getLast());
        }
        heard.add("trace " + simulation.trace());
        return heard;
    }

    @Test
    void oneSeedIsOneCourseOfEvents() {
        Faults faults = new Faults(0.2, 0.2, 50);
        assertEquals(deliveries(1, faults), deliveries(1, faults));
        assertNotEquals(deliveries(1, faults), deliveries(2, faults));
    }

    @Test
    void faultsHappenInTheirShares() {
        assertEquals(201, deliveries(1, Faults.none()).size());
        int lossy = deliveries(1, new Faults(0.5, 0, 50)).size();
        assertTrue(lossy > 60 && lossy < 140, "delivered " + lossy);
        int repeating = deliveries(1, new Faults(0, 0.5, 50)).size();
        assertTrue(repeating > 260 && repeating < 340, "delivered " + repeating);
    }

    @Test
    void aCutLinkCarriesNothingUntilItIsMended() {
        Simulation simulation = new Simulation(1);
        SimulatedNetwork<Integer> network = new SimulatedNetwork<>(simulation, Faults.none());
        List<Integer> heard = new ArrayList<>();
        network.cut(A, B, true);
        network.send(A, B, 1, (_, n) -> heard.add(n));
        simulation.after(100, () -> {
            network.cut(A, B, false);
            network.send(A, B, 2, (_, n) -> heard.add(n));
        });
        while (simulation.step()) {
            // until nothing is left
        }
        assertEquals(List.of(2), heard);
    }

    @Test
    void aDiskLosesWhatWasNotSynced() {
        SimulatedDisk<String> disk = new SimulatedDisk<>();
        disk.write(List.of("kept"));
        disk.sync();
        disk.write(List.of("lost"));
        disk.crash();
        assertEquals(List.of("kept"), disk.entries());
    }

    @Test
    void aFailingPropertyNamesItsSeed() {
        AssertionError failure = assertThrows(
                AssertionError.class, () -> Property.seeds(50).check(seed -> assertTrue(seed % 10 != 7, "seven")));
        assertTrue(String.valueOf(failure.getMessage()).contains("-Dpoyang.seed=20260007"));
    }
}
