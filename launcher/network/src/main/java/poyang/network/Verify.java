package poyang.network;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainForms;
import poyang.sdk.ReceiptVerifier;
import poyang.sdk.ReceiptVerifier.Verdict;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.ReceiptPeer;

/// Verifies a computation's receipt offline, and says in words what that proves and what it does not.
@Command(name = "verify", description = "Verifies a receipt offline, from the receipt file and the genesis alone.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Verify implements Callable<Integer> {
    @Parameters(paramLabel = "RECEIPT", description = "the receipt file")
    private Path receipt;

    @Option(names = "--genesis", required = true, description = "the chain's genesis file")
    private Path genesis;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        require(receipt);
        require(genesis);
        Verdict verdict = ReceiptVerifier.verify(ChainForms.readReceipt(receipt), ChainForms.readGenesis(genesis));
        command.commandLine().getOut().println(words(verdict));
        return verdict instanceof Verdict.Refuted ? 1 : 0;
    }

    private static String words(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Refuted(String reason) -> "NOT PROVEN: " + reason + ".";
            case Verdict.LookupProven proven -> LookupWords.of(proven);
            case Verdict.Proven proven -> {
                JobReceipt said = proven.receipt();
                yield String.format(
                        Locale.ROOT,
                        "PROVEN. Block %d of chain %s (%s) holds this statement of %s:%n"
                                + "  job %s, attempt %d: protocol %s, %d rounds, about %,d bytes, %,d ms, sandbox %s%n"
                                + "  plan               %s%n"
                                + "  own input          %s%n"
                                + "%s"
                                + "  randomness         %s%n"
                                + "  all frames         %s%n"
                                + "  result             %s%n"
                                + "What this proves: %d of %d validators signed the block, %s;%n"
                                + "  %s;%n"
                                + "  the inputs and the randomness were committed to on chain before the first frame, and%n"
                                + "  nothing of this statement was changed since.%n"
                                + "What it does not prove: that the committed input is true, or that the executor followed the%n"
                                + "  protocol. The department's auditor checks the latter: poyang audit replay must give the same%n"
                                + "  commitments and frames; all departments' receipts must name the same frames.",
                        proven.header().height(),
                        proven.header().chainId().slice(0, 8).hex() + "…",
                        Instant.ofEpochMilli(proven.header().timestampMillis()),
                        proven.sender(),
                        said.getJob(),
                        said.getAttempt(),
                        said.getProtocolName(),
                        said.getRounds(),
                        said.getRoundedBytes(),
                        said.getProtocolMillis(),
                        said.getSandbox(),
                        hex(said.getPlanHash()),
                        hex(said.getInputRoot()),
                        others(said),
                        hex(said.getSeedCommitment()),
                        hex(said.getTranscriptDigest()),
                        said.getOutputCommitment().isEmpty()
                                ? "none, this side gets none"
                                : hex(said.getOutputCommitment()),
                        proven.signers(),
                        proven.epoch().validators().size(),
                        proven.signatureChecked()
                                ? "and the executor signed the statement with the key in the genesis"
                                : "and vouch for the executor's signature",
                        proven.epoch().strength());
            }
        };
    }

    /// A line for the other side's input, or one for each other party's and its link.
    private static String others(JobReceipt said) {
        if (said.getPeersCount() == 0) {
            return String.format(Locale.ROOT, "  other side's input %s%n", hex(said.getPeerInputRoot()));
        }
        StringBuilder lines = new StringBuilder();
        for (ReceiptPeer peer : said.getPeersList()) {
            lines.append(String.format(
                    Locale.ROOT,
                    "  input of %s %s, frames with it %s%n",
                    peer.getOrganisation(),
                    hex(peer.getInputRoot()),
                    hex(peer.getTranscriptDigest())));
        }
        return lines.toString();
    }

    private static String hex(ByteString value) {
        return Bytes.wrap(value.toByteArray()).hex();
    }

    private static void require(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE,
                    "the file " + file + " cannot be read",
                    "give the path of a file that exists");
        }
    }
}
