package poyang.crypto.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Revocations;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.crypto.pki.ChainValidation;
import poyang.crypto.pki.Refusal;
import poyang.crypto.pki.RevocationView;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// What a process shows and demands on every connection: TLS 1.3 with `TLS_SM4_GCM_SM3`, curveSM2 and
/// sm2sig_sm3 (RFC 8998), certificates on both sides, both leading to the chain's trust root and none of
/// them revoked. There is no other suite, version or mode to fall back to.
///
/// {@link #sslContext} gives engines that are set up already and cannot be weakened; Netty's and gRPC's
/// handlers take it as they take any other context. Safe for use by several threads.
public final class TlsIdentity {
    static final List<String> PROTOCOLS = List.of("TLSv1.3");
    static final List<String> CIPHER_SUITES = List.of("TLS_SM4_GCM_SM3");

    private final OwnKey own;
    private final X509Certificate root;
    private final InstantSource clock;
    private final EngineContext.Inner inner;
    private volatile Revocations revocations = TlsIdentity::nothingRevoked;
    private volatile RevocationView lists = RevocationView.notConsulted();
    private volatile Runnable refresh = () -> {};

    /// @param chain own certificates, leaf first
    /// @param key the leaf's key; this object keeps using it
    /// @param root the trust root
    /// @param clock tells whether certificates hold
    /// @param random ephemeral keys and nonces come from a fork of it
    /// @throws PoyangException `BAD_CERTIFICATE` when the own chain does not hold or belongs to another key
    public TlsIdentity(
            List<X509Certificate> chain,
            Sm2PrivateKey key,
            X509Certificate root,
            InstantSource clock,
            RandomSource random) {
        this.root = root;
        this.clock = clock;
        own = new OwnKey(chain, key);
        check(chain, key);
        inner = new EngineContext.Inner(own, new RootTrust(this), random.fork("tls of " + name()));
    }

    private void check(List<X509Certificate> chain, Sm2PrivateKey key) {
        Certificates.validate(chain, root, clock.instant());
        if (!Certificates.publicKey(chain.getFirst()).equals(key.publicKey())) {
            throw new PoyangException(
                    CryptoErrors.BAD_CERTIFICATE,
                    "the certificate of \"" + Certificates.name(chain.getFirst()) + "\" belongs to another key",
                    "certificate and key file of one process are needed");
        }
    }

    /// From now on handshakes show these certificates; open connections stay as they are.
    ///
    /// @param chain own certificates, leaf first, of the same name as before
    /// @param key the leaf's key; this object keeps using it
    /// @throws PoyangException `BAD_CERTIFICATE` when they do not hold, belong to another key or have
    ///     another name; the certificates until now then go on being shown
    public void renew(List<X509Certificate> chain, Sm2PrivateKey key) {
        check(chain, key);
        String name = Certificates.name(chain.getFirst());
        if (!name.equals(name())) {
            throw new PoyangException(
                    CryptoErrors.BAD_CERTIFICATE,
                    "the new certificate is of \"" + name + "\", and this process is \"" + name() + "\"",
                    "a certificate of the same name is needed");
        }
        own.replace(chain, key);
    }

    /// Reads an identity from its files.
    ///
    /// @throws PoyangException `FILE_FAILED`, or what the constructor throws
    public static TlsIdentity load(TlsFiles files, char[] password, InstantSource clock, RandomSource random) {
        return new TlsIdentity(
                certificates(files.chain()),
                PrivateKeyFile.read(files.key(), password),
                certificates(files.root()).getFirst(),
                clock,
                random);
    }

    /// From now on the files are looked at again before handshakes, at most once a second: a renewed
    /// certificate, with the same key or a new one, is taken up without a restart. While the new files do
    /// not fit each other or do not hold, the certificates until now go on being shown.
    ///
    /// @param password of the key file, asked for at each change; the array is overwritten after use
    /// @param heard gets what was wrong with changed files, or nothing when they were taken up
    public void follow(TlsFiles files, Supplier<char[]> password, Consumer<Optional<PoyangException>> heard) {
        FileWatch watch = new FileWatch(List.of(files.chain(), files.key()));
        watch.changed(clock.instant());
        refresh = () -> {
            if (watch.changed(clock.instant())) {
                heard.accept(takeUp(files, password));
            }
        };
    }

    private Optional<PoyangException> takeUp(TlsFiles files, Supplier<char[]> password) {
        try {
            char[] secret = password.get();
            try {
                renew(certificates(files.chain()), PrivateKeyFile.read(files.key(), secret));
            } finally {
                Arrays.fill(secret, '\0');
            }
            return Optional.empty();
        } catch (PoyangException e) {
            return Optional.of(e);
        }
    }

