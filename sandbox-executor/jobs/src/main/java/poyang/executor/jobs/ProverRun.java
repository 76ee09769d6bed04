package poyang.executor.jobs;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.executor.job.ProvingKey;
import poyang.executor.job.ShownProof;
import poyang.executor.job.Workplace;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Commitments;
import poyang.psi.RecordedNetwork;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.uses.Commitment;
import poyang.zkp.uses.CommittedColumn;
import poyang.zkp.uses.CommittedList;
import poyang.zkp.uses.CommittedRecords;
import poyang.zkp.uses.ProofOnRequest;
import poyang.zkp.uses.Statement;

/// The side that proves. Proving key and secret of the commitment come from outside and are kept in the opening, for
/// without them the run is not the same again.
final class ProverRun implements JobRun {
    private static final int SECRET_BYTES = 32;

    private final JobFacts facts;
    private final JobPlan.Proof plan;
    private final Workplace place;
    private final Statement statement;
    private final PlainRows rows;
    private Optional<ProvingKey> key;
    private List<ShownProof> proofs = List.of();

    ProverRun(JobFacts facts, JobPlan.Proof plan, Workplace place) {
        this.facts = facts;
        this.plan = plan;
        this.place = place;
        statement = ProofJob.statement(plan);
        rows = new PlainRows(statement.commitment().columns().size());
        key = place.provingKey();
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        rows.read(batch);
    }

    @Override
    public long rowsRead() {
        return rows.size();
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        return rows.root(random);
    }

    @Override
    public Bytes seedCommitment(byte[] seed) {
        return Commitments.seed(seed);
    }

    @Override
    public Bytes versionMark(byte[] secret) {
        return rows.versionMark(secret);
    }

    private ProvingKey key() {
        return key.orElseThrow(() -> missing("this executor has no proving key for the plan's verification key"));
    }

    private static PoyangException missing(String wrong) {
        return new PoyangException(
                ExecutorErrors.PROVING_KEY_MISSING,
                wrong,
                "put the proving key that belongs to the published verification key, and the commitment's secret, into"
                        + " the executor's folder of proving keys");
    }

    @Override
    public void carry(OutputStream to) {
        Path file = Path.of(key().file());
        try {
            DataOutputStream out = new DataOutputStream(to);
            out.write(key().secret().toArray());
            out.writeLong(Files.size(file));
            Files.copy(file, out);
            out.flush();
        } catch (IOException e) {
            throw missing("the proving key cannot be read");
        }
    }

    @Override
    public void carried(InputStream from) {
        Path file = place.scratch().resolve("proving.zkey");
        try {
            DataInputStream in = new DataInputStream(from);
            byte[] secret = new byte[SECRET_BYTES];
            in.readFully(secret);
            long size = in.readLong();
            if (Files.copy(in, file) != size) {
                throw missing("the opening holds no whole proving key");
            }
            key = Optional.of(new ProvingKey(file.toString(), Bytes.wrap(secret)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        RecordedNetwork network = new RecordedNetwork(carrier);
        progress.at(ProofJob.PHASE, 0, 0);
        List<ProofFrames.Person> persons = ProofFrames.question(network.receive(facts.peer()), facts.peer());
        if (persons.isEmpty() == plan.ofPersons()) {
            throw ProofFrames.accused(facts.peer(), "the question is about " + persons.size() + " persons");
        }
        List<ShownProof> made = new ArrayList<>();
        List<Map<String, BigInteger>> questions = inputs(persons);
        Curve curve = statement.commitment().curve();
        int threads = Runtime.getRuntime().availableProcessors();
        try (Arena arena = Arena.ofShared();
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            StatementProver prover = prover(arena, Workers.of(threads, executor));
            for (int i = 0; i < questions.size(); i++) {
                progress.at(ProofJob.PHASE, i, questions.size());
                long[] witness = Witness.of(statement.circuit(), curve, questions.get(i));
                made.add(prover.prove(witness, random.fork("proof " + i))
                        .orElseThrow(() -> missing("the proving key does not belong to the verification key")));
            }
        }
        proofs = List.copyOf(made);
        network.send(facts.peer(), ProofFrames.answer(proofs));
        return new Output(
                Optional.empty(),
                rows.size(),
                persons.size(),
                proofs.size(),
                new Exchange(
                        network.transcript(facts.peer()),
                        ProofOnRequest.ROUNDS,
                        network.bytesSent(),
                        network.bytesReceived()));
    }

    private StatementProver prover(Arena arena, Workers workers) {
        try (FileChannel channel = FileChannel.open(Path.of(key().file()), StandardOpenOption.READ)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return StatementProver.of(plan, mapped, workers);
        } catch (IOException e) {
            throw missing("the proving key cannot be read");
        } catch (PoyangException e) {
            throw missing("the proving key is none of this statement: " + e.wrong());
        }
    }

    /// What satisfies the circuit, for each of those whom the question is about, or once.
    private List<Map<String, BigInteger>> inputs(List<ProofFrames.Person> persons) {
        byte[] secret = key().secret().toArray();
        Curve curve = statement.commitment().curve();
        return switch (statement) {
            case Statement.Qualified of -> {
                CommittedRecords records = committed(
                        () -> CommittedRecords.of(curve, of.commitment().columns(), rows.all(), secret),
                        CommittedRecords::commitment);
                int row = records.qualified(of.conditions()).orElseThrow(ProverRun::untrue);
                yield List.of(records.inputs(of, row));
            }
            case Statement.Described of ->
                List.of(committed(
                                () -> CommittedColumn.of(
                                        curve, of.commitment().columns().getFirst(), rows.first(), secret),
                                CommittedColumn::commitment)
                        .inputs(of));
            case Statement.Listed of -> {
                CommittedList list = committed(
                        () -> CommittedList.of(curve, of.commitment().columns().getFirst(), rows.first(), secret),
                        CommittedList::commitment);
                yield persons.stream().map(person -> inputs(list, of, person)).toList();
            }
            case Statement.Attested _ -> throw CollisionJob.unknown("a signed record is its holder's to prove from");
        };
    }

    private Map<String, BigInteger> inputs(CommittedList list, Statement.Listed of, ProofFrames.Person person) {
        if (person.blind().compareTo(of.commitment().curve().scalars().modulus()) >= 0) {
            throw ProofFrames.accused(facts.peer(), "a blind is no element of the field");
        }
        return list.inputs(of, person.name(), person.blind());
    }

    /// What makes a commitment of the rows.
    private interface Committing<T> {
        T make();
    }

    private interface CommitmentOf<T> {
        Commitment of(T committed);
    }

    /// The rows must be those of the published commitment; what differs is not said.
    private <T> T committed(Committing<T> committing, CommitmentOf<T> commitmentOf) {
        T made;
        try {
            made = committing.make();
        } catch (PoyangException e) {
            throw differs();
        }
        if (!commitmentOf.of(made).equals(statement.commitment())) {
            throw differs();
        }
        return made;
    }

    private static PoyangException differs() {
        return new PoyangException(
                ExecutorErrors.COMMITMENT_DIFFERS,
                "the rows with this secret are not what was committed to",
                "prove from the rows and the secret of the published commitment, or publish a new one");
    }

    private static PoyangException untrue() {
        return new PoyangException(
                ExecutorErrors.STATEMENT_FALSE,
                "what is to be proven is not true of the committed rows",
                "there is no proof of what is not true");
    }

    @Override
    public List<ShownProof> proofs() {
        return proofs;
    }
}
