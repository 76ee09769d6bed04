package poyang.chain.node.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poyang.chain.proofs.Genesis;
import poyang.crypto.storage.DurableFile;
import poyang.crypto.storage.SealedValues;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity.TlsFiles;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;
import poyang.sdk.PrivateFolder;
import poyang.sdk.host.Member;

/// The files of one chain of a host. Nothing of another chain is needed to read them but the host's storage
/// key, under which the password of this chain's keys lies.
///
/// ```
/// CHAIN/ chain.record   what the host knows about it
///        genesis        canonical form
///        member         name, seeds, state.keep, observer
///        tls.pem tls.key.pem root.pem validator.key.pem [validator.next.pem]
///        chain.key      data key under the host's storage key; seals `password`
///        password       of the keys above and of data/storage.key
///        data/          ledger, index, audit log, and their keys
/// ```
record ChainFolder(Path path) {
    private static final String RECORD = "chain.record";
    private static final String GENESIS = "genesis";
    private static final String MEMBER = "member";
    private static final String MEMBER_DOMAIN = "poyang.hosted-member.v1";
    private static final String CHAIN_KEY = "chain.key";
    private static final String PASSWORD = "password";
    private static final String NEXT_KEY = "validator.next.pem";
    private static final String PURPOSE = "chain";
    /// Ends the name of a folder that is not whole yet.
    static final String DRAFT = ".new";

    /// Takes part as.
    record Part(String name, String seeds, String keep, boolean observes) {}

    Path data() {
        return path.resolve("data");
    }

    TlsFiles tlsFiles() {
        return new TlsFiles(path.resolve("tls.pem"), path.resolve("tls.key.pem"), path.resolve("root.pem"));
    }

    /// The validator's key, and the next one if there is one.
    List<Path> validatorKeys() {
        Path next = path.resolve(NEXT_KEY);
        Path key = path.resolve("validator.key.pem");
        return Files.exists(next) ? List.of(key, next) : List.of(key);
    }

    /// Writes what a member brings into a folder that is there; another member's papers go.
    void write(Genesis genesis, Member member, StorageKey host, RandomSource random) {
        Member.Papers papers = member.papers();
        put(GENESIS, genesis.encoded().toArray());
        put("tls.pem", utf8(papers.certificate()));
        put("tls.key.pem", utf8(papers.tlsKey()));
        put("root.pem", utf8(papers.root()));
        put("validator.key.pem", utf8(papers.validatorKey()));
        if (!papers.nextKey().isEmpty()) {
            put(NEXT_KEY, utf8(papers.nextKey()));
        }
        put(
                MEMBER,
                new CanonicalWriter(MEMBER_DOMAIN)
                        .text(member.name())
                        .text(member.seeds())
                        .text(member.keep())
                        .flag(member.observes())
                        .toArray());
        char[] password = member.password();
        byte[] secret = Member.octets(password);
        try (SealedValues seal = seal(host, random)) {
            put(PASSWORD, seal.seal(PASSWORD, new byte[0], secret));
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(password, '\0');
        }
    }

    private SealedValues seal(StorageKey host, RandomSource random) {
        return SealedValues.open(host.dataKey(path.resolve(CHAIN_KEY), PURPOSE, random), random);
    }

    /// The password of the chain's keys, to be overwritten.
    char[] password(StorageKey host, RandomSource random) {
        try (SealedValues seal = seal(host, random)) {
            return Member.characters(seal.open(PASSWORD, new byte[0], read(PASSWORD)));
        }
    }

    Genesis genesis() {
        return Genesis.decode(read(GENESIS));
    }

    Part part() {
        CanonicalReader in = new CanonicalReader(MEMBER_DOMAIN, read(MEMBER));
        Part part = new Part(in.text(64), in.text(1 << 16), in.text(32), in.flag());
        in.end();
        return part;
    }

    /// Is its record there? One without is not whole, or is nearly erased.
    boolean recorded() {
        return Files.exists(path.resolve(RECORD));
    }

