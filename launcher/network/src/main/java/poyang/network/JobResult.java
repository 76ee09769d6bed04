package poyang.network;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm3;
import poyang.crypto.storage.SealedFile;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.ResultDownload;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.ReceiptFile;
import poyang.wire.schema.TransactionPayload;

/// A job's result in its receiver's hands.
final class JobResult {
    private static final int SALT_BYTES = 16;

    private JobResult() {}

    /// Downloads the sealed result beside `out`, opens it, holds it against what the receiver's department committed
    /// to, and writes it.
    ///
    /// @return the CSV
    static byte[] fetch(Job job, ChainAccount receiver, ExecutorClient executors, SigningKey key, Path out) {
        String organisation = job.getReceiver().substring(0, job.getReceiver().indexOf('/'));
        Path sealed = out.resolveSibling(out.getFileName() + ".sealed");
        ResultDownload.fetch(executors, organisation, receiver, job.getId(), job.getAttempt(), sealed);
        byte[] context = ("poyang.result.v1:" + job.getId() + ":" + job.getAttempt()).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] plain;
            try (InputStream in = SealedFile.open(Files.newInputStream(sealed), key, context)) {
                plain = in.readAllBytes();
            }
            if (!ChainForms.bytes(receipt(job, organisation, receiver).getOutputCommitment())
                    .equals(Sm3.hash(plain))) {
                throw failed("the result is not what the receipt commits to", null);
            }
            byte[] csv = Arrays.copyOfRange(plain, SALT_BYTES, plain.length);
            Files.write(out, csv);
            Files.delete(sealed);
            return csv;
        } catch (IOException e) {
            throw failed("the result could not be opened or written: " + e.getMessage(), e);
        }
    }

    private static JobReceipt receipt(Job job, String organisation, ChainAccount receiver)
            throws InvalidProtocolBufferException {
        JobParty party = job.getPartiesList().stream()
                .filter(each -> each.getOrganisation().equals(organisation))
                .findFirst()
                .orElseThrow(() -> failed("the receiver's department takes no part", null));
        ReceiptFile file = receiver.receiptFile(ChainForms.bytes(party.getReceiptTransaction()));
        return JobReceipt.parseFrom(
                TransactionPayload.parseFrom(file.getProven().getTransaction().getPayload())
                        .getArguments());
    }

    private static PoyangException failed(String wrong, @Nullable Exception cause) {
        return new PoyangException(
                NetworkErrors.JOB_FAILED, wrong, "fetch it again, and have the executor's log looked at", cause);
    }
}