    private static List<X509Certificate> certificates(Path file) {
        try {
            return Certificates.fromPem(Files.readString(file));
        } catch (IOException e) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "a certificate file could not be read (" + e.getMessage() + ")",
                    "check that it exists and that this user may read it",
                    e);
        }
    }

    /// Where an identity lies.
    ///
    /// @param chain own certificates in PEM, leaf first
    /// @param key the leaf's key, encrypted PKCS#8 in PEM
    /// @param root the trust root in PEM
    public record TlsFiles(Path chain, Path key, Path root) {}

    /// The common name of the own leaf.
    public String name() {
        return Certificates.name(chain().getFirst());
    }

    /// From now on handshakes ask here whether a certificate of the peer was revoked, and so does
    /// {@link #standing}. Before the first call nothing counts as revoked.
    public void consult(Revocations known) {
        revocations = known;
    }

    /// From now on handshakes and {@link #standing} read the revocation lists in this folder too, besides what
    /// {@link #consult} names. A list that is put there counts within a second; while one there is stale, is not
    /// its authority's or cannot be read, the certificates it is about are refused.
    public void readLists(Path folder) {
        lists = new ListFolder(folder);
    }

    private RevocationView revoked() {
        return RevocationView.of(revocations).and(lists);
    }

    /// Before a handshake begins.
    void refresh() {
        refresh.run();
    }

    /// Makes engines that speak nothing but the suite above and demand the peer's certificate. What ends a
    /// handshake is thrown as a {@link TlsRefusal}.
    public SSLContext sslContext() {
        return sslContext(_ -> {});
    }

    /// As {@link #sslContext()}.
    ///
    /// @param refused hears of each connection that was not made, for servers whose caller does not see it
    public SSLContext sslContext(Consumer<PoyangException> refused) {
        return EngineContext.of(inner, this, refused, Optional.empty());
    }

    /// As {@link #sslContext()}. Connections that this side opens ask for one of several services behind one
    /// address by this name, in their first message (RFC 6066 server name), which travels in clear.
    ///
    /// @param name a host name by its form
    public SSLContext sslContextTowards(String name) {
        return EngineContext.of(inner, this, _ -> {}, Optional.of(name));
    }

    public List<String> protocols() {
        return PROTOCOLS;
    }

    public List<String> cipherSuites() {
        return CIPHER_SUITES;
    }

    /// The common name that the peer proved.
    ///
    /// @throws PoyangException `BAD_CERTIFICATE` before the handshake is complete
    public static String peerName(SSLSession session) {
        return Certificates.name(shown(session).getFirst());
    }

    /// Why the peer of an open connection would be refused if it came now: a certificate ran out or was
    /// revoked since the handshake. Empty while it may stay.
    ///
    /// @throws PoyangException `BAD_CERTIFICATE` before the handshake is complete
    public Optional<PoyangException> standing(SSLSession session) {
        return ChainValidation.checkAgain(shown(session), root, revoked(), clock.instant())
                .map(refusal -> TlsRefusal.ofPeer(refusal, this));
    }

    private static List<X509Certificate> shown(SSLSession session) {
        try {
            return List.of(session.getPeerCertificates()).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            throw new PoyangException(
                    CryptoErrors.BAD_CERTIFICATE,
                    "the peer has not proved its name",
                    "complete the handshake first",
                    e);
        }
    }

    /// Why these certificates of a peer are not accepted.
    Optional<Refusal> judge(List<X509Certificate> shown) {
        return ChainValidation.check(shown, root, ChainValidation.Purpose.TLS, revoked(), clock.instant());
    }

    /// Why the own certificates should not be accepted, as far as this side can tell.
    Optional<Refusal> judgeOwn() {
        return judge(chain());
    }

    List<X509Certificate> chain() {
        return own.chain();
    }

    /// To which all certificates must lead.
    public X509Certificate trustRoot() {
        return root;
    }

    X509Certificate root() {
        return root;
    }

    Instant now() {
        return clock.instant();
    }

    /// The trust root as people compare it: its name and the first 16 digits of its DER's SM3.
    String rootInWords() {
        try {
            return "\"" + Certificates.name(root) + "\" (SM3 "
                    + Sm3.hash(root.getEncoded()).toString().substring(0, 16) + "…)";
        } catch (java.security.cert.CertificateEncodingException e) {
            return "\"" + Certificates.name(root) + "\"";
        }
    }

    private static Optional<Revocations.Revocation> nothingRevoked(Bytes issuerHash, BigInteger serial) {
        return Optional.empty();
    }
}
