package poyang.network;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poyang.chain.proofs.KeyAnnouncement;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.AccountKeys;
import poyang.sdk.ChainForms;
import poyang.tools.PasswordPrompt;
import poyang.tools.Report;
import poyang.wire.schema.AccountList;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Empty;
import poyang.wire.schema.FreezeRequest;
import poyang.wire.schema.KeyWindow;
import poyang.wire.schema.Role;

/// Who acts on a chain: accounts, their roles, standing and keys.
@Command(name = "account", description = "Registers accounts, shows, freezes and frees them, and replaces their keys.")
final class AccountCommands extends CommandGroup {
    private static final String CONTRACT = "poyang.v1.Accounts";
    private static final int BLOCKS_AHEAD = 20;
    private static final int OVERLAP_BLOCKS = 100;

    AccountCommands() {
        super("account");
    }

    @Command(description = "By an administrator of the department, or a supervisor: a new account.")
    int register(
            @Parameters(paramLabel = "NEW", description = "ORGANISATION/NAME") String made,
            @Option(names = "--role", required = true, split = ",", description = "OWNER, ANALYST, …") List<Role> roles,
            @Option(names = "--title", required = true, description = "what people read") String title,
            @Option(names = "--public-key", required = true, paramLabel = "HEX", description = "the person's own")
                    String publicKey,
            @Mixin AccountOptions by) {
        AccountRecord record = AccountRecord.newBuilder()
                .setId(made)
                .setOrganisation(made.contains("/") ? made.substring(0, made.indexOf('/')) : made)
                .addAllRoles(roles)
                .setTitle(title)
                .setPublicKey(ChainForms.byteString(key(publicKey)))
                .build();
        return call(by, CONTRACT, "Register", record, "registered", made);
    }

