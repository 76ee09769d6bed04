package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.executor.compute.Replay;
import poyang.executor.host.LocalCrowd.Ended;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.Groth16SetUp;
import poyang.zkp.systems.VerificationKey;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.CommittedRecords;
import poyang.zkp.uses.ProofOnRequest;
import poyang.zkp.uses.Statement;

/// A proof by a real jailed process, from rows and a key that its host does not read, for a party without rows.
class LocalProofTest extends LocalScene {
    private static final PartyId PROVER = new PartyId("taxation");
    private static final PartyId ASKER = new PartyId("housing");
    private static final byte[] SECRET = new byte[SeededRandom.SEED_BYTES];

    private final Sm2PrivateKey department = Sm2PrivateKey.generate(random.fork("department"));

    private JobPlan.Proof plan(Path keys) throws IOException {
        String commitment = CommittedRecords.of(
                        Curve.BN254,
                        List.of(Column.read("income:number")),
                        List.of(List.of("9000"), List.of("4200")),
                        SECRET)
                .commitment()
                .text();
        Statement statement = ProofOnRequest.statement(commitment, List.of("income<5000"), List.of(), "case 17");
        Groth16ProvingKey made = Groth16SetUp.byOneTrustedParty(
                Witness.constraints(statement.circuit(), Curve.BN254), random.fork("keys"), Workers.CALLER);
        Path file = keys.resolve("income.1.zkey");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            made.write(out);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(keys.resolve("income.1.secret"), HexFormat.of().formatHex(SECRET) + "\n");
        return new JobPlan.Proof(
                PROVER,
                commitment,
                "groth16",
                ForeignWriter.key(made.verificationKey()),
                List.of("income<5000"),
                List.of(),
                "case 17",
                "",
                ProofOnRequest.NAME);
    }

    private List<Ended> run(JobPlan.Proof plan, ProvingKeys.Held key, String rows) throws IOException {
        return new LocalCrowd(
                        setup,
                        "j4",
                        plan,
                        List.of(
                                new LocalCrowd.Member(PROVER, Optional.of(csv("a.csv", rows)), Optional.of(key)),
                                new LocalCrowd.Member(ASKER, Optional.empty())),
                        ASKER,
                        receiver.publicKey(),
                        department.publicKey(),
                        folder)
                .run((_, _, _) -> {});
    }

    @Test
    void provesInTheJailAndCanBeReplayed() throws IOException {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        JobPlan.Proof plan = plan(keys);
        ProvingKeys.Held key = new ProvingKeys(keys).need("taxation/income", 1, setup.jail());
        List<Ended> ended = run(plan, key, "id,income\np1,9000\np2,4200\n");
        byte[] plain = result("j4", 1);
        assertEquals(Sm3.hash(plain), ended.getLast().output().outputCommitment());
        assertTrue(text(plain).startsWith("name,value\r\nstatement,a record of the committed table has income<5000"));
        var proof = ended.getFirst().output().proofs().getFirst();
        assertTrue(VerificationKey.read(VerificationKey.Kind.GROTH16, plan.verificationKey())
                .verify(proof.proof(), proof.publicValues())
                .holds());
        assertEquals(List.of(), ended.getLast().output().proofs());
        for (Ended each : ended) {
            try (InputStream opening =
                    new BufferedInputStream(Files.newInputStream(folder.resolve(each.party() + ".opening")))) {
                Replay.Commitment again = Replay.run(opening, department);
                assertEquals(each.input().inputRoot(), again.inputRoot());
                assertEquals(each.output().transcript(), again.transcript());
                assertEquals(each.output().outputCommitment(), again.outputCommitment());
                assertFalse(again.resumed());
            }
        }
        PoyangException untrue = assertThrows(PoyangException.class, () -> run(plan, key, "income\n9000\n4201\n"));
        assertEquals(ExecutorErrors.COMMITMENT_DIFFERS, untrue.code());
        assertEquals(FailureCode.COMMITMENT_DIFFERS, FailureCode.of(untrue));
    }

    @Test
    void aKeyOrSecretThatIsNotThereIsNamedByItsOwnCode() throws IOException {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        ProvingKeys none = new ProvingKeys(keys);
        missing(none, "taxation/income");
        missing(none, "taxation/../income");
        Path zkey = Files.createFile(keys.resolve("income.1.zkey"));
        Files.setPosixFilePermissions(zkey, PosixFilePermissions.fromString("rw-r--r--"));
        missing(none, "taxation/income");
        Files.writeString(keys.resolve("income.1.secret"), "00\n");
        missing(none, "taxation/income");
        Files.writeString(keys.resolve("income.1.secret"), "00".repeat(32) + "\n");
        assertEquals(zkey, none.need("taxation/income", 1, setup.jail()).mount().source());
    }

    private void missing(ProvingKeys keys, String id) {
        PoyangException missing = assertThrows(PoyangException.class, () -> keys.need(id, 1, setup.jail()));
        assertEquals(FailureCode.PROVING_KEY_MISSING, FailureCode.of(missing), missing.getMessage());
    }
}
