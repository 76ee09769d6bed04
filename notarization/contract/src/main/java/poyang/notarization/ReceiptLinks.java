package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import poyang.crypto.Sm3;
import poyang.kernel.CanonicalWriter;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.ReceiptPeer;

/// Whether receipts tell of the same run.
///
/// Two parties state one digest of the one link between them. More than two state a digest for each of their
/// links, because nobody has the frames of links between others: each link has two ends, and every pair of ends
/// must name the same frames. One digest over all links could be stated by nobody alone, and would not tell
/// which link disagrees.
final class ReceiptLinks {
    private ReceiptLinks() {}

    /// @param receipts of all parties, in the job's order
    static boolean agree(List<JobReceipt> receipts) {
        JobReceipt first = receipts.getFirst();
        if (receipts.stream().anyMatch(each -> each.getRounds() != first.getRounds())) {
            return false;
        }
        if (receipts.size() == 2) {
            return first.getTranscriptDigest().equals(receipts.getLast().getTranscriptDigest());
        }
        for (int i = 0; i < receipts.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!link(receipts.get(i), receipts.get(j)).equals(link(receipts.get(j), receipts.get(i)))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static ByteString link(JobReceipt of, JobReceipt to) {
        return of.getPeersList().stream()
                .filter(peer -> peer.getOrganisation().equals(to.getOrganisation()))
                .findFirst()
                .orElseThrow()
                .getTranscriptDigest();
    }

    /// What a receipt's peers are but for the links' digests.
    static List<ReceiptPeer> others(Job job, int side) {
        return IntStream.range(0, job.getPartiesCount())
                .filter(i -> i != side)
                .mapToObj(job::getParties)
                .map(ReceiptLinks::peer)
                .toList();
    }

    private static ReceiptPeer peer(JobParty party) {
        return ReceiptPeer.newBuilder()
                .setOrganisation(party.getOrganisation())
                .setInputRoot(party.getCommitment().getInputRoot())
                .build();
    }

    static ReceiptPeer withoutTranscript(ReceiptPeer peer) {
        return peer.toBuilder().clearTranscriptDigest().build();
    }

    /// The links' digests, and the one over all of them.
    static void whole(JobReceipt receipt) {
        receipt.getPeersList().forEach(peer -> Rules.hash("peers.transcript_digest", peer.getTranscriptDigest()));
        List<ReceiptPeer> sorted = receipt.getPeersList().stream()
                .sorted(Comparator.comparing(ReceiptPeer::getOrganisation))
                .toList();
        byte[] all = Sm3.digest(new CanonicalWriter("poyang.transcripts.v1")
                .list(
                        sorted,
                        (w, peer) -> w.text(peer.getOrganisation())
                                .bytes(peer.getTranscriptDigest().toByteArray()))
                .toArray());
        Rules.need(
                receipt.getTranscriptDigest().equals(ByteString.copyFrom(all)),
                NotarizationErrors.RECEIPT_DIFFERS,
                "the receipt's transcript_digest is not that of its links",
                "SM3 over all links' names and digests is needed");
    }
}
