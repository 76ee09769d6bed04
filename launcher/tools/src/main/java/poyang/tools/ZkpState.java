package poyang.tools;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16Prover;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.ZkpErrors;
import poyang.zkp.uses.CommittedList;
import poyang.zkp.uses.SignedRecord;
import poyang.zkp.uses.Statement;

/// Proves a statement about what is committed.
@Command(
        name = "state",
        description = "Proves a statement about a commitment from the table and the secret; the proof is verified"
                + " before it is written. Exit code 2: the statement is not true, or a file cannot be read.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpState implements Callable<Integer> {
    @Mixin
    private ZkpStatementOptions what;

    @Mixin
    private ZkpSourceOptions source;

    @Option(names = "--row", paramLabel = "N", description = "which record, from 1 on, satisfies the conditions")
    private int row;

    @Option(names = "--person", paramLabel = "TEXT", description = "who is in the list, or is not")
    private @Nullable String person;

    @Option(
            names = "--blind",
            paramLabel = "F",
            description = "the number that hides the person in the tag; made when the file does not exist")
    private @Nullable Path blind;

    @Option(names = "--record", paramLabel = "F", description = "the signed record of `zkp issue`, in place of a table")
    private @Nullable Path record;

    @Option(names = "--zkey", required = true, paramLabel = "F", description = "the proving key of `zkp setup`")
    private Path zkey;

    @Option(names = "--proof", required = true, paramLabel = "OUT", description = "where the proof is written")
    private Path proof;

    @Option(names = "--public", required = true, paramLabel = "OUT", description = "where the public values go")
    private Path publicValues;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Statement statement = what.statement();
        RandomSource random = ProcessRandom.open("zkp state");
        Map<String, BigInteger> inputs = inputs(statement, random);
        Curve curve = statement.commitment().curve();
        long[] witness = Witness.of(statement.circuit(), curve, inputs);
        int threads = Runtime.getRuntime().availableProcessors();
        Groth16Prover.Proven proven;
        try (Arena arena = Arena.ofConfined();
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            Groth16ProvingKey key = Groth16ProvingKey.read(ZkpProve.mapped(zkey, arena));
            if (key.curve() != curve) {
                throw new PoyangException(
                        ZkpErrors.UNREADABLE, "the key is over another curve", "give the key of this statement's form");
            }
            proven = new Groth16Prover(key, Workers.of(threads, executor)).prove(witness, random);
        }
        Files.writeString(proof, ForeignWriter.proof(proven.proof()));
        Files.writeString(publicValues, ForeignWriter.publicValues(proven.publicValues()));
        spec.commandLine().getOut().println("Proven: " + statement.reading(proven.publicValues()) + ".");
        return 0;
    }

    private Map<String, BigInteger> inputs(Statement statement, RandomSource random) throws IOException {
        Curve curve = statement.commitment().curve();
        return switch (statement) {
            case Statement.Qualified of ->
                source.records(curve, of.commitment().columns()).inputs(of, row - 1);
            case Statement.Attested of -> {
                if (record == null) {
                    throw new PoyangException(
                            ZkpErrors.UNREADABLE, "there is no record", "name the signed record by --record");
                }
                yield SignedRecord.read(Zkp.text(record)).inputs(of);
            }
            case Statement.Described of ->
                source.column(curve, of.commitment().columns().getFirst()).inputs(of);
            case Statement.Listed of -> {
                if (person == null || blind == null) {
                    throw new PoyangException(
                            ZkpErrors.UNREADABLE, "nobody is named", "give --person and a file for --blind");
                }
                if (!Files.exists(blind)) {
                    Files.writeString(
                            blind,
                            ForeignWriter.publicValues(List.of(CommittedList.blind(curve, random.fork("blind")))));
                }
                yield source.list(curve, of.commitment().columns().getFirst())
                        .inputs(of, person, readBlind(blind, curve));
            }
        };
    }

    static BigInteger readBlind(Path file, Curve curve) {
        String digits = Zkp.text(file).replaceAll("[\\[\\]\"\\s]", "");
        if (digits.matches("[0-9]{1,80}")) {
            BigInteger value = new BigInteger(digits);
            if (value.compareTo(curve.scalars().modulus()) < 0) {
                return value;
            }
        }
        throw new PoyangException(
                ZkpErrors.UNREADABLE, file + " holds no number of the field", "give the file that `zkp state` wrote");
    }
}
