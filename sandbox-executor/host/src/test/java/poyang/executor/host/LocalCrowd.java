package poyang.executor.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import poyang.crypto.VerificationKey;
import poyang.executor.host.LocalJob.QueueLink;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.LinkDigest;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// All sides of an attempt of many parties in one process, every two joined by queues: real children, no chain and
/// no network.
///
/// @param receiver whose result is sealed to `receiverKey`
/// @param folder where the result goes, and each party's opening under its name
record LocalCrowd(
        ExecutorSetup setup,
        String job,
        JobPlan plan,
        List<Member> members,
        PartyId receiver,
        VerificationKey receiverKey,
        VerificationKey department,
        Path folder) {
    record Member(PartyId party, Optional<Source> source, Optional<ProvingKeys.Held> proving) {
        /// One that proves nothing.
        Member(PartyId party, Optional<Source> source) {
            this(party, source, Optional.empty());
        }
    }

    /// What one side committed to and gave.
    record Ended(PartyId party, ChildMessage.Committed input, ChildMessage.Output output) {
        Bytes link(PartyId peer) {
            return output.links().stream()
                    .filter(link -> link.peer().equals(peer))
                    .findFirst()
                    .map(LinkDigest::transcript)
                    .orElseThrow();
        }
    }

    /// @param progress hears the last party, a collector
    List<Ended> run(JobProgress progress) {
        return run(progress, (_, _, frame) -> frame);
    }

    /// What may change a frame on its way.
    interface Wire {
        Bytes carry(PartyId from, PartyId to, Bytes frame);
    }

    private record Carried(FrameLink link, UnaryOperator<Bytes> wire) implements FrameLink {
        @Override
        public void send(Bytes frame) throws InterruptedException {
            link.send(wire.apply(frame));
        }

        @Override
        public Optional<Bytes> receive() throws InterruptedException {
            return link.receive();
        }

        @Override
        public void finish() {
            link.finish();
        }

        @Override
        public void abort(PoyangException because) {
            link.abort(because);
        }
    }

    List<Ended> run(JobProgress progress, Wire wire) {
        List<PartyRun> runs = new ArrayList<>();
        try {
            for (int i = 0; i < members.size(); i++) {
                runs.add(PartyRun.start(setup, party(i), i == members.size() - 1 ? progress : (_, _, _) -> {}));
            }
            List<ChildMessage.Committed> inputs = each(runs, i -> runs.get(i).commit());
            List<Map<PartyId, PartyRun.Line>> lines = lines(inputs, wire);
            List<ChildMessage.Output> outputs = each(runs, i -> runs.get(i).exchange(lines.get(i)));
            List<Ended> ended = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
                PartyId party = members.get(i).party();
                if (party.equals(receiver)) {
                    runs.get(i).keepResult(folder.resolve("result"));
                }
                runs.get(i).keepOpening(folder.resolve(party + ".opening"));
                ended.add(new Ended(party, inputs.get(i), outputs.get(i)));
            }
            return ended;
        } finally {
            runs.forEach(PartyRun::close);
        }
    }

    private JobFacts facts(int index) {
        List<PartyId> peers =
                new ArrayList<>(members.stream().map(Member::party).toList());
        PartyId self = peers.remove(index);
        return new JobFacts(job, 1, self, peers, self.equals(receiver), plan);
    }

    private PartyRun.Party party(int index) {
        return new PartyRun.Party(
                facts(index),
                index,
                members.get(index).source(),
                members.get(index).party().equals(receiver) ? Optional.of(receiverKey) : Optional.empty(),
                department,
                Bytes.wrap(new byte[32]),
                /* rows= */ 1_000,
                Optional.empty(),
                members.get(index).proving());
    }

    /// One step of all sides at once; the failure of one ends the others.
    private static <T> List<T> each(List<PartyRun> runs, Function<Integer, T> step) {
        List<CompletableFuture<T>> running = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            int index = i;
            running.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return step.apply(index);
                        } catch (PoyangException e) {
                            runs.forEach(run -> run.fail(e));
                            throw e;
                        }
                    },
                    task -> Thread.ofVirtual().start(task)));
        }
        try {
            return running.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            throw e.getCause() instanceof PoyangException failure ? failure : e;
        }
    }

    private List<Map<PartyId, PartyRun.Line>> lines(List<ChildMessage.Committed> inputs, Wire wire) {
        JobKind kind = JobKind.of(plan);
        List<Map<PartyId, PartyRun.Line>> lines = new ArrayList<>();
        members.forEach(_ -> lines.add(new TreeMap<>()));
        for (int i = 0; i < members.size(); i++) {
            for (int j = 0; j < i; j++) {
                QueueLink there = new QueueLink();
                PartyId one = members.get(i).party();
                PartyId two = members.get(j).party();
                FrameLink here = new Carried(there, frame -> wire.carry(one, two, frame));
                FrameLink back = new Carried(there.other(), frame -> wire.carry(two, one, frame));
                lines.get(i).put(two, line(kind, here, inputs, i, j));
                lines.get(j).put(one, line(kind, back, inputs, j, i));
            }
        }
        return lines;
    }

    private PartyRun.Line line(JobKind kind, FrameLink link, List<ChildMessage.Committed> inputs, int own, int peer) {
        return new PartyRun.Line(link, meter(kind, inputs, own, peer), meter(kind, inputs, peer, own));
    }

    private FrameMeter meter(JobKind kind, List<ChildMessage.Committed> inputs, int from, int to) {
        return FrameMeter.sent(
                members.get(from).party(),
                kind.bounds(facts(from), members.get(to).party(), rows(inputs)));
    }

    private Map<PartyId, Long> rows(List<ChildMessage.Committed> inputs) {
        Map<PartyId, Long> rows = new TreeMap<>();
        for (int i = 0; i < members.size(); i++) {
            rows.put(members.get(i).party(), inputs.get(i).roundedRows());
        }
        return rows;
    }
}
