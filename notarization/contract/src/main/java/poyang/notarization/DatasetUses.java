package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractState;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Job;
import poyang.wire.schema.Use;
import poyang.wire.schema.UseLedger;
import poyang.wire.schema.UsePolicy;

/// How often, and with how many different inputs, one department used another's data set of late.
///
/// Two intersections with inputs that differ in one row tell whether that row is on the other side, whatever
/// the protocol; so do two sizes. No protocol prevents it, so the owner bounds it: runs in a period, and
/// different contents in a period. Both count per other *department*, over all of its data sets, for whoever
/// may not vary one data set would register another.
///
/// State of `poyang.v1.Jobs`: `use/DATASET|DEPARTMENT` → UseLedger, kept from the block on in which the data
/// set's policy first names a period; at most a year, and the latest {@link #KEPT} uses.
final class DatasetUses {
    static final int KEPT = 1000;
    static final int HOURS_MAX = 8784;
    private static final long HOUR_MILLIS = 3_600_000;

    private final ContractState jobs;
    private final long now;

    DatasetUses(CallContext context, ContractState anyState) {
        jobs = anyState.writable(JobBook.JOBS);
        now = context.timestampMillis();
    }

    /// Runs by `department` in the policy's period so far; 0 where the policy names none.
    int runs(Dataset dataset, String department) {
        UsePolicy policy = dataset.getPolicy();
        return (int) ledger(dataset, department).getUsesList().stream()
                .filter(use -> within(use, policy.getPeriodHours()))
                .count();
    }

    /// What forbids a further run.
    Optional<String> breach(Dataset dataset, String department) {
        UsePolicy policy = dataset.getPolicy();
        int most = policy.getMaximumRunsPerPeriod();
        if (policy.getPeriodHours() == 0 || most == 0 || runs(dataset, department) < most) {
            return Optional.empty();
        }
        return Optional.of("the policy of " + dataset.getId() + " allows " + department + " " + most + " runs in "
                + policy.getPeriodHours() + " hours");
    }

    /// An attempt of a job has become READY.
    void count(Job.Builder job, Dataset dataset, String department) {
        if (dataset.getPolicy().getPeriodHours() > 0) {
            keep(dataset, department, entry(job, ByteString.EMPTY));
        }
    }

    /// `department` has committed to an input; what forbids to go on with it.
    ///
    /// @param mark of the input, or empty
    Optional<String> committed(Job.Builder job, Dataset dataset, String department, ByteString mark) {
        UsePolicy policy = dataset.getPolicy();
        if (policy.getPeriodHours() == 0) {
            return Optional.empty();
        }
        int most = policy.getMaximumVersionsPerPeriod();
        if (most > 0 && mark.isEmpty()) {
            return Optional.of("the policy of " + dataset.getId() + " bounds the different contents of " + department
                    + ", whose input came without a version mark");
        }
        UseLedger ledger = keep(dataset, department, entry(job, mark));
        Set<String> versions = new TreeSet<>();
        for (Use use : ledger.getUsesList()) {
            if (within(use, policy.getPeriodHours()) && !use.getVersionMark().isEmpty()) {
                versions.add(ChainBytes.hex(use.getVersionMark()));
            }
        }
        if (most == 0 || versions.size() <= most) {
            return Optional.empty();
        }
        return Optional.of("the policy of " + dataset.getId() + " allows " + department + " " + most
                + " different contents in " + policy.getPeriodHours() + " hours");
    }

    private Use entry(Job.Builder job, ByteString mark) {
        return Use.newBuilder()
                .setMillis(now)
                .setJob(job.getId())
                .setAttempt(job.getAttempt())
                .setVersionMark(mark)
                .build();
    }

    private boolean within(Use use, int hours) {
        return now - use.getMillis() < hours * HOUR_MILLIS;
    }

    /// Puts `added` in place of the entry of the same attempt, or behind all; drops what is too old or too much.
    private UseLedger keep(Dataset dataset, String department, Use added) {
        List<Use> uses = new ArrayList<>();
        boolean replaced = false;
        for (Use use : ledger(dataset, department).getUsesList()) {
            if (use.getJob().equals(added.getJob()) && use.getAttempt() == added.getAttempt()) {
                uses.add(added.toBuilder().setMillis(use.getMillis()).build());
                replaced = true;
            } else if (within(use, HOURS_MAX)) {
                uses.add(use);
            }
        }
        if (!replaced) {
            uses.add(added);
        }
        UseLedger after = UseLedger.newBuilder()
                .addAllUses(uses.subList(Math.max(0, uses.size() - KEPT), uses.size()))
                .build();
        jobs.put(key(dataset, department), after.toByteArray());
        return after;
    }

    private UseLedger ledger(Dataset dataset, String department) {
        return jobs.get(key(dataset, department))
                .map(value -> ServiceContract.stored(UseLedger.parser(), value))
                .orElse(UseLedger.getDefaultInstance());
    }

    private static String key(Dataset dataset, String department) {
        return "use/" + dataset.getId() + "|" + department;
    }
}
