package poyang.sdk;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.ReceiptProof;
import poyang.crypto.Signature;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.LookupReceipt;
import poyang.wire.schema.ReceiptFile;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// Verifies a computation's receipt offline, from the receipt file and the genesis alone.
public final class ReceiptVerifier {
    private static final String JOB = "poyang.v1.Receipts/Submit";
    private static final String LOOKUP = "poyang.v1.Views/Serve";

    private ReceiptVerifier() {}

    /// What came of it.
    public sealed interface Verdict {
        /// The chain accepted this statement of that executor.
        ///
        /// @param header of the block that holds it
        /// @param signers validators whose signatures were checked
        /// @param epoch who attests, and how many of them make a proof
        /// @param sender the executor's account
        /// @param signatureChecked true when the sender's own signature was checked, with the key that the
        ///     genesis names or the file proves; otherwise the quorum vouches for it
        /// @param receipt the statement
        record Proven(
                BlockHeader header,
                int signers,
                Epoch epoch,
                String sender,
                boolean signatureChecked,
                JobReceipt receipt)
                implements Verdict {}

        /// The chain accepted that executor's statement that it answered a look-up of its view.
        ///
        /// @param header of the block that holds it
        /// @param signers validators whose signatures were checked
        /// @param epoch who attests, and how many of them make a proof
        /// @param sender the executor's account
        /// @param signatureChecked as above
        /// @param receipt the statement
        record LookupProven(
                BlockHeader header,
                int signers,
                Epoch epoch,
                String sender,
                boolean signatureChecked,
                LookupReceipt receipt)
                implements Verdict {}

        /// @param reason in words, without a full stop
        record Refuted(String reason) implements Verdict {}
    }

    /// Never throws for what a file holds: anything that does not fit refutes it.
    public static Verdict verify(ReceiptFile file, GenesisFile genesisFile) {
        try {
            return check(file, ChainForms.genesis(genesisFile));
        } catch (PoyangException e) {
            return new Verdict.Refuted(e.wrong());
        } catch (InvalidProtocolBufferException e) {
            return new Verdict.Refuted("a message within the receipt is malformed");
        }
    }

    private static Verdict check(ReceiptFile file, Genesis genesis) throws InvalidProtocolBufferException {
        if (file.getVersion() != 1) {
            return new Verdict.Refuted("the receipt file's version is " + file.getVersion() + ", and 1 is known");
        }
        BlockVerifier verifier = BlockVerifier.of(genesis, ChainForms.links(file.getEpochLinksList()));
        ReceiptProof proof = ChainForms.receiptProof(file.getProven());
        if (proof.verify(genesis, verifier.epochs()) instanceof ReceiptProof.Verdict.Refuted(String reason)) {
            return new Verdict.Refuted(reason);
        }
        FinalityProof finality = proof.finality();
        Transaction transaction = file.getProven().getTransaction();
        TransactionPayload payload = TransactionPayload.parseFrom(transaction.getPayload());
        TransactionReceipt executed =
                TransactionReceipt.parseFrom(file.getProven().getReceipt());
        if (executed.getCode() != 0) {
            return new Verdict.Refuted("the chain refused the statement: " + executed.getWrong());
        }
        String call = payload.getContract() + "/" + payload.getMethod();
        if (!call.equals(JOB) && !call.equals(LOOKUP)) {
            return new Verdict.Refuted("the transaction is a call of " + call + ", not a computation's receipt");
        }
        if (!ChainForms.bytes(executed.getTransactionId())
                        .equals(proof.transaction().transactionId(genesis.suite()))
                || executed.getHeight() != finality.header().height()
                || executed.getIndex() != proof.index()) {
            return new Verdict.Refuted("the execution's record belongs to another transaction");
        }
        boolean keyProven = file.hasSender();
        List<VerificationKey> keys = keyProven
                ? provenKeys(file, verifier, payload.getSender(), finality.header())
                : key(genesis, payload.getSender()).stream().toList();
        boolean checked = keys.stream().anyMatch(key -> signed(transaction, key));
        if (!checked && (keyProven || !keys.isEmpty())) {
            return new Verdict.Refuted("the statement is not signed by " + payload.getSender()
                    + (keyProven
                            ? " with a key that was good at height "
                                    + finality.header().height()
                            : " with the key in the genesis, and the file does not prove that it changed"));
        }
        int signers = finality.signatures().size();
        Epoch epoch = verifier.epochs().of(finality.header()).orElseThrow();
        return call.equals(JOB)
                ? new Verdict.Proven(
                        finality.header(),
                        signers,
                        epoch,
                        payload.getSender(),
                        checked,
                        JobReceipt.parseFrom(payload.getArguments()))
                : new Verdict.LookupProven(
                        finality.header(),
                        signers,
                        epoch,
                        payload.getSender(),
                        checked,
                        LookupReceipt.parseFrom(payload.getArguments()));
    }

    private static boolean signed(Transaction transaction, VerificationKey key) {
        if (transaction.getSignature().size() != Signature.ENCODED_BYTES - 1) {
            return false;
        }
        Bytes rs = ChainForms.bytes(transaction.getSignature());
        return key.verify(transaction.getPayload().toByteArray(), new Signature(rs, transaction.getParity()));
    }

    /// The keys of the sender that were good in the receipt's block, by the proof that the file brings.
    private static List<VerificationKey> provenKeys(
            ReceiptFile file, BlockVerifier verifier, String sender, BlockHeader header)
            throws InvalidProtocolBufferException {
        ProvenValue value = verifier.state(file.getSender(), "poyang.v1.Accounts", "account/" + sender);
        if (value.height() != header.height() || value.value().isEmpty()) {
            throw new PoyangException(
                    SdkErrors.NOT_PROVEN,
                    "the keys of " + sender + " are not proven at height " + header.height(),
                    "the account's record as it was after the receipt's block is needed");
        }
        AccountRecord record = AccountRecord.parseFrom(value.value().get().toArray());
        return AccountKeys.goodAt(record, header.height());
    }

    /// The key in the genesis, which is good until the account announces another.
    private static Optional<VerificationKey> key(Genesis genesis, String account)
            throws InvalidProtocolBufferException {
        for (Genesis.Call call : genesis.calls()) {
            if (call.contract().equals("poyang.v1.Accounts") && call.method().equals("Register")) {
                AccountRecord record = AccountRecord.parseFrom(call.arguments().toArray());
                if (record.getId().equals(account)) {
                    return Optional.of(
                            VerificationKey.decode(record.getPublicKey().toByteArray()));
                }
            }
        }
        return Optional.empty();
    }
}
