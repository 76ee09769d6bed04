package poyang.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import poyang.crypto.Revocations;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.wire.schema.CertificateStatus;
import poyang.wire.schema.CertificateStatusList;
import poyang.wire.schema.Event;
import poyang.wire.schema.IssuerKey;

/// The revocations that a chain's `Certificates` contract holds, in memory for handshakes: all of them once,
/// then block by block. A revocation once known is never forgotten, so a node that is behind, or lies by
/// leaving some out, takes none back. Safe for use by several threads.
public final class KnownRevocations implements Revocations {
    private static final String CONTRACT = "poyang.v1.Certificates";

    private static final long PAUSE_MILLIS = 2_000;

    private final Map<Name, Revocation> known = new ConcurrentHashMap<>();

    private record Name(Bytes issuerHash, BigInteger serial) {}

    /// Reads them all, as one node answers.
    ///
    /// @throws PoyangException `NOT_PROVEN` when the answer is malformed, or what the call fails with
    public void load(ChainAccount account) {
        try {
            CertificateStatusList.parseFrom(account.read(CONTRACT, "Revoked", IssuerKey.getDefaultInstance()))
                    .getCertificatesList()
                    .forEach(this::add);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /// Keeps up with the chain until the thread is interrupted: loads, then follows. While no node
    /// answers, what is known stays and the next attempt comes after a pause.
    ///
    /// @throws PoyangException a node's refusal of this account
    public void follow(ChainAccount account) throws InterruptedException {
        while (true) {
            try {
                long height = account.height();
                load(account);
                account.follow(height + 1, this::heard);
            } catch (PoyangException e) {
                if (e.code().category() == ErrorCode.Category.FORBIDDEN) {
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /// Takes in what a block announced; for the sink of {@link ChainAccount#follow}.
    ///
    /// @throws PoyangException `NOT_PROVEN`
    public void heard(VerifiedBlock block) {
        for (Event event : block.events()) {
            if (event.getContract().equals(CONTRACT) && event.getTopic().equals("certificates.revoked")) {
                try {
                    add(CertificateStatus.parseFrom(event.getPayload()));
                } catch (InvalidProtocolBufferException e) {
                    throw malformed(e);
                }
            }
        }
    }

    private void add(CertificateStatus status) {
        ByteString serial = status.getCertificate().getSerial();
        Name name = new Name(
                ChainForms.bytes(status.getCertificate().getIssuer()), new BigInteger(1, serial.toByteArray()));
        if (status.hasRevocation()) {
            known.put(
                    name,
                    new Revocation(
                            status.getRevocation().getReasonValue(),
                            status.getRevocation().getSinceSeconds()));
        }
    }

    @Override
    public Optional<Revocation> revocationOf(Bytes issuerHash, BigInteger serial) {
        return Optional.ofNullable(known.get(new Name(issuerHash, serial)));
    }

    private static PoyangException malformed(InvalidProtocolBufferException cause) {
        return new PoyangException(
                SdkErrors.NOT_PROVEN,
                "a certificate's status is malformed",
                "one release of the schema is needed",
                cause);
    }
}
