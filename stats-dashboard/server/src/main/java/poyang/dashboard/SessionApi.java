package poyang.dashboard;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import poyang.crypto.Signature;
import poyang.dashboard.ChainIndex.Kind;
import poyang.dashboard.Logins.Session;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;

/// Login, logout, and who is logged in.
@RestController
class SessionApi {
    private final Logins logins;
    private final ChainIndex index;
    private final ChainGateway chain;
    private final Address address;
    private final AuditTrail audit;

    SessionApi(Logins logins, ChainIndex index, ChainGateway chain, Address address, AuditTrail audit) {
        this.audit = audit;
        this.logins = logins;
        this.index = index;
        this.chain = chain;
        this.address = address;
    }

    /// @param account empty when nobody is logged in
    record SessionView(
            String chainId,
            long height,
            String account,
            String organisation,
            String title,
            List<String> roles,
            String csrf) {}

    /// @param signature hexadecimal of r ‖ s ‖ parity
    record LoginRequest(
            @Nullable String account,
            @Nullable String challenge,
            @Nullable String signature) {}

    @GetMapping("/api/session")
    SessionView session(@RequestAttribute(name = Gate.SESSION, required = false) @Nullable Session session) {
        return view(session);
    }

    @GetMapping("/api/login/challenge")
    Map<String, String> challenge() {
        return Map.of(
                "challenge",
                logins.challenge().hex(),
                "chainId",
                chain.chainId().hex());
    }

    @PostMapping("/api/login")
    SessionView login(@RequestBody LoginRequest body, HttpServletRequest request, HttpServletResponse response) {
        if (body.account() == null || body.challenge() == null || body.signature() == null) {
            throw new PoyangException(
                    ConsoleErrors.BAD_REQUEST,
                    "the login is incomplete",
                    "account, challenge and signature are needed");
        }
        Logins.Attempt attempt = new Logins.Attempt(
                body.account(),
                Bytes.fromHex(body.challenge()),
                Signature.decode(Bytes.fromHex(body.signature()).toArray()));
        Session session;
        try {
            session = logins.login(attempt, address.origin(), request.getRemoteAddr());
        } catch (PoyangException e) {
            audit.record(body.account(), "login-refused", request.getRemoteAddr());
            throw e;
        }
        audit.record(session.account(), "login", request.getRemoteAddr());
        response.addHeader(HttpHeaders.SET_COOKIE, cookie(session.token(), -1));
        return view(session);
    }

    @PostMapping("/api/logout")
    SessionView logout(@RequestAttribute(Gate.SESSION) Session session, HttpServletResponse response) {
        logins.logout(session.token());
        audit.record(session.account(), "logout", "");
        response.addHeader(HttpHeaders.SET_COOKIE, cookie("", 0));
        return view(null);
    }

    private static String cookie(String value, int maxAgeSeconds) {
        return ResponseCookie.from(Gate.COOKIE, value)
                .secure(true)
                .httpOnly(true)
                .sameSite("Strict")
                .path("/")
                .maxAge(maxAgeSeconds)
                .build()
                .toString();
    }

    private SessionView view(@Nullable Session session) {
        String chainId = chain.chainId().hex();
        if (session == null) {
            return new SessionView(chainId, index.height(), "", "", "", List.of(), "");
        }
        AccountRecord account = index.find(Kind.ACCOUNT, session.account(), AccountRecord.parser())
                .orElseThrow(() -> new PoyangException(
                        ConsoleErrors.NOT_LOGGED_IN, "the account is no longer on the chain", "log in again"));
        return new SessionView(
                chainId,
                index.height(),
                account.getId(),
                account.getOrganisation(),
                account.getTitle(),
                account.getRolesList().stream().map(Enum::name).toList(),
                session.csrf());
    }
}
