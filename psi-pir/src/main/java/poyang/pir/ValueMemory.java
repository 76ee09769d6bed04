package poyang.pir;

/// Values of keywords under one holder's key that were computed earlier: what makes a table again without its
/// larger cost. Called by several threads.
public interface ValueMemory {
    /// Bytes of a keyword's name here: the first of its SM3.
    int NAME_BYTES = 16;

    /// No memory.
    ValueMemory NONE = new ValueMemory() {
        @Override
        public boolean recall(byte[] names, int name, byte[] values, int value) {
            return false;
        }

        @Override
        public void keep(byte[] names, int name, byte[] values, int value) {
            // it is computed again where it is needed again
        }
    };

    /// Writes the 32 bytes of a keyword's value to `values` from `value` on.
    ///
    /// @return false when it is not known
    boolean recall(byte[] names, int name, byte[] values, int value);

    /// Takes a value that was computed.
    void keep(byte[] names, int name, byte[] values, int value);
}
