package poyang.executor.job;

import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// What host and compute child say to each other over the Unix socket in the child's scratch folder.
///
/// ```
/// host                                    child
///   Start                        →
///                                ←          Read, unless it has what it needs; then the reader's stream follows
///                                ←          Progress …, Committed
///   Go (the job is RUNNING)      →
///   Frame …                      ↔          Frame …, Progress …
///                                ←          Output: result and opening lie in scratch, sealed
/// ```
/// The child says Failed instead, at any time, and ends.
public sealed interface ChildMessage {

    /// @param receiverKey the receiver's account key, or empty where this side gets no result
    /// @param departmentKey the key that opening and counts are sealed to
    /// @param markSecret 32 bytes of this data set, under which its contents are marked
    /// @param stamp another one whenever the source has changed, or empty where the host knows none
    /// @param provingKey of a run that proves
    record Start(
            JobFacts facts,
            Bytes receiverKey,
            Bytes departmentKey,
            Bytes markSecret,
            Bytes stamp,
            Optional<ProvingKey> provingKey)
            implements ChildMessage {
        /// Of a run that proves nothing.
        public Start(JobFacts facts, Bytes receiverKey, Bytes departmentKey, Bytes markSecret, Bytes stamp) {
            this(facts, receiverKey, departmentKey, markSecret, stamp, Optional.empty());
        }

        /// The secret stays with the department.
        @Override
        public String toString() {
            return "Start[" + facts + "]";
        }
    }

    /// The child takes the rows of its source now.
    record Read() implements ChildMessage {}

    /// All parties' commitments are on the chain: frames may flow.
    record Go() implements ChildMessage {}

    /// One protocol frame, to or from another party.
    record Frame(PartyId peer, Bytes content) implements ChildMessage {
        /// Frames can be large and are nobody's to read.
        @Override
        public String toString() {
            return "Frame[" + peer + ", " + content.length() + " bytes]";
        }
    }

    record Progress(String phase, long done, long total) implements ChildMessage {}

    /// @param versionMark tells inputs of different content apart, and nothing else
    record Committed(Bytes inputRoot, Bytes seedCommitment, long roundedRows, Bytes versionMark)
            implements ChildMessage {}

    /// @param outputCommitment SM3 of the sealed plaintext, or empty where this side gets no result
    /// @param transcript digest of all frames
    /// @param links digests of the single links, in a job of more than two parties
    /// @param countsToReceiver sealed ExactCounts, or empty where this side gets no result
    /// @param countsToDepartment sealed ExactCounts
    /// @param proofs for everybody to see
    record Output(
            Bytes outputCommitment,
            Bytes transcript,
            List<LinkDigest> links,
            Bytes countsToReceiver,
            Bytes countsToDepartment,
            int rounds,
            long roundedBytes,
            List<ShownProof> proofs)
            implements ChildMessage {
        public Output {
            links = List.copyOf(links);
            proofs = List.copyOf(proofs);
        }
    }

    /// @param failure what was wrong and what would be right, without any row's content
    record Failed(PoyangException failure) implements ChildMessage {}
}
