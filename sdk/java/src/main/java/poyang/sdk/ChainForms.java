package poyang.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Parser;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochChain;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.wire.schema.GenesisCall;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.GenesisValidator;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.ReceiptFile;
import poyang.wire.schema.Transaction;

/// Between the schema's messages, the files that people keep, and the canonical records of
/// `poyang.chain.proofs`, which are what is hashed, signed and proven.
public final class ChainForms {
    private static final int FILE_BYTES_MAX = 64 << 20;

    private ChainForms() {}

    public static Bytes bytes(ByteString from) {
        return Bytes.wrap(from.toByteArray());
    }

    /// Reads what a quorum attested.
    ///
    /// @throws PoyangException `NOT_PROVEN` when it is no message of this kind
    public static <T> T attested(Parser<T> parser, Bytes value) {
        try {
            return parser.parseFrom(value.toArray());
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    SdkErrors.NOT_PROVEN, "an attested value is malformed", "one release of the schema is needed", e);
        }
    }

    public static ByteString byteString(Bytes from) {
        return ByteString.copyFrom(from.toArray());
    }

    /// @throws PoyangException `BAD_FILE`
    public static GenesisFile readGenesis(Path file) {
        GenesisFile.Builder into = GenesisFile.newBuilder();
        readJson(file, into, "a genesis");
        return into.build();
    }

    /// @throws PoyangException `BAD_FILE`
    public static ReceiptFile readReceipt(Path file) {
        ReceiptFile.Builder into = ReceiptFile.newBuilder();
        readJson(file, into, "a receipt");
        return into.build();
    }

    /// A job's plan in protobuf's JSON mapping, as people write it.
    ///
    /// @throws PoyangException `BAD_FILE`
    public static Plan readPlan(Path file) {
        Plan.Builder into = Plan.newBuilder();
        readJson(file, into, "a job's plan");
        return into.build();
    }

    /// Protobuf's JSON mapping.
    public static String json(MessageOrBuilder message) {
        try {
            return JsonFormat.printer().print(message) + "\n";
        } catch (InvalidProtocolBufferException e) {
            throw bad("the message has no JSON form", "messages of the schema have one", e);
        }
    }

    private static void readJson(Path file, Message.Builder into, String what) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw bad(file + " is larger than " + FILE_BYTES_MAX + " bytes", "it cannot be " + what, null);
            }
            JsonFormat.parser().merge(Files.readString(file), into);
        } catch (IOException e) {
            throw bad(
                    file + " cannot be read as " + what + " (" + e.getMessage() + ")",
                    "a JSON file of that kind is needed, as the chain's software writes it or docs/ shows it",
                    e);
        }
    }

    /// The canonical genesis of a file's content.
    ///
    /// @throws PoyangException `BAD_FILE`, `BAD_GENESIS` or `BAD_KEY`
    public static Genesis genesis(GenesisFile file) {
        List<Validator> validators = new ArrayList<>();
        for (GenesisValidator each : file.getValidatorsList()) {
            validators.add(new Validator(
                    new PartyId(each.getId()),
                    VerificationKey.decode(each.getPublicKey().toByteArray())));
        }
        long different = validators.stream().map(Validator::id).distinct().count();
        if (validators.stream()
                        .map(validator -> validator.publicKey().suite())
                        .distinct()
                        .count()
                > 1) {
            throw bad(
                    "the genesis' validators have keys of two suites",
                    "keys of the suite that it names are needed",
                    null);
        }
        if (validators.isEmpty()
                || different != validators.size()
                || file.getStateRoot().size() != CryptoSuite.DIGEST_BYTES) {
            throw bad(
                    "the genesis lacks validators or a state root, or repeats one", "a whole genesis is needed", null);
        }
        if (!Epoch.engineFor(file.getEngine(), validators.size())) {
            throw bad(
                    "the genesis names the engine \"" + file.getEngine() + "\" for " + validators.size()
                            + " validators",
                    "\"bft\", \"raft\", or \"single\" for one validator are known",
                    null);
        }
        if (!Epoch.sensible(file.getBlockTimeMillis())) {
            throw bad(
                    "the genesis declares a block time of " + file.getBlockTimeMillis() + " ms",
                    "20 to 60,000 ms are possible",
                    null);
        }
        return new Genesis(
                file.getVersion(),
                file.getName(),
                CryptoSuite.named(file.getSuite()),
                Epoch.of(0, file.getEngine(), file.getBlockTimeMillis(), validators),
                file.getTimestampMillis(),
                file.getCallsList().stream()
                        .map(c -> new Genesis.Call(c.getContract(), c.getMethod(), bytes(c.getArguments())))
                        .toList(),
                bytes(file.getStateRoot()),
                bytes(file.getTrustRoot()));
    }

    public static GenesisFile file(Genesis genesis) {
        GenesisFile.Builder file = GenesisFile.newBuilder()
                .setVersion(genesis.version())
                .setName(genesis.name())
                .setSuite(genesis.suite().label())
                .setEngine(genesis.epoch().engine())
                .setBlockTimeMillis(genesis.epoch().blockTimeMillis())
                .setTimestampMillis(genesis.timestampMillis())
                .setStateRoot(byteString(genesis.stateRoot()))
                .setTrustRoot(byteString(genesis.trustRoot()));
        genesis.epoch()
                .validators()
                .forEach(v -> file.addValidators(GenesisValidator.newBuilder()
                        .setId(v.id().name())
                        .setPublicKey(byteString(v.publicKey().encoded()))));
        genesis.calls()
                .forEach(c -> file.addCalls(GenesisCall.newBuilder()
                        .setContract(c.contract())
                        .setMethod(c.method())
                        .setArguments(byteString(c.arguments()))));
        return file.build();
    }

    /// A transaction as it stands in the block's tree.
    public static TransactionLeaf leaf(Transaction transaction) {
        return new TransactionLeaf(
                bytes(transaction.getPayload()), bytes(transaction.getSignature()), transaction.getParity());
    }

    public static Transaction transaction(TransactionLeaf leaf) {
        return Transaction.newBuilder()
                .setPayload(byteString(leaf.payload()))
                .setSignature(byteString(leaf.signature()))
                .setParity(leaf.parity())
                .build();
    }

    /// @throws PoyangException `BAD_ENCODING` when the finality proof is none
    public static ReceiptProof receiptProof(ProvenReceipt proven) {
        return new ReceiptProof(
                leaf(proven.getTransaction()),
                bytes(proven.getReceipt()),
                proven.getIndex(),
                proven.getTransactionCount(),
                proven.getTransactionPathList().stream().map(ChainForms::bytes).toList(),
                proven.getReceiptPathList().stream().map(ChainForms::bytes).toList(),
                FinalityProof.decode(proven.getFinalityProof().toByteArray()));
    }

    public static ProvenReceipt provenReceipt(ReceiptProof proof) {
        return ProvenReceipt.newBuilder()
                .setTransaction(transaction(proof.transaction()))
                .setReceipt(byteString(proof.receipt()))
                .setIndex(proof.index())
                .setTransactionCount(proof.count())
                .addAllTransactionPath(proof.transactionPath().stream()
                        .map(ChainForms::byteString)
                        .toList())
                .addAllReceiptPath(
                        proof.receiptPath().stream().map(ChainForms::byteString).toList())
                .setFinalityProof(byteString(proof.finality().encoded()))
                .build();
    }

    /// What leads from one epoch to the next ones.
    ///
    /// @throws PoyangException `BAD_ENCODING` for bytes that are no link
    static List<EpochLink> links(List<ByteString> encoded) {
        return encoded.stream()
                .map(link -> EpochLink.decode(link.toByteArray()))
                .toList();
    }

    /// The epochs that a receipt file proves from the genesis on.
    ///
    /// @throws PoyangException `BAD_ENCODING`; `NOT_PROVEN` when its links lead nowhere
    public static EpochChain epochs(ReceiptFile file, Genesis genesis) {
        return BlockVerifier.of(genesis, links(file.getEpochLinksList())).epochs();
    }

    private static PoyangException bad(String wrong, String right, @Nullable Throwable cause) {
        return new PoyangException(SdkErrors.BAD_FILE, wrong, right, cause);
    }
}
