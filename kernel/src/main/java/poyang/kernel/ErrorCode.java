package poyang.kernel;

/// A stable name and number for one kind of failure; operators search manuals by it.
///
/// Number ranges: kernel 1000, crypto 2000, wire 3000, chain 4000, notarization 5000, connectors 6000,
/// protocols 7000, executor 8000, console 9000, launcher and tools 10000.
///
/// @param name upper-case words, for example `WRONG_KEY_COLUMN`
/// @param number unique over the project
/// @param category who can mend it
public record ErrorCode(String name, int number, Category category) {

    /// Who can mend the failure.
    public enum Category {
        /// The caller sent something wrong.
        BAD_INPUT,
        /// The caller may not do this.
        FORBIDDEN,
        /// A counterpart broke the protocol.
        BAD_PEER,
        /// Disk, network, database or another process failed.
        ENVIRONMENT
    }

    @Override
    public String toString() {
        return "PY-" + number + " " + name;
    }
}
