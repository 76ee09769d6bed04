package poyang.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poyang.psi.CollisionProtocol;
import poyang.psi.IdentifierRule;

/// Runs the two party processes of one collision.
final class CollideRun {
    /// What to collide.
    ///
    /// @param leftKeys columns of the left file, in order
    /// @param rightKeys as many of the right file
    /// @param rules as many, how the values of each pair are brought to one form
    record Plan(
            Path left,
            List<String> leftKeys,
            Path right,
            List<String> rightKeys,
            List<IdentifierRule> rules,
            CollisionProtocol protocol,
            Listed listed,
            Path out,
            Disk disk,
            Sums sums) {
        Plan {
            leftKeys = List.copyOf(leftKeys);
            rightKeys = List.copyOf(rightKeys);
            rules = List.copyOf(rules);
        }
    }

    /// What is summed up over the matches.
    ///
    /// @param columns of the right file; none when nothing is
    /// @param least matches below which there are no sums
    record Sums(List<String> columns, long least) {
        static final Sums NONE = new Sums(List.of(), 0);

        Sums {
            columns = List.copyOf(columns);
        }
    }

    /// How a party keeps its set.
    ///
    /// @param work the folder for sets on disk; none for sets in memory
    /// @param memory megabytes of a party's heap
    /// @param threads of a party
    record Disk(@Nullable Path work, int memory, int threads) {
        /// In memory, room for a million rows.
        static final Disk NONE = new Disk(null, 1700, 1);

        private String of(String role) {
            return work == null ? "" : work.resolve(role).toAbsolutePath().toString();
        }
    }

    /// Which keys of the left file the result lists, all told from the same run.
    enum Listed {
        /// Those that the right file has too.
        INNER,
        /// All, each with whether the right file has it.
        LEFT,
        /// Those that the right file does not have.
        DIFFERENCE
    }

    /// What came of it.
    ///
    /// @param bytesExchanged protocol bytes in both directions
    /// @param seconds from start to end, process starts and file reading included
    record Outcome(
            long matches, long leftRows, long rightRows, double seconds, double protocolSeconds, long bytesExchanged) {}

    private final Plan plan;
    private final Consumer<String> progress;
    private final PartyProcesses.Parties parties;

    /// In two processes.
    CollideRun(Plan plan, Consumer<String> progress) {
        this(plan, progress, new PartyProcesses(CollideParty.class, plan.disk().memory())::run);
    }

    CollideRun(Plan plan, Consumer<String> progress, PartyProcesses.Parties parties) {
        this.plan = plan;
        this.progress = progress;
        this.parties = parties;
    }

    Outcome run() {
        PartyProcesses.Said said = parties.run(
                party("left", plan.left(), plan.leftKeys()), party("right", plan.right(), plan.rightKeys()), progress);
        if (plan.disk().work() != null && !plan.protocol().equals(CollisionProtocol.UNBALANCED)) {
            PartyProcesses.delete(Path.of(plan.disk().of("left")));
            PartyProcesses.delete(Path.of(plan.disk().of("right")));
        }
        return new Outcome(
                said.ofFirst("matches"),
                said.ofFirst("rows"),
                said.ofSecond("rows"),
                said.seconds(),
                said.ofFirst("protocolMillis") / 1e3,
                said.ofFirst("sent") + said.ofFirst("received"));
    }

    private PartyProcesses.Party party(String role, Path file, List<String> keys) {
        List<String> arguments = new ArrayList<>(List.of(
                plan.out().toAbsolutePath().toString(),
                plan.protocol().name(),
                plan.listed().name(),
                plan.disk().of(role),
                String.join(",", plan.sums().columns()),
                Long.toString(plan.sums().least()),
                Integer.toString(plan.disk().threads())));
        for (int i = 0; i < keys.size(); i++) {
            arguments.add(keys.get(i));
            arguments.add(plan.rules().get(i).name());
        }
        return new PartyProcesses.Party(role, file, arguments);
    }
}
