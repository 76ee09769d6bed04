package poyang.connectors;

/// One field of a connector's form.
///
/// @param name key, for example `path`
/// @param kind how a form shows and guards it
/// @param required whether it must be given
/// @param defaultValue used when it is absent; empty for none
/// @param label what it means, Chinese
/// @param labelEnglish what it means, English
public record Setting(
        String name, Kind kind, boolean required, String defaultValue, String label, String labelEnglish) {
    /// How a form shows and guards a setting.
    public enum Kind {
        TEXT,
        NUMBER,
        /// A path on the department's own machine, below a folder that the operator allowed.
        PATH,
        /// Sealed to the executor in the browser, never logged or shown.
        SECRET
    }
}
