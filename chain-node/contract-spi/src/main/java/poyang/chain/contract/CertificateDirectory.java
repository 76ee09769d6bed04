package poyang.chain.contract;

import java.math.BigInteger;
import java.util.Optional;
import poyang.crypto.Revocations;
import poyang.kernel.Bytes;

/// Tells which certificates the chain took back; implemented by the contract that keeps their status,
/// found by `ServiceLoader`.
public interface CertificateDirectory {
    /// As {@link Revocations#revocationOf}.
    ///
    /// @param state any contract's state of the block in question
    Optional<Revocations.Revocation> revocation(Bytes issuerHash, BigInteger serial, ReadableState state);
}
