package poyang.sdk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongFunction;
import poyang.crypto.storage.SealedFile;
import poyang.kernel.PoyangException;
import poyang.wire.schema.JobQuery;
import poyang.wire.schema.SealedResult;

/// Fetches a job's sealed result piece by piece into a file, which the receiver's key then opens
/// ({@link SealedFile#openFile}). Run again after an interruption, it goes on behind the last whole chunk.
public final class ResultDownload {
    private static final String EXECUTOR = "poyang.v1.Executor";

    private ResultDownload() {}

    /// @param organisation whose executor holds the result: the receiver's
    /// @param receiver signs the queries
    /// @param attempt 0: the latest
    /// @throws PoyangException `BAD_FILE`, or as the executor refuses
    public static void fetch(
            ExecutorClient executors, String organisation, ChainAccount receiver, String job, int attempt, Path copy) {
        fetch(
                offset -> executors.result(
                        organisation,
                        receiver.query(
                                EXECUTOR,
                                "Result",
                                JobQuery.newBuilder()
                                        .setJob(job)
                                        .setAttempt(attempt)
                                        .setOffset(offset)
                                        .build())),
                copy);
    }

    static void fetch(LongFunction<SealedResult> ask, Path copy) {
        try {
            long at = Files.exists(copy) ? SealedFile.resumeOffset(copy) : 0;
            try (FileChannel out = FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                out.truncate(at);
                long total = Long.MAX_VALUE;
                while (at < total) {
                    SealedResult piece = ask.apply(at);
                    ByteBuffer content = piece.getSealed().asReadOnlyByteBuffer();
                    total = piece.getTotalBytes();
                    boolean fits = piece.getOffset() == at && at + content.remaining() <= total;
                    if (!fits || !content.hasRemaining() && at < total) {
                        throw new PoyangException(
                                SdkErrors.BAD_FILE,
                                "the executor gave another piece of the result than was asked for",
                                "ask the executor's operator");
                    }
                    while (content.hasRemaining()) {
                        at += out.write(content, at);
                    }
                }
                out.force(false);
            }
        } catch (IOException e) {
            throw new PoyangException(
                    SdkErrors.BAD_FILE,
                    "the sealed result cannot be written to " + copy + " (" + e.getMessage() + ")",
                    "a file that this user may write is needed",
                    e);
        }
    }
}
