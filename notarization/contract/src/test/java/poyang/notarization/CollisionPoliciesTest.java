package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.hash;
import static poyang.notarization.Collisions.job;
import static poyang.notarization.Collisions.plan;
import static poyang.notarization.Collisions.receipt;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.ErrorCode;
import poyang.simulation.Property;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobState;
import poyang.wire.schema.JoinResult;
import poyang.wire.schema.KeyColumns;
import poyang.wire.schema.Network;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.UsePolicy;

/// What a job may ask for under both owners' policies, and what is bounded over many jobs.
final class CollisionPoliciesTest {
    private static final long HOUR_MILLIS = 3_600_000;
    private static final List<Reveal> REVEALS = List.of(Reveal.MATCHING_ROWS, Reveal.SIZE_ONLY, Reveal.SIZE_AT_LEAST);

    private static void setPolicy(Chain chain, String party, UsePolicy policy) {
        SetPolicyRequest request = SetPolicyRequest.newBuilder()
                .setId(party + "/people")
                .addAllColumns(keyed(party, "people").getColumnsList())
                .setPolicy(policy)
                .build();
        var _ = chain.call(party + "/owner", "Datasets", "SetPolicy", request);
    }

    /// A data set with three columns that may be keys.
    private static Dataset keyed(String party, String name) {
        return Collisions.dataset(party).toBuilder()
                .setId(party + "/" + name)
                .addColumns(ColumnPolicy.newBuilder()
                        .setName("phone")
                        .setSensitivity(Sensitivity.PERSONAL)
                        .setCollisionKey(true)
                        .setIdentifierKind(IdentifierKind.PHONE))
                .addColumns(ColumnPolicy.newBuilder()
                        .setName("name")
                        .setSensitivity(Sensitivity.PERSONAL)
                        .setCollisionKey(true)
                        .setIdentifierKind(IdentifierKind.TEXT))
                .build();
    }

    private static String submit(Chain chain, CollisionPlan.Builder plan) {
        try {
            return JobKey.parseFrom(chain.call(
                            "a/analyst",
                            "Jobs",
                            "Submit",
                            Collisions.submit(plan).build()))
                    .getId();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(ErrorCode code, Runnable call) {
        ContractRejection thrown = assertThrows(ContractRejection.class, call::run);
        assertEquals(code, thrown.code(), thrown.getMessage());
        assertFalse(thrown.right().isBlank());
    }

    // ---- what a plan may say --------------------------------------------------------------------

    @Test
    void aPlanThatContradictsItselfIsRefused() {
        Chain chain = Collisions.chain();
        KeyColumns again = KeyColumns.newBuilder()
                .setLeftColumn("id")
                .setRightColumn("other")
                .setIdentifierKind(IdentifierKind.ID)
                .build();
        CollisionPlan.Builder many = plan();
        for (int i = 0; i < 8; i++) {
            many.addMoreKeys(again.toBuilder().setLeftColumn("l" + i).setRightColumn("r" + i));
        }
        Stream.of(
                        plan().setProtocol(""),
                        plan().setProtocol("AUTO"),
                        plan().setProtocol("silver"),
                        plan().setAtLeast(5),
                        plan().setReveal(Reveal.SIZE_ONLY).setAtLeast(5),
                        plan().setReveal(Reveal.SIZE_AT_LEAST),
                        plan().setReveal(Reveal.SIZE_AT_LEAST).setAtLeast(-1),
                        plan().setReveal(Reveal.SIZE_AT_LEAST).setAtLeast((1L << 40) + 1),
                        plan().setReveal(Reveal.SIZE_ONLY).setJoin(JoinResult.DIFFERENCE),
                        plan().setRevealValue(77),
                        plan().setJoinValue(77),
                        plan().setNetwork(Network.newBuilder().setMegabitsPerSecond(1_000_001)),
                        plan().setNetwork(Network.newBuilder().setDelayMillis(10_001)),
                        plan().addMoreKeys(again),
                        plan().addMoreKeys(again.toBuilder().clearIdentifierKind()),
                        many)
                .forEach(wrong -> refused(NotarizationErrors.BAD_ARGUMENTS, () -> submit(chain, wrong)));
    }

    @Test
    void everyKeyColumnNeedsTheOwnersLeaveAndIsShownToTheOwner() {
        Chain chain = Collisions.chain();
        KeyColumns phone = KeyColumns.newBuilder()
                .setLeftColumn("phone")
                .setRightColumn("phone")
                .setIdentifierKind(IdentifierKind.PHONE)
                .build();
        refused(NotarizationErrors.NOT_FOUND, () -> submit(chain, plan().addMoreKeys(phone)));
        setPolicy(chain, "a", UsePolicy.getDefaultInstance());
        refused(NotarizationErrors.NOT_FOUND, () -> submit(chain, plan().addMoreKeys(phone)));
        setPolicy(chain, "b", UsePolicy.getDefaultInstance());
        refused(
                NotarizationErrors.POLICY_FORBIDS,
                () -> submit(chain, plan().addMoreKeys(phone.toBuilder().setIdentifierKind(IdentifierKind.TEXT))));
        refused(
                NotarizationErrors.POLICY_FORBIDS,
                () -> submit(chain, plan().addMoreKeys(phone.toBuilder().setRightColumn("income"))));
        Job both = job(chain, submit(chain, plan().addMoreKeys(phone)));
        for (int side = 0; side < 2; side++) {
            assertEquals("id", both.getParties(side).getColumn());
            assertEquals(List.of("phone"), both.getParties(side).getMoreColumnsList());
        }
    }

    // ---- protocol and reveal --------------------------------------------------------------------

    /// Every plan under random pairs of policies: allowed exactly when a plain reading of both allows it.
    @Test
    void aJobIsTakenExactlyWhenBothPoliciesAllowIt() {
        int[] taken = new int[2];
        Property.seeds(400).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            Chain chain = Collisions.chain();
            List<UsePolicy> policies = List.of(randomPolicy(random, "b"), randomPolicy(random, "a"));
            setPolicy(chain, "a", policies.get(0));
            setPolicy(chain, "b", policies.get(1));
            CollisionPlan.Builder plan = randomPlan(random);
            List<String> able = ProtocolRegistry.of(ProtocolRegistry.Form.PAIR).stream()
                    .filter(p -> plan.getProtocol().equals("auto") || p.name().equals(plan.getProtocol()))
                    .filter(p -> p.learns(asked(plan)).isPresent())
                    .map(ProtocolRegistry.Protocol::name)
                    .filter(name -> policies.stream().allMatch(policy -> allows(policy, name, plan)))
                    .toList();
            if (able.isEmpty()) {
                ContractRejection no = assertThrows(ContractRejection.class, () -> submit(chain, plan));
                assertTrue(
                        no.code().equals(NotarizationErrors.POLICY_FORBIDS)
                                || no.code().equals(NotarizationErrors.BAD_ARGUMENTS),
                        no.getMessage());
                taken[0]++;
                return;
            }
            Job job = job(chain, submit(chain, plan));
            assertEquals(JobState.AWAITING_CONSENT, job.getState());
            assertEquals(plan.getProtocol().equals("auto"), job.hasChoice());
            assertTrue(!job.hasChoice() || able.contains(job.getChoice().getProtocol()));
            taken[1]++;
        });
        assertTrue(taken[0] > 50 && taken[1] > 50, taken[0] + " refused, " + taken[1] + " taken");
    }

