package poyang.pir;

/// Records with their keywords, read twice in the same order while a table is made, so that they
/// need not be held in memory.
@FunctionalInterface
public interface Records {
    /// Takes one record.
    @FunctionalInterface
    interface Taker {
        /// @param keyword 1 to 1,024 bytes, in the form that look-ups use too
        /// @param record at most the table's record length
        void take(byte[] keyword, byte[] record);
    }

    void forEach(Taker taker);
}
