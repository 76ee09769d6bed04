package poyang.crypto.pki;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.RandomSource;

/// A province with a city and a department, each with two operators, in folders of a test.
final class Jiangxi {
    static final Instant START = Instant.parse("2026-11-23T10:00:00Z");
    static final char[] PASSWORD = "鄱阳-password".toCharArray();

    final RandomSource random = new SeededRandom(new byte[32], "pki-test");
    final Sm2PrivateKey zhangKey = key();
    final Sm2PrivateKey liKey = key();
    final ActingOperator zhang = new ActingOperator("张三", zhangKey);
    final ActingOperator li = new ActingOperator("li", liKey);
    final List<Operator> operators = List.of(zhang.operator(), li.operator());
    final Path folder;
    Instant now = START;
    final InstantSource clock = () -> now;
    final CertificateAuthority province;
    final CertificateAuthority city;
    final CertificateAuthority department;

    Jiangxi(Path folder) {
        this.folder = folder;
        province = found("province", Level.PROVINCE, new Subject("CN", "江西省数据局", "", "江西省根证书"));
        city = found("nanchang", Level.CITY, new Subject("CN", "南昌市数据局", "", "南昌市签发机构"));
        certify(province, city);
        department = found("tax", Level.DEPARTMENT, new Subject("CN", "南昌市税务局", "信息中心", "南昌市税务局签发机构"));
        certify(city, department);
    }

    CertificateAuthority found(String name, Level level, Subject subject) {
        return CertificateAuthority.found(
                folder.resolve(name),
                new CertificateAuthority.Founding(level, subject, operators, "", 0),
                PASSWORD,
                clock,
                random);
    }

    /// Has `lower`'s request certified by `upper`, and installs the answer.
    void certify(CertificateAuthority upper, CertificateAuthority lower) {
        try (Sm2PrivateKey own = lower.key(PASSWORD)) {
            CertificateRequest request = CertificateRequest.make(lower.subject(), Usage.AUTHORITY, List.of(), own);
            CertificateAuthority.Issued issued =
                    issue(upper, new Application(lower.level(), request, new EncryptionKey.None(), 0, 0));
            List<java.security.cert.X509Certificate> chain = new ArrayList<>(issued.certificates());
            chain.addAll(upper.chain());
            lower.install(chain, zhang);
        }
    }

    CertificateAuthority.Issued issue(CertificateAuthority authority, Application application) {
        int number = authority.request(application, zhang);
        authority.approve(number, li);
        return issue(authority, number);
    }

    CertificateAuthority.Issued issue(CertificateAuthority authority, int number) {
        try (Sm2PrivateKey key = authority.key(PASSWORD)) {
            return authority.issue(number, li, key, random);
        }
    }

    RevocationList list(CertificateAuthority authority) {
        try (Sm2PrivateKey key = authority.key(PASSWORD)) {
            return authority.list(Duration.ofDays(7), zhang, key);
        }
    }

    Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    Subject person(String name) {
        return new Subject("CN", "南昌市税务局", "征管科", name);
    }

    Application node(Sm2PrivateKey key, String name) {
        CertificateRequest request = CertificateRequest.make(person(name), Usage.PROCESS, List.of("ip:10.1.2.3"), key);
        return new Application(Level.NODE, request, new EncryptionKey.None(), 0, 0);
    }

    Application user(Sm2PrivateKey key, String name, EncryptionKey encryption) {
        CertificateRequest request = CertificateRequest.make(person(name), Usage.SIGNATURE, List.of(), key);
        return new Application(Level.USER, request, encryption, 0, 0);
    }

    Optional<Refusal> check(
            List<java.security.cert.X509Certificate> chain, ChainValidation.Purpose purpose, RevocationView view) {
        return ChainValidation.check(chain, province.chain().getLast(), purpose, view, now);
    }
}
