package poyang.chain.node;

import java.math.BigInteger;
import java.util.Optional;
import poyang.chain.contract.CertificateDirectory;
import poyang.chain.contract.ReadableState;
import poyang.crypto.Revocations;
import poyang.kernel.Bytes;

/// The certificates of these tests' chains are all good.
public final class NothingRevoked implements CertificateDirectory {
    @Override
    public Optional<Revocations.Revocation> revocation(Bytes issuerHash, BigInteger serial, ReadableState state) {
        return Optional.empty();
    }
}