    private static Bytes key(String hex) {
        try {
            return VerificationKey.decode(Bytes.fromHex(hex).toArray()).encoded();
        } catch (IllegalArgumentException e) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE,
                    "the public key is not one",
                    "its bytes in hexadecimal digits are needed, as key inspection and certificates show them",
                    e);
        }
    }

    @Command(description = "All accounts, or one: roles, keys and whether it is frozen, by whom and why.")
    int list(@Parameters(paramLabel = "ACCOUNT", arity = "0..1") @Nullable String one, @Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report().list("accounts");
            AccountList all = ChainForms.attested(
                    AccountList.parser(), Bytes.wrap(account.read(CONTRACT, "List", Empty.getDefaultInstance())));
            all.getAccountsList().stream()
                    .filter(each -> one == null || each.getId().equals(one))
                    .forEach(each -> {
                        Report _ = report.item("accounts", fields(each), line(each));
                    });
            return report.done(0);
        });
    }

    private static Map<String, Object> fields(AccountRecord record) {
        KeyWindow newest = AccountKeys.windows(record).getFirst();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("account", record.getId());
        fields.put("title", record.getTitle());
        fields.put("roles", record.getRolesList().stream().map(Role::name).toList());
        fields.put("key", ChainForms.bytes(newest.getPublicKey()).hex());
        fields.put("key from", newest.getFromHeight());
        fields.put("frozen since", record.getFrozen().getHeight());
        fields.put("frozen by", record.getFrozen().getAccount());
        fields.put("reason", record.getFrozen().getReason());
        return fields;
    }

    private static String line(AccountRecord record) {
        String roles = record.getRolesList().stream().map(Role::name).collect(Collectors.joining(","));
        String standing = record.hasFrozen()
                ? "FROZEN since block " + record.getFrozen().getHeight() + " by "
                        + record.getFrozen().getAccount() + " ("
                        + record.getFrozen().getReason() + ")"
                : "good";
        long from = AccountKeys.windows(record).getFirst().getFromHeight();
        return "%s  %s  %s%s".formatted(record.getId(), roles, standing, from == 0 ? "" : "  key from block " + from);
    }

    @Command(
            description = "By an administrator of the department, or a supervisor: every node refuses it from then on.")
    int freeze(
            @Parameters(paramLabel = "ACCOUNT") String frozen,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return call(by, CONTRACT, "Freeze", request(frozen, reason), "frozen", frozen);
    }

    @Command(description = "Lifts that; what a supervisor froze, a supervisor frees.")
    int unfreeze(
            @Parameters(paramLabel = "ACCOUNT") String free,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return call(by, CONTRACT, "Unfreeze", request(free, reason), "free", free);
    }

    private static FreezeRequest request(String whom, String reason) {
        return FreezeRequest.newBuilder().setAccount(whom).setReason(reason).build();
    }

    @Command(
            name = "rotate-key",
            description = "Gives the own account a new key from a height on; the old one is refused after an overlap.")
    int rotateKey(
            @Option(names = "--next-key", required = true, paramLabel = "KEY.pem", description = "never used before")
                    Path nextKey,
            @Option(names = "--next-password-file", paramLabel = "FILE", description = "its password; asked for else")
                    @Nullable
                    Path nextPassword,
            @Option(
                            names = "--from",
                            paramLabel = "HEIGHT",
                            description = "the new key is good from here on; 20 blocks ahead when absent")
                    long from,
            @Option(
                            names = "--until",
                            paramLabel = "HEIGHT",
                            description = "the old key's last block; 100 more when absent")
                    long until,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        char[] password = PasswordPrompt.existing(nextPassword, "password of " + nextKey.getFileName());
        try (SigningKey next = PrivateKeyFile.readSigningKey(nextKey, password)) {
            return by.with(random, clock, account -> {
                long activation = from > 0 ? from : account.height() + BLOCKS_AHEAD;
                long end = until > 0 ? until : activation + OVERLAP_BLOCKS;
                AccountRecord record = account.rotateKey(next, activation, end, reason);
                return report().say("account", record.getId())
                        .say("new key from block", activation)
                        .say("old key until block", end)
                        .done(0);
            });
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    @Command(
            name = "announce-key",
            description =
                    "By whoever lost a key, offline: proves the new one for `recover-key`, which somebody else calls.")
    int announceKey(
            @Parameters(paramLabel = "ACCOUNT") String whose,
            @Option(names = "--genesis", required = true, paramLabel = "GENESIS", description = "of the chain")
                    Path genesis,
            @Option(names = "--next-key", required = true, paramLabel = "KEY.pem") Path nextKey,
            @Option(names = "--next-password-file", paramLabel = "FILE") @Nullable Path nextPassword,
            @Option(names = "--from", required = true, paramLabel = "HEIGHT") long from) {
        char[] password = PasswordPrompt.existing(nextPassword, "password of " + nextKey.getFileName());
        try (SigningKey next = PrivateKeyFile.readSigningKey(nextKey, password)) {
            Bytes chainId = ChainForms.genesis(ChainForms.readGenesis(genesis)).chainId();
            KeyAnnouncement made =
                    new KeyAnnouncement(chainId, whose, next.publicKey().encoded(), from, 0);
            return report().say("account", whose)
                    .say("from", from)
                    .say("public key", made.publicKey().hex())
                    .say("possession", made.signedBy(next).hex())
                    .done(0);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    @Command(
            name = "recover-key",
            description =
                    "By an administrator of the department, or a supervisor: replaces a lost key; the old ones stop.")
    int recoverKey(
            @Parameters(paramLabel = "ACCOUNT") String whose,
            @Option(
                            names = "--public-key",
                            required = true,
                            paramLabel = "HEX",
                            description = "as announce-key says it")
                    String publicKey,
            @Option(
                            names = "--possession",
                            required = true,
                            paramLabel = "HEX",
                            description = "as announce-key says it")
                    String possession,
            @Option(names = "--from", required = true, paramLabel = "HEIGHT", description = "as announced") long from,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            KeyAnnouncement made = new KeyAnnouncement(account.client().chainId(), whose, key(publicKey), from, 0);
            AccountRecord record = account.recoverKey(made, Bytes.fromHex(possession), reason);
            return report().say("account", record.getId())
                    .say("new key from block", from)
                    .done(0);
        });
    }
}