    /// Half of them leave the protocol open; most ask for what their protocol can tell.
    private static CollisionPlan.Builder randomPlan(SplittableRandom random) {
        List<ProtocolRegistry.Protocol> all = ProtocolRegistry.all();
        ProtocolRegistry.Protocol one = all.get(random.nextInt(all.size()));
        CollisionPlan.Builder plan = plan().setProtocol(random.nextBoolean() ? "auto" : one.name());
        boolean fits = random.nextInt(4) > 0;
        for (Reveal reveal : REVEALS) {
            if (fits && one.learns(reveal).isPresent()) {
                plan.setReveal(reveal);
            }
        }
        if (!fits && random.nextBoolean()) {
            plan.setReveal(REVEALS.get(random.nextInt(3)));
        }
        return plan.setAtLeast(plan.getReveal() == Reveal.SIZE_AT_LEAST ? 1 + random.nextInt(100) : 0);
    }

    private static Reveal asked(CollisionPlan.Builder plan) {
        return plan.getReveal() == Reveal.REVEAL_UNSPECIFIED ? Reveal.MATCHING_ROWS : plan.getReveal();
    }

    private static UsePolicy randomPolicy(SplittableRandom random, String peer) {
        UsePolicy.Builder policy = UsePolicy.newBuilder()
                .setMinimumRows(random.nextInt(20) == 0 ? 20_001 : 20_000)
                .setMinimumPeerRows(random.nextInt(20) == 0 ? 20_001 : 19_000)
                .setMaximumPeerRows(random.nextInt(20) == 0 ? 0 : 20_001)
                .setMinimumAtLeast(random.nextInt(50));
        if (random.nextInt(3) == 0) {
            policy.addCounterparties(random.nextInt(4) == 0 ? "c" : peer);
        }
        boolean named = random.nextInt(3) == 0;
        for (ProtocolRegistry.Protocol protocol : ProtocolRegistry.all()) {
            if (named && random.nextInt(3) > 0) {
                policy.addProtocols(protocol.name());
            }
        }
        boolean listed = random.nextInt(3) == 0;
        for (Reveal reveal : REVEALS) {
            if (listed && random.nextInt(3) > 0) {
                policy.addReveals(reveal);
            }
        }
        return policy.build();
    }

