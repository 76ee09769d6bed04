package poyang.executor.job;

import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What host and view child say to each other over the Unix socket in the child's scratch folder. The child
/// lives as long as its table is asked.
///
/// ```
/// host                                    child
///   Make                         →          reads the reader's stream to its end, or what it kept
///                                ←          Progress …, Standing
///   Evaluate, Answer …           →
///                                ←          Frame or Refused, in any order
///   Read                         →          reads a pipe of rows to its end
///                                ←          Progress …, then Standing, Unchanged or NotChanged
///   Retire                       →
/// ```
/// The child says Failed instead of the first Standing, and ends. A table that is changed answers on until it
/// is retired.
public sealed interface ViewMessage {

    /// @param identifierKind how keys are brought to one form, by the name of its rule
    /// @param columns of a record; the reader gives the key column before them
    /// @param recordBytes the longest record, or 0 for as long as the longest one is
    /// @param recordsPerKey how many records a key may have
    /// @param ranges whether it is read by ranges of keys
    /// @param kept the folder in which rows and values outlive the child, sealed
    /// @param secret 32 bytes, from which come the keys that seal them and the table's own
    /// @param resumed whether the rows are those that were kept, and no reader gives any
    record Make(
            String identifierKind,
            int columns,
            int recordBytes,
            int recordsPerKey,
            boolean ranges,
            String kept,
            Bytes secret,
            boolean resumed)
            implements ViewMessage {
        /// The secret is not for logs.
        @Override
        public String toString() {
            return "Make[" + identifierKind + ", " + columns + " columns, resumed " + resumed + "]";
        }
    }

    /// @param pipe of the rows as they are now, named as the child sees it
    record Read(String pipe) implements ViewMessage {}

    /// The rows are those of the latest table.
    record Unchanged() implements ViewMessage {}

    /// The latest table stays: another could not be made.
    record NotChanged(PoyangException failure) implements ViewMessage {}

    /// This table is asked no more.
    record Retire(int table) implements ViewMessage {}

    /// @param total 0 where it is not known
    record Progress(String phase, long done, long total) implements ViewMessage {}

    /// The table stands.
    ///
    /// @param table its number among this child's, from 0
    /// @param form what everyone may know of it, encoded
    /// @param keywordsAtOnce keywords that one look-up's frames have room for
    /// @param keywordBytes both ways together, for one keyword
    /// @param memoryBytes of the matrix and what was prepared from it
    /// @param steps frames that are evaluated before the one that is answered
    record Standing(
            int table,
            Bytes form,
            long roundedRecords,
            int keywordsAtOnce,
            long keywordBytes,
            long memoryBytes,
            int steps)
            implements ViewMessage {}

    /// A frame of a look-up before its last.
    record Evaluate(long call, int table, int keywords, Bytes blinded) implements ViewMessage {}

    /// The last frame.
    record Answer(long call, int table, int keywords, Bytes queries) implements ViewMessage {
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
