package poyang.dashboard;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;
import poyang.dashboard.Logins.Session;
import poyang.kernel.PoyangException;

/// Every request passes here: security headers on each answer, the console's own address only (no
/// rebinding of names), a session for everything under /api but the login, and for each request that
/// writes its origin and its CSRF token.
final class Gate extends OncePerRequestFilter {
    /// The prefix makes browsers refuse it without `Secure`, for a path, or from another host.
    static final String COOKIE = "__Host-poyang-session";
    static final String CSRF_HEADER = "X-CSRF-Token";
    static final String SESSION = "poyang.session";

    /// Scripts and style sheets from the console itself only. `style-src-attr` is open because the
    /// chart library writes style attributes; an attribute cannot load anything under this policy.
    private static final String POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; "
            + "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
            + "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Set<String> OPEN = Set.of("/api/session", "/api/login", "/api/login/challenge");

    private final Logins logins;
    private final Address address;

    Gate(Logins logins, Address address) {
        this.logins = logins;
        this.address = address;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        harden(request, response);
        try {
            admit(request);
        } catch (PoyangException e) {
            Errors.write(response, e);
            return;
        }
        chain.doFilter(request, response);
    }

    private static void harden(HttpServletRequest request, HttpServletResponse response) {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("Strict-Transport-Security", "max-age=31536000");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
        response.setHeader(
                "Cache-Control",
                request.getRequestURI().startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-store");
    }

    private void admit(HttpServletRequest request) {
        if (!address.authority().equals(request.getHeader("Host"))) {
            throw forged("the request names another host");
        }
        String path = request.getRequestURI();
        boolean writes =
                !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
        if (writes && !address.origin().equals(request.getHeader("Origin"))) {
            throw forged("the request comes from another site");
        }
        if (!path.startsWith("/api/")) {
            return;
        }
        Optional<Session> session = logins.session(cookie(request));
        session.ifPresent(found -> request.setAttribute(SESSION, found));
        if (OPEN.contains(path)) {
            return;
        }
        if (session.isEmpty()) {
            throw new PoyangException(ConsoleErrors.NOT_LOGGED_IN, "nobody is logged in", "log in first");
        }
        String token = request.getHeader(CSRF_HEADER);
        if (writes && (token == null || !sameText(token, session.get().csrf()))) {
            throw forged("the request lacks its CSRF token");
        }
    }

    private static PoyangException forged(String wrong) {
        return new PoyangException(ConsoleErrors.FORGED_REQUEST, wrong, "use the console's own pages");
    }

    private static boolean sameText(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String cookie(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(COOKIE)) {
                    return cookie.getValue();
                }
            }
        }
        return null;
    }
}
