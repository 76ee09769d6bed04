package poyang.executor.job;

import poyang.kernel.Bytes;

/// What a run that proves needs besides rows.
///
/// @param file the proving key, as the child sees it
/// @param secret 32 bytes, from which the salts of the commitment come
public record ProvingKey(String file, Bytes secret) {
    /// Without the secret.
    @Override
    public String toString() {
        return "ProvingKey[" + file + "]";
    }
}
