package poyang.executor.job;

import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What host and view child say to each other over the Unix socket in the child's scratch folder. The child
/// lives as long as its table is asked.
///
/// ```
/// host                                    child
///   Make                         →          reads the reader's stream to its end
///                                ←          Progress …, Standing
///   Evaluate, Answer …           →
///                                ←          Frame or Refused, in any order
/// ```
/// The child says Failed instead of Standing, and ends.
public sealed interface ViewMessage {

    /// @param identifierKind how keys are brought to one form, by the name of its rule
    /// @param columns of a record; the reader gives the key column before them
    /// @param recordBytes the longest record, or 0 for as long as the longest one is
    /// @param recordsPerKey how many records a key may have
    record Make(String identifierKind, int columns, int recordBytes, int recordsPerKey) implements ViewMessage {}

    /// @param total 0 where it is not known
    record Progress(String phase, long done, long total) implements ViewMessage {}

    /// The table stands.
    ///
    /// @param form what everyone may know of it, encoded
    /// @param keywordsAtOnce keywords that one look-up's frames have room for
    /// @param keywordBytes both ways together, for one keyword
    /// @param memoryBytes of the matrix and what was prepared from it
    record Standing(Bytes form, long roundedRecords, int keywordsAtOnce, long keywordBytes, long memoryBytes)
            implements ViewMessage {}

    /// The first frame of a look-up.
    record Evaluate(long call, int keywords, Bytes blinded) implements ViewMessage {}

    /// The second frame.
    record Answer(long call, int keywords, Bytes queries) implements ViewMessage {
        /// Frames can be large and are nobody's to read.
        @Override
        public String toString() {
            return "Answer[" + call + ", " + queries.length() + " bytes]";
        }
    }

    /// What answers a call.
    record Frame(long call, Bytes content) implements ViewMessage {
        /// Frames can be large and are nobody's to read.
        @Override
        public String toString() {
            return "Frame[" + call + ", " + content.length() + " bytes]";
        }
    }

    /// A call's frame was none.
    record Refused(long call, PoyangException failure) implements ViewMessage {}

    /// @param failure what was wrong and what would be right, without any row's content
    record Failed(PoyangException failure) implements ViewMessage {}
}
