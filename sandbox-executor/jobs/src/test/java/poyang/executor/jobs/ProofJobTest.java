package poyang.executor.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.SeededRandom;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.executor.job.ProvingKey;
import poyang.executor.job.ShownProof;
import poyang.executor.job.Workplace;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.CircuitFiles;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.Groth16SetUp;
import poyang.zkp.systems.VerificationKey;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.Commitment;
import poyang.zkp.uses.CommittedColumn;
import poyang.zkp.uses.CommittedList;
import poyang.zkp.uses.CommittedRecords;
import poyang.zkp.uses.ProofOnRequest;
import poyang.zkp.uses.Statement;

/// Both sides of a job for a proof in one process: the three uses, and what must not come out of them.
final class ProofJobTest {
    private static final Curve CURVE = Curve.BN254;
    private static final PartyId PROVER = new PartyId("taxation");
    private static final PartyId ASKER = new PartyId("housing");
    private static final byte[] SECRET = new byte[SeededRandom.SEED_BYTES];
    private static final RandomSource RANDOM = new SeededRandom(SECRET, "proof job");
    private static final List<List<String>> PEOPLE = List.of(List.of("9000"), List.of("4200"), List.of("3000"));
    private static final List<String> CONDITIONS = List.of("income<5000");
    private static final Commitment RECORDS = CommittedRecords.of(
                    CURVE, List.of(Column.read("income:number")), PEOPLE, SECRET)
            .commitment();

    @TempDir
    private Path folder;

    private record Keys(Path proving, String verification) {}

