package poyang.crypto.tls;

import java.io.Serial;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// The process's {@link RandomSource} in the shape that TLS takes. What is seeded from outside is ignored:
/// a source seeds itself.
final class SourcedRandom extends SecureRandom {
    @Serial
    private static final long serialVersionUID = 1;

    SourcedRandom(RandomSource source) {
        super(new Spi(source), null);
    }

    private static final class Spi extends SecureRandomSpi {
        @Serial
        private static final long serialVersionUID = 1;

        private final transient RandomSource source;

        Spi(RandomSource source) {
            this.source = source;
        }

        @Override
        protected void engineSetSeed(byte[] seed) {
            // The source seeds itself.
        }

        @Override
        protected void engineNextBytes(byte[] bytes) {
            synchronized (source) {
                source.fill(bytes);
            }
        }

        @Override
        protected byte[] engineGenerateSeed(int count) {
            Bug.unless(count >= 0, "a seed has a length");
            byte[] seed = new byte[count];
            engineNextBytes(seed);
            return seed;
        }
    }
}
