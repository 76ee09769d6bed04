package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.wire.schema.AccountKey;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Proposal;
import poyang.wire.schema.ProposalList;
import poyang.wire.schema.ProposalState;

/// An account from its registration to a new key, frozen alone and by two departments, all by command.
final class AccountSteps {
    private static final String DEPUTY = "housing/deputy";
    private static final String SUPERVISOR = "supervision/supervisor";
    private static final String FREEZE = "poyang.v1.Accounts/Freeze";

    private final LocalNetwork network;
    private final ProofSteps.Commands commands;
    private final Path folder;
    private final RandomSource random;

    AccountSteps(LocalNetwork network, ProofSteps.Commands commands, Path folder, RandomSource random) {
        this.network = network;
        this.commands = commands;
        this.folder = folder;
        this.random = random;
    }

    private int as(String account, String... words) throws Exception {
        return commands.as(account, List.of(words));
    }

    private AccountRecord deputy() {
        return ChainForms.attested(
                AccountRecord.parser(),
                Bytes.wrap(network.account(SUPERVISOR)
                        .read(
                                "poyang.v1.Accounts",
                                "Get",
                                AccountKey.newBuilder().setId(DEPUTY).build())));
    }

    void anAccountLivesAndRulesHoldByCommand() throws Exception {
        Path password = Files.createFile(
                folder.resolve("deputy.password"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, "password of a deputy");
        try (Sm2PrivateKey first = Sm2PrivateKey.generate(random);
                Sm2PrivateKey second = Sm2PrivateKey.generate(random)) {
            String key = first.publicKey().encoded().hex();
            assertEquals(
                    0,
                    as(
                            SUPERVISOR,
                            "account",
                            "register",
                            DEPUTY,
                            "--role",
                            "ANALYST",
                            "--title",
                            "代理分析员",
                            "--public-key",
                            key));
            rotates(write("first", first), write("second", second), password);
            assertEquals(second.publicKey().encoded(), ChainForms.bytes(deputy().getPublicKey()));
        }
        assertEquals(0, as(SUPERVISOR, "account", "freeze", DEPUTY, "--reason", "离岗"));
        assertTrue(deputy().hasFrozen());
        assertEquals(0, as(SUPERVISOR, "account", "unfreeze", DEPUTY, "--reason", "返岗"));
        twoDepartmentsFreeze();
        assertEquals(0, as("taxation/analyst", "account", "list", DEPUTY));
    }

    private Path write(String name, Sm2PrivateKey key) {
        Path file = folder.resolve("deputy-" + name + ".pem");
        PrivateKeyFile.write(file, key, "password of a deputy".toCharArray(), random);
        return file;
    }

    private void rotates(Path key, Path next, Path password) {
        List<String> words = new ArrayList<>(List.of("account", "rotate-key", "--next-key", next.toString()));
        words.addAll(List.of("--next-password-file", password.toString(), "--reason", "轮换", "--account", DEPUTY));
        words.addAll(List.of("--key", key.toString(), "--password-file", password.toString()));
        words.addAll(List.of(
                "--config",
                network.folder().resolve("processes/client/config.properties").toString()));
        assertEquals(0, poyang.tools.Main.run(Main.commands(), words.toArray(String[]::new)));
    }

    private void twoDepartmentsFreeze() throws Exception {
        assertEquals(
                0,
                as(
                        SUPERVISOR,
                        "permission",
                        "set-rule",
                        FREEZE,
                        "--kind",
                        "SHARE",
                        "--share",
                        "2",
                        "--role",
                        "SUPERVISOR,OWNER",
                        "--reason",
                        "须两个部门"));
        assertNotEquals(0, as(SUPERVISOR, "account", "freeze", DEPUTY, "--reason", "离岗"));
        String call = "{\"account\": \"" + DEPUTY + "\", \"reason\": \"离岗\"}";
        assertNotEquals(0, as(SUPERVISOR, "permission", "propose", FREEZE, "{\"account\": 1", "--reason", "离岗"));
        assertEquals(0, as(SUPERVISOR, "permission", "propose", FREEZE, call, "--reason", "离岗"));
        assertEquals(0, as("taxation/owner", "permission", "approve", open()));
        assertTrue(deputy().hasFrozen());
        assertEquals(0, as(SUPERVISOR, "permission", "list"));
        assertEquals(0, as(SUPERVISOR, "permission", "drop-rule", FREEZE));
    }

    private String open() {
        return ChainForms.attested(
                        ProposalList.parser(),
                        Bytes.wrap(network.account(SUPERVISOR)
                                .read("poyang.v1.Permissions", "Proposals", Empty.getDefaultInstance())))
                .getProposalsList()
                .stream()
                .filter(each -> each.getState() == ProposalState.PROPOSAL_OPEN)
                .map(Proposal::getId)
                .findFirst()
                .orElseThrow();
    }
}