    private Keys groth16(String name, Statement statement) throws IOException {
        Groth16ProvingKey key = Groth16SetUp.byOneTrustedParty(
                Witness.constraints(statement.circuit(), CURVE), RANDOM.fork(name), Workers.CALLER);
        Path file = folder.resolve(name);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            key.write(out);
        }
        return new Keys(file, ForeignWriter.key(key.verificationKey()));
    }

    private static JobPlan.Proof plan(
            Commitment commitment, String system, Keys keys, List<String> conditions, List<Long> limits) {
        boolean list = commitment.kind() == Commitment.Kind.LIST;
        return new JobPlan.Proof(
                PROVER,
                commitment.text(),
                system,
                keys.verification(),
                conditions,
                limits,
                commitment.kind() == Commitment.Kind.COLUMN ? "" : "case 17",
                list ? "person" : "",
                ProofOnRequest.NAME);
    }

    private static Statement qualification() {
        return ProofOnRequest.statement(RECORDS.text(), CONDITIONS, List.of(), "");
    }

    /// One end of two queues.
    private record End(PartyId self, PartyId peer, BlockingQueue<byte[]> out, BlockingQueue<byte[]> in)
            implements PartyNetwork {
        @Override
        public List<PartyId> peers() {
            return List.of(peer);
        }

        @Override
        public void send(PartyId to, byte[] frame) {
            out.add(frame);
        }

        @Override
        public byte[] receive(PartyId from) {
            try {
                byte[] frame = in.take();
                if (frame.length == 0) {
                    throw new PoyangException(KernelErrors.PEER_LOST, "the other side is gone", "none");
                }
                return frame;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static JobRun run(JobPlan.Proof plan, PartyId self, Path folder, Optional<ProvingKey> key) {
        JobFacts facts = new JobFacts("j", 1, self, self.equals(PROVER) ? ASKER : PROVER, self.equals(ASKER), plan);
        return JobKind.of(plan).open(facts, new Workplace(folder, Optional.empty(), SECRET, RANDOM, key));
    }

    private static JobRun filled(JobRun run, List<List<String>> rows) {
        if (!rows.isEmpty()) {
            try (BufferAllocator allocator = new RootAllocator();
                    VectorSchemaRoot batch = new VectorSchemaRoot(
                            IntStream.range(0, rows.getFirst().size())
                                    .mapToObj(i -> (FieldVector) new VarCharVector("c" + i, allocator))
                                    .toList())) {
                batch.allocateNew();
                for (int row = 0; row < rows.size(); row++) {
                    for (int column = 0; column < rows.getFirst().size(); column++) {
                        ((VarCharVector) batch.getVector(column))
                                .setSafe(row, rows.get(row).get(column).getBytes(StandardCharsets.UTF_8));
                    }
                }
                batch.setRowCount(rows.size());
                run.read(batch);
            }
        }
        return run;
    }

    /// What the asker gets, and what goes on chain.
    private record Ended(String result, List<ShownProof> proofs) {
        List<String> lines() {
            return result.lines().toList();
        }
    }

    private Ended run(
            JobPlan.Proof plan,
            Keys keys,
            List<List<String>> rows,
            List<List<String>> persons,
            UnaryOperator<byte[]> wire) {
        JobRun prover = filled(
                run(
                        plan,
                        PROVER,
                        folder,
                        Optional.of(new ProvingKey(keys.proving().toString(), Bytes.wrap(SECRET)))),
                rows);
        JobRun asker = filled(run(plan, ASKER, folder, Optional.empty()), persons);
        BlockingQueue<byte[]> there = new LinkedBlockingQueue<>();
        BlockingQueue<byte[]> back = new LinkedBlockingQueue<>();
        CompletableFuture<JobRun.Output> proves = CompletableFuture.supplyAsync(() -> {
            BlockingQueue<byte[]> out = new LinkedBlockingQueue<>();
            try {
                JobRun.Output output =
                        prover.run(new End(PROVER, ASKER, out, there), RANDOM.fork("prover"), (_, _, _) -> {});
                back.add(wire.apply(out.remove()));
                return output;
            } catch (RuntimeException e) {
                back.add(new byte[0]);
                throw e;
            }
        });
        JobRun.Output asks;
        try {
            asks = asker.run(new End(ASKER, PROVER, there, back), RANDOM.fork("asker"), (_, _, _) -> {});
        } catch (PoyangException e) {
            if (!e.code().equals(KernelErrors.PEER_LOST)) {
                throw e;
            }
            CompletionException failed = assertThrows(CompletionException.class, proves::join);
            throw assertInstanceOf(PoyangException.class, failed.getCause());
        }
        JobRun.Output proven = proves.join();
        assertTrue(proven.result().isEmpty());
        JobKind kind = JobKind.of(plan);
        JobFacts facts = new JobFacts("j", 1, PROVER, ASKER, false, plan);
        JobKind.FrameBounds bounds =
                kind.bounds(facts, ASKER, Map.of(PROVER, (long) rows.size(), ASKER, (long) persons.size()));
        assertTrue(proven.exchange().bytesSent() <= bounds.bytesOut(), "a bound is too low");
        assertTrue(proven.exchange().bytesReceived() <= bounds.bytesIn(), "a bound is too low");
        assertEquals(proven.exchange().rounds(), asks.exchange().rounds());
        assertEquals(proven.exchange().transcript(), asks.exchange().transcript());
        return new Ended(asks.result().orElseThrow().utf8(), prover.proofs());
    }

    private void fails(
            ErrorCode code, JobPlan.Proof plan, Keys keys, List<List<String>> rows, List<List<String>> persons) {
        PoyangException failed =
                assertThrows(PoyangException.class, () -> run(plan, keys, rows, persons, answer -> answer));
        assertEquals(code, failed.code(), failed.getMessage());
        for (String cell : List.of("4200", "9000", "p1")) {
            assertFalse((failed.wrong() + failed.right()).contains(cell), failed.wrong());
        }
    }

    /// The record that qualifies is not the first one of the table; nobody is told which it is.
    @Test
    void aQualificationIsProvenOfSomeRecordOrNotAtAll() throws IOException {
        Keys keys = groth16("records", qualification());
        JobPlan.Proof plan = plan(RECORDS, "groth16", keys, CONDITIONS, List.of());
        Ended ended = run(plan, keys, PEOPLE, List.of(), answer -> answer);
        assertEquals(
                List.of("name,value", "statement,a record of the committed table has income<5000"),
                ended.lines().subList(0, 2));
        assertEquals("root," + RECORDS.root(), ended.lines().get(2));
        assertEquals(1, ended.proofs().size());
        fails(
                ExecutorErrors.STATEMENT_FALSE,
                plan(RECORDS, "groth16", keys, List.of("income<3000"), List.of()),
                keys,
                PEOPLE,
                List.of());
        fails(ExecutorErrors.COMMITMENT_DIFFERS, plan, keys, PEOPLE.reversed(), List.of());
        fails(ExecutorErrors.COMMITMENT_DIFFERS, plan, keys, List.of(List.of("x")), List.of());
        Keys made = groth16("again", qualification());
        fails(
                ExecutorErrors.PROVING_KEY_MISSING,
                plan,
                new Keys(made.proving(), keys.verification()),
                PEOPLE,
                List.of());
        Path broken = Files.write(folder.resolve("broken"), new byte[100]);
        fails(ExecutorErrors.PROVING_KEY_MISSING, plan, new Keys(broken, keys.verification()), PEOPLE, List.of());
        fails(KernelErrors.PEER_MISBEHAVED, plan, keys, PEOPLE, List.of(List.of("p1")));
        PoyangException lie = assertThrows(
                PoyangException.class,
                () -> run(plan, keys, PEOPLE, List.of(), answer -> {
                    answer[answer.length - 1] ^= 1;
                    return answer;
                }));
        assertEquals(KernelErrors.PEER_MISBEHAVED, lie.code());
        assertEquals(Optional.of(PROVER), lie.accused());
    }

    @Test
    void figuresOfAColumnAreProvenAndTold() throws IOException {
        List<List<String>> cells = List.of(List.of("7"), List.of("3"));
        Commitment column = CommittedColumn.of(
                        CURVE,
                        Column.read("income:number"),
                        cells.stream().map(List::getFirst).toList(),
                        SECRET)
                .commitment();
        Keys keys = groth16("column", ProofOnRequest.statement(column.text(), List.of(), List.of(5L), ""));
        JobPlan.Proof plan = plan(column, "groth16", keys, List.of(), List.of(6L));
        assertEquals(
                List.of(
                        "name,value",
                        "statement,\"column income has 2 values, their sum is 10, their average 5; 1 below 6; 1 from 6"
                                + " on\"",
                        "root," + column.root(),
                        "limit 1,6",
                        "count,2",
                        "sum,10",
                        "average rounded down,5",
                        "class 1,1",
                        "class 2,1"),
                run(plan, keys, cells, List.of(), answer -> answer).lines());
        fails(ExecutorErrors.COMMITMENT_DIFFERS, plan, keys, List.of(List.of("7"), List.of("4")), List.of());
        JobPlan.Proof other = plan(RECORDS, "groth16", keys, CONDITIONS, List.of());
        fails(ExecutorErrors.PROVING_KEY_MISSING, other, keys, PEOPLE, List.of());
    }

    /// A key of PLONK, which another system's prover does not take.
    @Test
    void bothSystemsProve() throws IOException {
        Path vectors = Path.of("../../zkp/src/test/resources/vectors/snarkjs/bn128/mul3");
        String published = Files.readString(vectors.resolve("plonk_verification_key.json"));
        Keys keys = new Keys(vectors, published);
        MemorySegment zkey = MemorySegment.ofArray(Files.readAllBytes(vectors.resolve("plonk.zkey")));
        long[] witness = CircuitFiles.readWitness(
                MemorySegment.ofArray(Files.readAllBytes(vectors.resolve("witness0.wtns"))), CURVE);
        ShownProof proof = StatementProver.of(plan(RECORDS, "plonk", keys, CONDITIONS, List.of()), zkey, Workers.CALLER)
                .prove(witness, RANDOM.fork("plonk"))
                .orElseThrow();
        assertTrue(VerificationKey.read(VerificationKey.Kind.PLONK, published)
                .verify(proof.proof(), proof.publicValues())
                .holds());
        assertThrows(
                PoyangException.class,
                () -> StatementProver.of(plan(RECORDS, "groth16", keys, CONDITIONS, List.of()), zkey, Workers.CALLER));
    }

    /// Whom it is about is in no proof: the asker's blinds open the tags.
    @Test
    void eachOfThoseAskedAboutIsProvenToBeInTheListOrNot() throws IOException {
        Commitment list = CommittedList.of(CURVE, Column.read("id:text"), List.of("p1", "p2"), SECRET)
                .commitment();
        Keys keys = groth16("list", new Statement.Listed(list, ""));
        JobPlan.Proof plan = plan(list, "groth16", keys, List.of(), List.of());
        List<List<String>> rows = List.of(List.of("p1"), List.of("p2"));
        Ended ended = run(plan, keys, rows, List.of(List.of("p2"), List.of("张三, \"x\"")), answer -> answer);
        assertEquals("person,member,tag,blind", ended.lines().getFirst());
        String[] member = ended.lines().get(1).split(",", -1);
        assertEquals("p2", member[0]);
        assertEquals("1", member[1]);
        assertEquals(
                member[2],
                CommittedList.tag(CURVE, "p2", new BigInteger(member[3])).toString());
        assertEquals(member[2], ended.proofs().getFirst().publicValues().get(2));
        assertTrue(ended.lines().get(2).startsWith("\"张三, \"\"x\"\"\",0,"), ended.result());
        assertEquals(2, ended.proofs().size());
        fails(KernelErrors.PEER_MISBEHAVED, plan, keys, rows, List.of());
        for (List<List<String>> wrong : List.of(
                List.of(List.of("")),
                List.of(List.of("x".repeat(513))),
                IntStream.range(0, 17).mapToObj(i -> List.of("p" + i)).toList())) {
            PoyangException refused = assertThrows(
                    PoyangException.class, () -> filled(run(plan, ASKER, folder, Optional.empty()), wrong));
            assertEquals(ExecutorErrors.INPUT_REFUSED, refused.code());
        }
        assertEquals(
                ExecutorErrors.INPUT_REFUSED,
                assertThrows(
                                PoyangException.class,
                                () -> run(plan, ASKER, folder, Optional.empty()).inputRoot(RANDOM))
                        .code());
    }
}
