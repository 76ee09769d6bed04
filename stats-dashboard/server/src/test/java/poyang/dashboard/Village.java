package poyang.dashboard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.RandomSource;
import poyang.sdk.PrivateFolder;
import poyang.wire.schema.Role;

/// Three departments and their people. `main` serves the console over it, so that its pages can be
/// driven and looked at before a real network is up:
/// `Village FOLDER [PORT]` leaves key files, all under the password "poyang-village", and a
/// `browser.json` for tests/acceptance/browser in the folder.
final class Village {
    static final String PASSWORD = "poyang-village";
    final SeededRandom random = new SeededRandom(new byte[32], "village");
    final VillageChain chain = new VillageChain();
    final Map<String, Sm2PrivateKey> people = new LinkedHashMap<>();
    final VillageExecutors executors = new VillageExecutors(chain, people, random);

    Village() {
        chain.organisation("medical-insurance", "医疗保障局", "Medical insurance");
        chain.organisation("taxation", "税务局", "Taxation");
        chain.organisation("housing", "住房公积金中心", "Housing fund");
        chain.organisation("province", "省大数据中心", "Province data centre");
        for (String organisation : new String[] {"medical-insurance", "taxation", "housing"}) {
            person(organisation + "/owner", "数据管理员", Role.OWNER);
            person(organisation + "/analyst", "分析员", Role.ANALYST);
            person(organisation + "/executor", "计算节点", Role.EXECUTOR);
        }
        person("province/supervisor", "监管员", Role.SUPERVISOR);
    }

    private void person(String id, String title, Role role) {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        people.put(id, key);
        chain.account(id, title, role, key);
    }

    Sm2PrivateKey key(String id) {
        return java.util.Objects.requireNonNull(people.get(id));
    }

    /// Sessions of storage at rest must differ from one start to the next.
    private final RandomSource system = ProcessRandom.open("test");

    /// Who did what, in order.
    final java.util.List<String> audit = new java.util.concurrent.CopyOnWriteArrayList<>();

    private @Nullable VillageAudits audits;

    final VillageWeb web = new VillageWeb(system);

    ConsoleServer serve(Path folder, int port, Clock clock) {
        return serve(new ConsoleSettings("127.0.0.1", port, folder, false, 30, web.files()), clock);
    }

    ConsoleServer serve(ConsoleSettings settings, Clock clock) {
        StorageKey storage = StorageKey.openOrCreate(
                PrivateFolder.make(settings.directory()).resolve("storage.key"), PASSWORD.toCharArray(), system);
        return ConsoleServer.start(
                settings,
                new ConsoleServer.Gateways(chain, executors, audits(settings.directory())),
                (actor, action, _) -> audit.add(actor + " " + action),
                storage,
                system,
                clock);
    }

    VillageAudits audits(Path folder) {
        VillageAudits made = audits == null ? new VillageAudits(folder, chain, people, system) : audits;
        audits = made;
        return made;
    }

    /// Leaves everybody's key file and `browser.json` in the folder.
    Path writeUsers(Path folder, String origin) throws IOException {
        StringBuilder users = new StringBuilder();
        for (String id : people.keySet()) {
            Path file = folder.resolve(id.replace('/', '-') + ".pem");
            Files.deleteIfExists(file);
            PrivateKeyFile.write(file, key(id), PASSWORD.toCharArray(), random);
            users.append(users.isEmpty() ? "" : ",\n")
                    .append("    \"" + id + "\": {\"keystore\": \"" + file.toAbsolutePath() + "\", \"password\": \""
                            + PASSWORD + "\"}");
        }
        return Files.writeString(
                folder.resolve("browser.json"),
                "{\n  \"console\": \"" + origin + "\",\n  \"spki\": \"" + web.keyHash() + "\",\n  \"users\": {\n"
                        + users + "\n  }\n}\n");
    }

    static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        Village village = new Village();
        ConsoleServer server =
                village.serve(folder, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0, Clock.systemUTC());
        village.writeUsers(folder, server.origin());
        System.out.println("READY village " + server.origin());
        Thread.currentThread().join();
    }
}