    ChainRecord record() {
        return ChainRecord.decode(read(RECORD));
    }

    /// Durable when it returns.
    void put(ChainRecord record) {
        put(RECORD, record.encoded());
    }

    /// Lays the audit log, readable under the host's storage key alone, and what the chain was into a folder of
    /// its own, whole or not at all.
    ///
    /// @param actor on whose word it is erased, for the last line of the log
    void keep(ChainFolder kept, ChainRecord record, String actor, HostKeys host, RandomSource random) {
        ChainFolder draft = new ChainFolder(kept.path.resolveSibling(kept.path.getFileName() + DRAFT));
        draft.erase(random);
        PrivateFolder.make(draft.path);
        Path audit = data().resolve("audit.log");
        try {
            if (Files.exists(audit)) {
                char[] password = password(host.storage(), random);
                try (StorageKey own = StorageKey.open(data().resolve("storage.key"), password)) {
                    AuditSeal.handOver(
                            data().resolve("audit.key"), own, host.storage(), draft.path.resolve("audit.key"), random);
                } finally {
                    Arrays.fill(password, '\0');
                }
                draft.put("audit.log", Files.readAllBytes(audit));
                draft.put("storage.key", Files.readAllBytes(host.file()));
                draft.sayLast(actor, record, host, random);
            }
            draft.put(GENESIS, read(GENESIS));
            draft.put(record);
            DurableFile.move(draft.path, kept.path);
        } catch (IOException e) {
            throw failed(kept.path, e);
        }
    }

    /// The host's storage key, and the file that it lies in under the host's password.
    record HostKeys(StorageKey storage, Path file, InstantSource clock) {}

    private void sayLast(String actor, ChainRecord record, HostKeys host, RandomSource random) {
        AuditSeal seal = AuditSeal.open(path.resolve("audit.key"), host.storage(), random);
        try (AuditLog log = AuditLog.open(path.resolve("audit.log"), seal, host.clock())) {
            log.record(
                    actor,
                    "chain.delete",
                    record.chain(),
                    "height " + record.height() + " state root " + record.stateRoot(),
                    AuditLog.DONE);
        }
    }

    /// Destroys every key in it, so that nothing that it sealed can be read any more, and then deletes all.
    void erase(RandomSource random) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        destroyKeys(random);
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    // The record goes last: until then the host knows that it must go on.
                    if (!file.equals(path.resolve(RECORD))) {
                        Files.delete(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                    if (folder.equals(path)) {
                        Files.deleteIfExists(path.resolve(RECORD));
                    }
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
            DurableFile.syncFolder(path);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    /// Overwrites and deletes keys and what wraps keys.
    void destroyKeys(RandomSource random) {
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    String name = file.getFileName().toString();
                    if (name.endsWith(".key") || name.endsWith("key.pem") || name.equals(NEXT_KEY)) {
                        StorageKey.destroy(file, random);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    /// What its files take now.
    long diskBytes() {
        long[] bytes = new long[1];
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    bytes[0] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }

                // A running chain's files come and go.
                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            return bytes[0];
        }
        return bytes[0];
    }

    private byte[] read(String name) {
        try {
            return Files.readAllBytes(path.resolve(name));
        } catch (IOException e) {
            throw failed(path.resolve(name), e);
        }
    }

    private void put(String name, byte[] content) {
        try {
            DurableFile.replace(path.resolve(name), content);
        } catch (IOException e) {
            throw failed(path.resolve(name), e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static PoyangException failed(Path what, IOException cause) {
        return new PoyangException(
                HostErrors.FILES_FAILED,
                "the host's file " + what + " cannot be read or written (" + cause + ")",
                "a healthy disk with room, and a folder that only this process uses, are needed",
                cause);
    }

    /// The id of one stay, for a folder's name.
    static Bytes stay(RandomSource random) {
        return Bytes.wrap(random.bytes(ChainRecord.STAY_BYTES));
    }
}
