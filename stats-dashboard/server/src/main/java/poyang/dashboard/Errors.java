package poyang.dashboard;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import poyang.kernel.PoyangException;
import tools.jackson.databind.json.JsonMapper;

/// Every failure is JSON {code, name, wrong, right}; what a person cannot act on stays in the log.
@RestController
@RestControllerAdvice
class Errors implements ErrorController {
    private static final Logger LOG = LoggerFactory.getLogger(Errors.class);
    private static final JsonMapper JSON = new JsonMapper();

    /// The body of an error.
    record Body(int code, String name, String wrong, String right) {}

    @ExceptionHandler(PoyangException.class)
    ResponseEntity<Body> refused(PoyangException e) {
        return ResponseEntity.status(status(e)).body(body(e));
    }

    @ExceptionHandler(Exception.class)
    ResponseEntity<Body> failed(Exception e) {
        if (e instanceof ErrorResponse known) {
            return ResponseEntity.status(known.getStatusCode()).body(body(badRequest()));
        }
        if (e instanceof org.springframework.http.converter.HttpMessageNotReadableException) {
            return ResponseEntity.badRequest().body(body(badRequest()));
        }
        LOG.error("PY-{} a request failed", ConsoleErrors.INTERNAL.number(), e);
        return ResponseEntity.status(500).body(body(internal()));
    }

    @RequestMapping("/error")
    ResponseEntity<Body> error(HttpServletRequest request) {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        int code = status instanceof Integer number ? number : 500;
        return ResponseEntity.status(code).body(body(code < 500 ? badRequest() : internal()));
    }

    static void write(HttpServletResponse response, PoyangException e) throws IOException {
        response.setStatus(status(e));
        response.setContentType("application/json");
        response.getOutputStream().write(JSON.writeValueAsString(body(e)).getBytes(StandardCharsets.UTF_8));
    }

    private static PoyangException badRequest() {
        return new PoyangException(
                ConsoleErrors.BAD_REQUEST, "the request is malformed or unknown", "see the console's API description");
    }

    private static PoyangException internal() {
        return new PoyangException(
                ConsoleErrors.INTERNAL, "the console failed", "try again; the operator finds the cause in the log");
    }

    private static Body body(PoyangException e) {
        return new Body(e.code().number(), e.code().name(), e.wrong(), e.right());
    }

    private static int status(PoyangException e) {
        if (e.code().equals(ConsoleErrors.NOT_LOGGED_IN) || e.code().equals(ConsoleErrors.LOGIN_REFUSED)) {
            return 401;
        }
        if (e.code().equals(ConsoleErrors.TOO_MANY_FAILURES)) {
            return 429;
        }
        if (e.code().equals(ConsoleErrors.NOT_FOUND)) {
            return 404;
        }
        return switch (e.code().category()) {
            case BAD_INPUT -> 400;
            case FORBIDDEN -> 403;
            case BAD_PEER -> 502;
            case ENVIRONMENT -> 503;
        };
    }
}
