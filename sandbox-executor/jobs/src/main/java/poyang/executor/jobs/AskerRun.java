package poyang.executor.jobs;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.executor.job.ShownProof;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Commitments;
import poyang.psi.RecordedNetwork;
import poyang.zkp.systems.VerificationKey;
import poyang.zkp.uses.CommittedList;
import poyang.zkp.uses.ProofOnRequest;
import poyang.zkp.uses.Statement;

/// The side that asks: it verifies every proof before it believes what it says.
final class AskerRun implements JobRun {
    private static final int TAG = 2;
    private static final int MEMBER = 3;

    private final JobFacts facts;
    private final JobPlan.Proof plan;
    private final Statement statement;
    private final PlainRows rows = new PlainRows(1);

    AskerRun(JobFacts facts, JobPlan.Proof plan) {
        this.facts = facts;
        this.plan = plan;
        statement = ProofJob.statement(plan);
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        rows.read(batch);
        boolean named = rows.first().stream()
                .allMatch(name -> !name.isEmpty() && Bytes.utf8(name).length() <= ProofJob.PERSON_BYTES);
        if (!named || rows.size() > ProofOnRequest.PERSONS_MAX) {
            throw refused();
        }
    }

    private static PoyangException refused() {
        return new PoyangException(
                ExecutorErrors.INPUT_REFUSED,
                "nobody is asked about, somebody is not named, or they are too many",
                "1 to " + ProofOnRequest.PERSONS_MAX + " rows, each with a name, are needed");
    }

    @Override
    public long rowsRead() {
        return rows.size();
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        if (plan.ofPersons() && rows.size() == 0) {
            throw refused();
        }
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

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        RecordedNetwork network = new RecordedNetwork(carrier);
        progress.at(ProofJob.PHASE, 0, 0);
        RandomSource blinds = random.fork("blinds");
        List<ProofFrames.Person> persons = rows.first().stream()
                .map(name -> new ProofFrames.Person(
                        name, CommittedList.blind(statement.commitment().curve(), blinds)))
                .toList();
        network.send(facts.peer(), ProofFrames.question(persons));
        List<List<BigInteger>> values =
                verified(ProofFrames.answer(network.receive(facts.peer()), facts.peer()), Math.max(1, persons.size()));
        Exchange exchange = new Exchange(
                network.transcript(facts.peer()), ProofOnRequest.ROUNDS, network.bytesSent(), network.bytesReceived());
        return new Output(
                Optional.of(CsvLines.of(plan.ofPersons() ? answers(persons, values) : figures(values.getFirst()))),
                persons.size(),
                0,
                values.size(),
                exchange);
    }

    /// The public values of proofs that hold and are of the statement.
    private List<List<BigInteger>> verified(List<ShownProof> proofs, int wanted) {
        if (proofs.size() != wanted) {
            throw lies("there are " + proofs.size() + " proofs where " + wanted + " are asked for");
        }
        VerificationKey key = StatementProver.published(plan);
        List<List<BigInteger>> all = new ArrayList<>();
        for (ShownProof proof : proofs) {
            if (!key.verify(proof.proof(), proof.publicValues()).holds()) {
                throw lies("a proof does not hold");
            }
            List<BigInteger> values =
                    proof.publicValues().stream().map(BigInteger::new).toList();
            if (statement.contradiction(values).isPresent()) {
                throw lies("a proof is of another statement");
            }
            all.add(values);
        }
        return all;
    }

    private PoyangException lies(String wrong) {
        return ProofFrames.accused(facts.peer(), wrong);
    }

    private List<List<String>> figures(List<BigInteger> values) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("name", "value"));
        lines.add(List.of("statement", statement.reading(values)));
        for (int i = 0; i < values.size(); i++) {
            lines.add(List.of(statement.publicNames().get(i), values.get(i).toString()));
        }
        return lines;
    }

    private List<List<String>> answers(List<ProofFrames.Person> persons, List<List<BigInteger>> values) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(plan.personColumn(), "member", "tag", "blind"));
        for (int i = 0; i < persons.size(); i++) {
            ProofFrames.Person person = persons.get(i);
            BigInteger tag = CommittedList.tag(statement.commitment().curve(), person.name(), person.blind());
            if (!tag.equals(values.get(i).get(TAG))) {
                throw lies("a proof is of somebody else");
            }
            lines.add(List.of(
                    person.name(),
                    values.get(i).get(MEMBER).toString(),
                    tag.toString(),
                    person.blind().toString()));
        }
        return lines;
    }
}
