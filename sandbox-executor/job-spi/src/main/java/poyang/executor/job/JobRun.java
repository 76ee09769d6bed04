package poyang.executor.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;

/// One party's side of one attempt: takes the input, commits to it, runs the protocol once.
public interface JobRun {
    /// Whether this run has what it needs of its input from an earlier one, whose source was the same, and reads no
    /// row. Called before the first batch, or after {@link #carried} where an attempt without rows is run again.
    ///
    /// @param stamp another one whenever the source has changed, or empty
    default boolean takesUp(Bytes stamp) {
        return false;
    }

    /// Takes the rows of one batch, whose columns are those that {@link JobKind#columns} named.
    void read(VectorSchemaRoot batch);

    long rowsRead();

    /// The Merkle root of the input, salted from `random`; of a run that takes up an earlier one's, a salted digest of
    /// that one's root. Called once, after the last batch.
    Bytes inputRoot(RandomSource random);

    /// The commitment to the seed of all of the run's randomness.
    Bytes seedCommitment(byte[] seed);

    /// A mark of the input's content: the same for the same content under the same secret, whatever the order
    /// of its rows, and random to whoever does not know the secret. Called once, after the last batch.
    Bytes versionMark(byte[] secret);

    /// Writes what this run goes on from, where an earlier attempt left something. Called once, after
    /// {@link #inputRoot}; a run may write more while it goes on, and is given the same in the same places.
    default void carry(OutputStream to) {}

    /// Takes what {@link #carry} wrote, instead of what lies there, when an attempt is run again. Called before
    /// {@link #inputRoot}.
    default void carried(InputStream from) {
        throw new Bug("this kind of run goes on from nothing");
    }

    /// Runs the protocol. Called once, after {@link #inputRoot}.
    Output run(PartyNetwork network, RandomSource random, JobProgress progress);

    /// What {@link #run} proved to everybody: it goes on chain.
    default List<ShownProof> proofs() {
        return List.of();
    }

    /// Writes the result that {@link #run} gave; the same each time.
    default void writeResult(Output output, OutputStream to) throws IOException {
        to.write(output.result().orElseThrow().toArray());
    }

    /// What a run gave.
    ///
    /// @param result UTF-8 CSV with its header, where this side receives; without content where the run has a
    ///     {@link #writeResult} of its own
    /// @param distinctKeys of the own side
    /// @param peerKeys of the other sides
    /// @param matches where this side receives, else 0
    /// @param exchange what crossed to and from the other sides
    record Output(Optional<Bytes> result, long distinctKeys, long peerKeys, long matches, Exchange exchange) {
        @Override
        public String toString() {
            return "Output[" + exchange + "]";
        }
    }

    /// @param transcript digest of all frames: of the one link, equal on both sides, or of all links together
    /// @param links in a job of more than two parties each link's own digest, in ascending order of the peers'
    ///     names; otherwise empty
    record Exchange(Bytes transcript, List<LinkDigest> links, int rounds, long bytesSent, long bytesReceived) {
        public Exchange {
            links = List.copyOf(links);
        }

        /// Of a job of two parties.
        public Exchange(Bytes transcript, int rounds, long bytesSent, long bytesReceived) {
            this(transcript, List.of(), rounds, bytesSent, bytesReceived);
        }
    }
}
