package poyang.network;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.tools.Report;
import poyang.tools.ZkpStatementOptions;
import poyang.wire.schema.Empty;
import poyang.wire.schema.ProofId;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofKeyList;
import poyang.wire.schema.ProofKeyVersion;
import poyang.wire.schema.ProofSystem;
import poyang.wire.schema.ProofVerdict;
import poyang.wire.schema.StoredProof;
import poyang.wire.schema.TransactionReceipt;
import poyang.wire.schema.VerifyRequest;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Verdict;
import poyang.zkp.systems.VerificationKey;
import poyang.zkp.uses.Statement;

/// Verification keys and proofs on chain: publish, submit, list, get. Exit codes: 0 done, and a proof holds; 1 it does
/// not, or no node was reached; 2 wrong use, or the chain refuses.
@Command(name = "proof", description = "Publishes keys and proofs of statements on chain, and gets them back.")
final class ProofCommands extends CommandGroup {
    private static final String CONTRACT = "poyang.v1.ZeroKnowledge";

    ProofCommands() {
        super("proof");
    }

    /// A key with its statement, which names the commitment.
    @Command(description = "Publishes a verification key with its statement and commitment. An owner's.")
    int publish(
            @Parameters(paramLabel = "KEY", description = "DEPARTMENT/NAME") String id,
            @Option(names = "--version", defaultValue = "1", description = "the next one (default: 1)") int version,
            @Option(names = "--verification-key", required = true, paramLabel = "F") Path key,
            @Mixin ZkpStatementOptions of,
            @Mixin AccountOptions by) {
        ProofKey made = key(id, version, of.statement(), text(key));
        return by.with(random, clock, account -> {
            long height = account.call(CONTRACT, "Register", made).getHeight();
            return report().say("key", id)
                    .say("version", version)
                    .say("height", height)
                    .done(0);
        });
    }

    /// The key as the chain takes it.
    static ProofKey key(String id, int version, Statement statement, String key) {
        return ProofKey.newBuilder()
                .setId(id)
                .setOrganisation(id.substring(0, Math.max(0, id.indexOf('/'))))
                .setVersion(version)
                .setStatement(statement.words() + "; commitment "
                        + statement.commitment().root())
                .setSystem(ProofSystem.GROTH16)
                .setKey(key)
                .addAllPublicNames(statement.publicNames())
                .setCommitment(statement.commitment().text())
                .build();
    }

    /// Has every node verify a proof.
    @Command(description = "Has every node verify a proof under a published key; one that holds is kept.")
    int submit(
            @Parameters(paramLabel = "KEY", description = "DEPARTMENT/NAME") String id,
            @Option(names = "--version", defaultValue = "1", description = "of the key (default: 1)") int version,
            @Option(names = "--proof", required = true, paramLabel = "F") Path proof,
            @Option(names = "--public", required = true, paramLabel = "F") Path publicValues,
            @Option(names = "--cost-limit", defaultValue = "1000", description = "units (default: 1000)") int limit,
            @Mixin AccountOptions by) {
        String proofText = text(proof);
        String valuesText = text(publicValues);
        return by.with(random, clock, account -> {
            List<BigInteger> values = read(keyOf(account, id, version)).readPublicValues(valuesText);
            VerifyRequest request = VerifyRequest.newBuilder()
                    .setKey(id)
                    .setVersion(version)
                    .setProof(proofText)
                    .addAllPublicValues(
                            values.stream().map(BigInteger::toString).toList())
                    .setCostLimit(limit)
                    .build();
            TransactionReceipt receipt = account.call(CONTRACT, "Verify", request);
            ProofVerdict verdict =
                    parsed(ProofVerdict.parser(), receipt.getResult().toByteArray());
            Report report = report().say("valid", verdict.getValid())
                    .say("cost", verdict.getCost())
                    .say("height", receipt.getHeight());
            return verdict.getValid()
                    ? report.say("proof", verdict.getId()).done(0)
                    : report.say("reason", verdict.getReason()).done(1);
        });
    }

    /// The files of a proof that the chain keeps, verified here once more.
    @Command(
            description = "Writes a kept proof, its public values and key to files, and verifies it without the chain.")
    int get(
            @Parameters(paramLabel = "PROOF", description = "what submit said") String id,
            @Option(names = "--verification-key", required = true, paramLabel = "OUT") Path key,
            @Option(names = "--proof", required = true, paramLabel = "OUT") Path proof,
            @Option(names = "--public", required = true, paramLabel = "OUT") Path publicValues,
            @Option(names = "--commitment", paramLabel = "OUT", description = "of the key, where it has one") @Nullable
                    Path commitment,
            @Mixin AccountOptions by)
            throws IOException {
        record Kept(StoredProof proof, ProofKey key) {}
        Kept kept = by.with(random, clock, account -> {
            StoredProof stored = parsed(
                    StoredProof.parser(),
                    account.read(
                            CONTRACT, "GetProof", ProofId.newBuilder().setId(id).build()));
            return new Kept(stored, keyOf(account, stored.getKey(), stored.getVersion()));
        });
        Files.writeString(key, kept.key().getKey());
        if (commitment != null) {
            Files.writeString(commitment, kept.key().getCommitment());
        }
        Files.writeString(proof, kept.proof().getProof());
        Files.writeString(
                publicValues,
                ForeignWriter.publicValues(kept.proof().getPublicValuesList().stream()
                        .map(BigInteger::new)
                        .toList()));
        Verdict verdict =
                read(kept.key()).verify(kept.proof().getProof(), kept.proof().getPublicValuesList());
        return report().say("statement", kept.key().getStatement())
                .say("department", kept.proof().getOrganisation())
                .say("height", kept.proof().getHeight())
                .say("valid", verdict.holds())
                .done(verdict.holds() ? 0 : 1);
    }

    /// Which keys there are.
    @Command(description = "Lists the verification keys of the chain with their statements.")
    int list(@Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report().list("keys");
            for (ProofKey key : parsed(
                            ProofKeyList.parser(), account.read(CONTRACT, "ListKeys", Empty.getDefaultInstance()))
                    .getKeysList()) {
                report.item(
                        "keys",
                        Map.of(
                                "key", key.getId(),
                                "version", key.getVersion(),
                                "statement", key.getStatement(),
                                "curve", key.getCurve(),
                                "cost", key.getCost(),
                                "withdrawn", key.getWithdrawn()),
                        key.getId() + " version " + key.getVersion() + (key.getWithdrawn() ? ", withdrawn: " : ": ")
                                + key.getStatement());
            }
            return report.done(0);
        });
    }

    private static ProofKey keyOf(ChainAccount account, String id, int version) {
        return parsed(
                ProofKey.parser(),
                account.read(
                        CONTRACT,
                        "GetKey",
                        ProofKeyVersion.newBuilder()
                                .setId(id)
                                .setVersion(version)
                                .build()));
    }

    private static VerificationKey read(ProofKey key) {
        return VerificationKey.read(
                key.getSystem() == ProofSystem.PLONK ? VerificationKey.Kind.PLONK : VerificationKey.Kind.GROTH16,
                key.getKey());
    }

    private static <M> M parsed(Parser<M> parser, byte[] message) {
        try {
            return parser.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    NetworkErrors.JOB_FAILED, "a node's answer is malformed", "one release on all sides is needed", e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE,
                    file + " cannot be read as text: " + e.getMessage(),
                    "name a file that exists and may be read",
                    e);
        }
    }
}