    private static boolean allows(UsePolicy policy, String protocol, CollisionPlan.Builder plan) {
        return !policy.getCounterpartiesList().contains("c")
                && policy.getMinimumRows() <= 20_000
                && policy.getMinimumPeerRows() <= 20_000
                && (policy.getProtocolsCount() == 0 || policy.getProtocolsList().contains(protocol))
                && (policy.getRevealsCount() == 0 || policy.getRevealsList().contains(asked(plan)))
                && (asked(plan) != Reveal.SIZE_AT_LEAST || plan.getAtLeast() >= policy.getMinimumAtLeast());
    }

    @Test
    void whatAutoChoseIsWrittenDownWithItsReasonAndStaysThroughTheJob() {
        Chain chain = Collisions.chain();
        String id = submit(
                chain,
                plan().setProtocol("auto")
                        .setNetwork(
                                Network.newBuilder().setMegabitsPerSecond(1000).setDelayMillis(1)));
        Job chosen = job(chain, id);
        String protocol = chosen.getChoice().getProtocol();
        assertTrue(chosen.getChoice().getReason().contains("20000")
                && chosen.getChoice().getReason().contains("1000 Mbit/s"));
        assertTrue(chosen.getChoice().getReasonEnglish().contains(protocol));
        Job running = run(chain, id, "mark a");
        assertEquals(chosen.getChoice(), running.getChoice());
        ProtocolRegistry.Protocol named = ProtocolRegistry.named(protocol).orElseThrow();
        for (int side = 0; side < 2; side++) {
            var right = receipt(running, side)
                    .setProtocolId(named.id())
                    .setProtocolVersion(named.version())
                    .setProtocolName(protocol);
            String executor = running.getParties(side).getOrganisation() + "/executor";
            Stream.of(
                            right.clone().setProtocolName("auto"),
                            right.clone().setProtocolId(99),
                            right.clone().setReveal(Reveal.SIZE_ONLY),
                            right.clone().setAtLeast(1))
                    .forEach(wrong -> refused(
                            NotarizationErrors.RECEIPT_DIFFERS,
                            () -> chain.call(executor, "Receipts", "Submit", wrong.build())));
            chain.call(executor, "Receipts", "Submit", right.build());
        }
        assertEquals(JobState.COMPLETED, job(chain, id).getState());
    }

    // ---- over many jobs -------------------------------------------------------------------------

    /// Consents to a job and commits with the given mark of a's input; the job as it is then.
    private static Job run(Chain chain, String id, String mark) {
        for (String party : List.of("a", "b")) {
            chain.call(party + "/owner", "Jobs", "Consent", consent(id, true));
        }
        for (String party : List.of("b", "a")) {
            ByteString of = mark.isEmpty() ? ByteString.EMPTY : hash(party.equals("a") ? mark : "b");
            chain.call(
                    party + "/executor",
                    "Jobs",
                    "Commit",
                    commit(job(chain, id), party).toBuilder().setVersionMark(of).build());
        }
        return job(chain, id);
    }

    private static UsePolicy.Builder period(int hours, int runs, int versions) {
        return UsePolicy.newBuilder()
                .setPeriodHours(hours)
                .setMaximumRunsPerPeriod(runs)
                .setMaximumVersionsPerPeriod(versions);
    }

    @Test
    void runsInAPeriodAreCountedOverAllDataSetsOfTheOtherDepartment() {
        Chain chain = Collisions.chain();
        chain.call("a/owner", "Datasets", "Register", keyed("a", "others"));
        setPolicy(chain, "b", period(24, 2, 0).build());
        assertEquals(JobState.RUNNING, run(chain, submit(chain, plan()), "").getState());
        chain.millis += HOUR_MILLIS;
        String second = submit(chain, plan().setLeftDataset("a/others"));
        assertEquals(1, job(chain, second).getParties(1).getPeriodRuns());
        assertEquals(0, job(chain, second).getParties(0).getPeriodRuns());
        String third = submit(chain, plan());
        assertEquals(JobState.RUNNING, run(chain, second, "").getState());
        // Submitted in time, consented to too late: the bound holds where the run begins.
        chain.call("a/owner", "Jobs", "Consent", consent(third, true));
        refused(
                NotarizationErrors.POLICY_FORBIDS,
                () -> chain.call("b/owner", "Jobs", "Consent", consent(third, true)));
        refused(NotarizationErrors.POLICY_FORBIDS, () -> submit(chain, plan().setLeftDataset("a/others")));
        chain.millis += 23 * HOUR_MILLIS;
        assertEquals(JobState.RUNNING, run(chain, submit(chain, plan()), "").getState());
    }

