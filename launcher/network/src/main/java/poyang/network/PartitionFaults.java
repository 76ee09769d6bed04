package poyang.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import poyang.kernel.PoyangException;

/// What can happen to validators with networks and disks of their own.
final class PartitionFaults {
    /// So many blocks that were ordered before a cut may become final after it: their words were on their way.
    private static final int UNDER_WAY_BLOCKS = 5;
    /// The others must go on by so many blocks, and within this time.
    private static final int PROGRESS_BLOCKS = 3;
    private static final long PROGRESS_SECONDS = 60;
    /// How long after its disk is full a validator may go on, in the room that it took before.
    private static final long STOP_SECONDS = 60;

    /// So many there are.
    static final int COUNT = 3;

    private PartitionFaults() {}

    /// All of them.
    ///
    /// @param disks of the validators, by their numbers
    static List<Fault> all(Namespaces namespaces, List<SmallDisk> disks) {
        return List.of(new Alone(namespaces), new Halves(namespaces), new FullDisk(disks));
    }

    /// What this machine lacks for them, in one line; empty where they can be tried.
    static Optional<String> missing() {
        Optional<String> program = SystemCommand.missing("ip", "nsenter", "mount", "umount", "fallocate");
        if (program.isPresent()) {
            return program.map(name -> name + " is not installed (iproute2 and util-linux have what it takes)");
        }
        try {
            Path folder = Files.createTempDirectory("poyang-disk");
            try (RunMark mark = RunMark.open()) {
                Namespaces namespaces = Namespaces.make(mark, 1);
                namespaces.heal();
                List<String> entered =
                        new ArrayList<>(namespaces.places().getFirst().entrance());
                entered.add("true");
                SystemCommand.run(entered.toArray(String[]::new));
                SmallDisk _ = SmallDisk.mount(mark, 0, folder, 1 << 20);
            } finally {
                Files.delete(folder);
            }
            return Optional.empty();
        } catch (PoyangException e) {
            return Optional.of("network namespaces and mounts cannot be made here: " + e.wrong());
        } catch (IOException e) {
            return Optional.of("no folder can be made for a disk: " + e.getMessage());
        }
    }

    /// One is cut from the others, which go on. It makes nothing final by itself.
    private record Alone(Namespaces namespaces) implements Fault {
        @Override
        public String name() {
            return "ALONE";
        }

        @Override
        public void strike(Scene scene, int victim) throws InterruptedException {
            List<Integer> alone = List.of(victim);
            List<Integer> others = others(scene, alone);
            namespaces.cut(alone);
            long ofAlone = scene.heights().highest(alone);
            long ofOthers = scene.heights().highest(others);
            scene.last();
            boolean progress = scene.heights().reached(others, ofOthers + PROGRESS_BLOCKS, PROGRESS_SECONDS);
            long blocks = scene.heights().highest(alone) - ofAlone;
            namespaces.heal();
            if (!progress) {
                scene.broken().accept("without one validator the others made nothing final");
            }
            if (blocks > UNDER_WAY_BLOCKS) {
                scene.broken().accept("a validator that reached no other made " + blocks + " blocks final");
            }
        }
    }

    /// Half of them are cut from the other half: nothing becomes final on either side.
    private record Halves(Namespaces namespaces) implements Fault {
        @Override
        public String name() {
            return "HALVES";
        }

        @Override
        public void strike(Scene scene, int victim) throws InterruptedException {
            int count = scene.network().nodes().size();
            List<Integer> half = IntStream.range(0, count / 2)
                    .mapToObj(i -> (victim + i) % count)
                    .toList();
            List<Integer> all = IntStream.range(0, count).boxed().toList();
            namespaces.cut(half);
            long before = scene.heights().highest(all);
            scene.last();
            long blocks = scene.heights().highest(all) - before;
            namespaces.heal();
            if (blocks > UNDER_WAY_BLOCKS) {
                scene.broken().accept("two halves that did not reach each other made " + blocks + " blocks final");
            }
        }
    }

    /// Its disk is full: it must stop by itself, with its own words for that, rather than go on; and goes on from there
    /// once there is room again.
    private record FullDisk(List<SmallDisk> disks) implements Fault {
        private static final int HAD_TO_STOP = 3;

        @Override
        public String name() {
            return "DISK";
        }

        @Override
        public void strike(Scene scene, int victim) throws IOException {
            Child child = scene.network().validator(victim);
            SmallDisk disk = disks.get(victim);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(scene.seconds() + STOP_SECONDS);
            do {
                disk.fill();
            } while (!child.awaitExit(1) && System.nanoTime() < end);
            if (child.isAlive()) {
                scene.broken().accept(child.name() + " went on although its disk was full");
                child.kill();
            } else if (child.exitCode() != HAD_TO_STOP) {
                scene.broken().accept(child.name() + " ended with " + child.exitCode() + " when its disk was full");
            }
            disk.empty();
            scene.network().restart(victim);
        }
    }

    private static List<Integer> others(Fault.Scene scene, List<Integer> than) {
        return IntStream.range(0, scene.network().nodes().size())
                .boxed()
                .filter(number -> !than.contains(number))
                .toList();
    }
}
