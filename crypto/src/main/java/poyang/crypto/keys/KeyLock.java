package poyang.crypto.keys;

import java.util.Arrays;
import poyang.crypto.SecretBytes;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// What a key file's own key is locked with: a password, or a key inside a token. Locked bytes may lie on
/// disk.
public sealed interface KeyLock permits KeyLock.Password, HardwareToken {
    /// @param purpose what the key is for; only the same purpose unlocks it
    byte[] lock(String purpose, SecretBytes key, RandomSource random);

    /// @throws PoyangException `WRONG_PASSWORD`, `UNKNOWN_KEY_FORM`, `TOKEN_FAILED`
    SecretBytes unlock(String purpose, byte[] locked);

    static Password password(char[] password) {
        return new Password(password, PasswordDerivation.ITERATIONS);
    }

    /// A password as a lock; `close` overwrites the copy it keeps.
    final class Password implements KeyLock, AutoCloseable {
        private final char[] password;
        private final int iterations;

        Password(char[] password, int iterations) {
            this.password = password.clone();
            this.iterations = iterations;
        }

        @Override
        public byte[] lock(String purpose, SecretBytes key, RandomSource random) {
            return PasswordBox.seal(purpose, Bytes.empty(), password, key, iterations, random);
        }

        @Override
        public SecretBytes unlock(String purpose, byte[] locked) {
            return PasswordBox.parse(purpose, locked).open(password);
        }

        @Override
        public void close() {
            Arrays.fill(password, '\0');
        }

        @Override
        public String toString() {
            return "KeyLock.Password";
        }
    }
}
