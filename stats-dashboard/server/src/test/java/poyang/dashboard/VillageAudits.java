package poyang.dashboard;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditFeed;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;
import poyang.sdk.Facts;
import poyang.sdk.PrivateFolder;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.FollowRight;
import poyang.wire.schema.Role;
import poyang.wire.schema.SignedQuery;

/// One real audit log of the village, shown to its supervisor, who said so on chain long ago.
final class VillageAudits implements AuditGateway, Facts {
    static final String LOG = "province/console/console";

    final AuditLog log;
    private final Map<String, Sm2PrivateKey> people;
    private final AuditFeed feed;

    VillageAudits(Path folder, VillageChain chain, Map<String, Sm2PrivateKey> people, RandomSource random) {
        this.people = people;
        Path home = PrivateFolder.make(folder.resolveSibling(folder.getFileName() + "-audits"));
        InstantSource clock = InstantSource.system();
        try (StorageKey storage =
                StorageKey.openOrCreate(home.resolve("storage.key"), Village.PASSWORD.toCharArray(), random)) {
            log = AuditLog.open(
                    home.resolve("audit.log"),
                    AuditSeal.openOrCreate(home.resolve("audit.key"), storage, random),
                    clock);
        }
        feed = new AuditFeed(
                LOG,
                log,
                new SignedQueries(chain.chainId(), clock),
                this,
                (actor, action, subject, result) -> log.record(actor, action, subject, "", result),
                clock);
    }

    @Override
    public Set<String> logs() {
        return Set.of(LOG);
    }

    @Override
    public void follow(String name, SignedQuery query, Consumer<AuditPiece> sink) throws InterruptedException {
        new SdkAuditGateway(feed).follow(name, query, sink);
    }

    @Override
    public Optional<AccountRecord> account(String id) {
        return Optional.ofNullable(people.get(id))
                .map(key -> AccountRecord.newBuilder()
                        .setId(id)
                        .addRoles(id.endsWith("/supervisor") ? Role.SUPERVISOR : Role.OWNER)
                        .setPublicKey(
                                ByteString.copyFrom(key.publicKey().encoded().toArray()))
                        .build());
    }

    @Override
    public Optional<Bytes> value(String contract, String key) {
        return key.startsWith("follower/")
                ? Optional.of(Bytes.wrap(FollowRight.newBuilder()
                        .setHeight(1)
                        .setMillis(System.currentTimeMillis())
                        .build()
                        .toByteArray()))
                : Optional.empty();
    }

    @Override
    public long nextHeight() {
        return 1;
    }
}