    @Test
    void anInputWithOneRowLessIsAnotherVersionAndBounded() {
        Chain chain = Collisions.chain();
        setPolicy(chain, "b", period(100, 0, 2).build());
        for (String mark : List.of("all", "all", "one less", "all", "one less")) {
            assertEquals(JobState.RUNNING, run(chain, fresh(chain), mark).getState());
        }
        Job third = run(chain, fresh(chain), "two less");
        assertEquals(JobState.FAILED, third.getState());
        assertEquals("POLICY", third.getFailure().getCode());
        assertTrue(third.getFailure().getDetail().contains("2 different contents"));
        Job unmarked = run(chain, fresh(chain), "");
        assertEquals("POLICY", unmarked.getFailure().getCode());
        chain.millis += 100 * HOUR_MILLIS;
        assertEquals(JobState.RUNNING, run(chain, fresh(chain), "two less").getState());
    }

    /// The pair's own bound would stop us otherwise.
    private static String fresh(Chain chain) {
        setPolicy(chain, "a", UsePolicy.getDefaultInstance());
        return submit(chain, plan());
    }

    /// Against a plain list of everything that was used.
    @Test
    void theLedgerOfUsesIsThatOfAPlainList() {
        Property.seeds(40).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int hours = 1 + random.nextInt(40);
            int runs = random.nextInt(6);
            int versions = runs == 0 ? 1 + random.nextInt(3) : random.nextInt(4);
            Chain chain = Collisions.chain();
            setPolicy(chain, "b", period(hours, runs, versions).build());
            List<Long> began = new ArrayList<>();
            List<String> marks = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                chain.millis += random.nextInt(10) * HOUR_MILLIS / 2;
                long from = chain.millis - hours * HOUR_MILLIS;
                if (runs > 0 && recent(began, from + 5_000) >= runs) {
                    refused(NotarizationErrors.POLICY_FORBIDS, () -> fresh(chain));
                    continue;
                }
                if (runs > 0 && recent(began, from - 5_000) >= runs) {
                    continue;
                }
                String mark = "m" + random.nextInt(4);
                String id = fresh(chain);
                Job job = run(chain, id, mark);
                began.add(chain.millis);
                marks.add(mark);
                long distinct = distinct(began, marks, chain.millis - hours * HOUR_MILLIS);
                boolean breached = versions > 0 && distinct > versions;
                assertEquals(breached ? JobState.FAILED : JobState.RUNNING, job.getState(), "run " + i);
            }
        });
    }

    private static long recent(List<Long> began, long from) {
        return began.stream().filter(millis -> millis > from).count();
    }

    private static long distinct(List<Long> began, List<String> marks, long from) {
        return Stream.iterate(0, i -> i + 1)
                .limit(marks.size())
                .filter(i -> began.get(i) > from + 5_000)
                .map(marks::get)
                .distinct()
                .count();
    }

    @Test
    void aPolicyWhoseBoundsMakeNoSenseIsRefused() {
        Chain chain = Collisions.chain();
        Stream.of(
                        UsePolicy.newBuilder().addProtocols("silver"),
                        UsePolicy.newBuilder().addProtocols("auto"),
                        UsePolicy.newBuilder().addProtocols("dh-sm2").addProtocols("dh-sm2"),
                        UsePolicy.newBuilder().addReveals(Reveal.REVEAL_UNSPECIFIED),
                        UsePolicy.newBuilder().addRevealsValue(99),
                        UsePolicy.newBuilder().addReveals(Reveal.SIZE_ONLY).addReveals(Reveal.SIZE_ONLY),
                        UsePolicy.newBuilder().setMinimumPeerRows(-1),
                        UsePolicy.newBuilder().setMinimumAtLeast(-1),
                        UsePolicy.newBuilder().setMinimumPeerRows(10).setMaximumPeerRows(9),
                        period(0, 1, 0),
                        period(1, 0, 0),
                        period(-1, 1, 0),
                        period(8785, 1, 0),
                        period(1, 1001, 0),
                        period(1, 0, 1001),
                        period(1, -1, 1))
                .forEach(
                        wrong -> refused(NotarizationErrors.BAD_ARGUMENTS, () -> setPolicy(chain, "a", wrong.build())));
        setPolicy(
                chain,
                "a",
                period(8784, 1000, 1000)
                        .setMinimumPeerRows(9)
                        .setMaximumPeerRows(9)
                        .build());
    }

    @Test
    void aVersionMarkIsAHashOrNothing() {
        Chain chain = Collisions.chain();
        String id = submit(chain, plan());
        for (String party : List.of("a", "b")) {
            chain.call(party + "/owner", "Jobs", "Consent", consent(id, true));
        }
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        "a/executor",
                        "Jobs",
                        "Commit",
                        commit(job(chain, id), "a").toBuilder()
                                .setVersionMark(ByteString.copyFromUtf8("short"))
                                .build()));
    }
}
