package poyang.dashboard;

/// Who did what through this console. Whoever implements it stops the console when it cannot write.
public interface AuditTrail {
    /// @param actor account, as far as it is known
    /// @param action for example `login`
    /// @param subject what it was about: names of methods and addresses, never arguments
    /// @throws poyang.kernel.PoyangException `AUDIT_LOG_LOST`
    void record(String actor, String action, String subject);

    /// The same for what must not take effect unrecorded: the record is anchored on chain when this returns.
    default void release(String actor, String action, String subject) {
        record(actor, action, subject);
    }
}
