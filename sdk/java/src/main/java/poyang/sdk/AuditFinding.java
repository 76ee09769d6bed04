package poyang.sdk;

/// Something that a supervisor must know of a log that it follows.
///
/// @param log `ORGANISATION/NAME/PROCESS`
/// @param sequence the record at which it shows; 0 where it is about none
/// @param words for people
public record AuditFinding(String log, Kind kind, long sequence, String words) {
    /// What it is.
    public enum Kind {
        /// A record's chain value does not follow from the record before and its own fields, or the file was
        /// changed under the process.
        TAMPERED(true),
        /// A record is left out.
        GAP(true),
        /// The log ends before a record that was there.
        REWOUND(true),
        /// A record is another than before, or than the one that the chain has an anchor of.
        REWRITTEN(true),
        /// The chain has an anchor of a record that the process does not show.
        WITHHELD(true),
        /// The chain has had no anchor of the log for too long.
        SILENT(true),
        /// The process refuses to be followed.
        REFUSED(true),
        /// It cannot be reached; it is tried again.
        UNREACHABLE(true),
        /// What was missing is there again.
        BACK(false);

        private final boolean alarm;

        Kind(boolean alarm) {
            this.alarm = alarm;
        }

        /// Must somebody look?
        public boolean alarm() {
            return alarm;
        }
    }
}
