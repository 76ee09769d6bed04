package poyang.crypto.keys;

/// Where a version of a key stands in its life (GM/T 0054): each state allows less than the one before,
/// and none is left backwards.
public enum KeyState {
    /// Made, but its time has not come: it does nothing.
    PENDING,
    /// Signs, verifies, encrypts, decrypts. At most one version at a time.
    ACTIVE,
    /// A newer version is active; this one still verifies and decrypts until its hard stop.
    RETIRING,
    /// Past its hard stop: refused, but for reading old archives under a recorded reason.
    ARCHIVED,
    /// Its bytes are gone; its public key and dates stay on record.
    DESTROYED
}
