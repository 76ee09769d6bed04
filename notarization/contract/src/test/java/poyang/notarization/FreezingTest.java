package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.AccountErrors;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.AccountKey;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.FreezeRequest;
import poyang.wire.schema.Freezing;
import poyang.wire.schema.Role;

/// Freezing and its lifting as a matrix: every role of the own department, of another and of the
/// supervision, over every role's account, free, frozen by an administrator and frozen by a supervisor.
final class FreezingTest {
    private enum Standing {
        FREE,
        BY_ADMINISTRATOR,
        BY_SUPERVISOR
    }

    private static final List<Role> ROLES = List.of(
            Role.ADMINISTRATOR, Role.OWNER, Role.ANALYST, Role.SUPERVISOR, Role.EXECUTOR, Role.CONSOLE, Role.AUTHORITY);

    private static FreezeRequest of(String account) {
        return FreezeRequest.newBuilder().setAccount(account).setReason("离职").build();
    }

    private static boolean low(Role role) {
        return role != Role.SUPERVISOR && role != Role.CONSOLE && role != Role.AUTHORITY;
    }

    private static void bring(Chain chain, String account, Standing standing) {
        switch (standing) {
            case FREE -> {}
            case BY_ADMINISTRATOR -> {
                byte[] _ = chain.call(admin(chain, account), "Accounts", "Freeze", of(account));
            }
            case BY_SUPERVISOR -> {
                byte[] _ = chain.call("supervision/supervisor", "Accounts", "Freeze", of(account));
            }
        }
    }

    /// The first administrator, or a second one that stands over it.
    private static String admin(Chain chain, String account) {
        if (!account.equals("a/administrator")) {
            return "a/administrator";
        }
        byte[] _ = chain.call(
                "supervision/supervisor", "Accounts", "Register", Chain.account("a", "second", Role.ADMINISTRATOR));
        return "a/second";
    }

    private static Optional<ErrorCode> outcome(Chain chain, String sender, String method, String account) {
        try {
            byte[] _ = chain.call(sender, "Accounts", method, of(account));
            return Optional.empty();
        } catch (ContractRejection e) {
            return Optional.of(e.code());
        }
    }

    @Test
    void whoMayFreezeAndUnfreezeWhomInEveryState() {
        List<String> wrong = new ArrayList<>();
        for (Role over : ROLES) {
            String account = "a/" + Chain.name(over);
            for (Standing standing : Standing.values()) {
                if (standing == Standing.BY_ADMINISTRATOR && !low(over)) {
                    continue;
                }
                Chain chain = Chain.peopled();
                bring(chain, account, standing);
                TreeMap<String, Bytes> before = new TreeMap<>(chain.state);
                for (String organisation : List.of("a", "b", "supervision")) {
                    for (Role role : ROLES) {
                        String sender = organisation + "/" + Chain.name(role);
                        for (String method : List.of("Freeze", "Unfreeze")) {
                            Optional<ErrorCode> found = outcome(chain, sender, method, account);
                            Optional<ErrorCode> expected = expected(sender, role, account, over, standing, method);
                            if (!found.equals(expected)) {
                                wrong.add(sender + " " + method + " " + account + " " + standing + ": " + found);
                            }
                            chain.state.clear();
                            chain.state.putAll(before);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static Optional<ErrorCode> expected(
            String sender, Role role, String account, Role over, Standing standing, String method) {
        boolean may = !sender.equals(account)
                && (role == Role.SUPERVISOR || role == Role.ADMINISTRATOR && sender.startsWith("a/") && low(over));
        if (!may) {
            return Optional.of(NotarizationErrors.NOT_ALLOWED);
        }
        boolean frozen = standing != Standing.FREE;
        if (frozen == method.equals("Freeze")) {
            return Optional.of(NotarizationErrors.WRONG_STATE);
        }
        return method.equals("Unfreeze") && standing == Standing.BY_SUPERVISOR && role != Role.SUPERVISOR
                ? Optional.of(NotarizationErrors.NOT_ALLOWED)
                : Optional.empty();
    }

    private static Optional<ContractRejection> barred(Chain chain, long height) {
        return new AccountsContract().barred("a/owner", height, chain.view("poyang.v1.Accounts"));
    }

    @Test
    void aFrozenAccountIsBarredFromTheNextBlockUntilItIsFree() throws Exception {
        Chain chain = Chain.peopled();
        long height = chain.height + 1;
        AccountRecord kept =
                AccountRecord.parseFrom(chain.call("a/administrator", "Accounts", "Freeze", of("a/owner")));
        Freezing frozen = kept.getFrozen();
        assertEquals("a/administrator", frozen.getAccount());
        assertEquals("离职", frozen.getReason());
        assertFalse(frozen.getBySupervisor());
        assertEquals("accounts.changed", chain.events.getLast().topic());
        assertEquals(List.of(), chain.events.getLast().visibleTo(), "everybody hears of it");
        assertEquals(Bytes.wrap(kept.toByteArray()), chain.events.getLast().payload());
        assertEquals(Optional.empty(), barred(chain, frozen.getHeight()), "the block itself goes on");
        ContractRejection why = barred(chain, frozen.getHeight() + 1).orElseThrow();
        assertEquals(AccountErrors.ACCOUNT_FROZEN, why.code());
        assertTrue(why.wrong().contains("since block " + frozen.getHeight() + " by a/administrator (离职)"), why.wrong());
        assertTrue(frozen.getHeight() <= height);
        byte[] _ = chain.call("a/administrator", "Accounts", "Unfreeze", of("a/owner"));
        assertEquals(Optional.empty(), barred(chain, frozen.getHeight() + 9));
        assertFalse(AccountRecord.parseFrom(chain.read(
                        "b/analyst",
                        "Accounts",
                        "Get",
                        AccountKey.newBuilder().setId("a/owner").build()))
                .hasFrozen());
    }

    @Test
    void anAccountIsNotMadeFrozenAndAReasonIsNeeded() {
        Chain chain = Chain.peopled();
        AccountRecord made = Chain.account("a", "new", Role.OWNER).toBuilder()
                .setFrozen(Freezing.newBuilder().setHeight(1))
                .build();
        assertEquals(
                NotarizationErrors.BAD_ARGUMENTS,
                assertThrows(ContractRejection.class, () -> chain.call("a/administrator", "Accounts", "Register", made))
                        .code());
        assertEquals(
                NotarizationErrors.BAD_ARGUMENTS,
                assertThrows(
                                ContractRejection.class,
                                () -> chain.call(
                                        "a/administrator",
                                        "Accounts",
                                        "Freeze",
                                        FreezeRequest.newBuilder()
                                                .setAccount("a/owner")
                                                .build()))
                        .code());
    }
}
