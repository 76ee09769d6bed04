package poyang.sdk;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poyang.crypto.tls.TlsRefusal;
import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PoyangException;

/// Typed errors on their way through gRPC: a status, and the trailers `poyang-code`, `poyang-name`,
/// `poyang-wrong` and `poyang-right`, texts percent-encoded UTF-8.
public final class CallErrors {
    private static final Metadata.Key<String> CODE = key("poyang-code");
    private static final Metadata.Key<String> NAME = key("poyang-name");
    private static final Metadata.Key<String> WRONG = key("poyang-wrong");
    private static final Metadata.Key<String> RIGHT = key("poyang-right");

    private CallErrors() {}

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /// What a server answers for a failure.
    public static StatusRuntimeException toStatus(PoyangException failure) {
        ErrorCode code = failure.code();
        Metadata trailers = new Metadata();
        trailers.put(CODE, Integer.toString(code.number()));
        trailers.put(NAME, code.name());
        trailers.put(WRONG, URLEncoder.encode(failure.wrong(), StandardCharsets.UTF_8));
        trailers.put(RIGHT, URLEncoder.encode(failure.right(), StandardCharsets.UTF_8));
        Status status = switch (code.category()) {
            case BAD_INPUT -> Status.INVALID_ARGUMENT;
            case FORBIDDEN -> Status.PERMISSION_DENIED;
            case BAD_PEER -> Status.ABORTED;
            case ENVIRONMENT -> Status.UNAVAILABLE;
        };
        return status.withDescription(code.name()).asRuntimeException(trailers);
    }

    /// Does a unary call's work and answers with what came of it: a result, a typed error, `UNAVAILABLE`
    /// when the server stops, `INTERNAL` for a mistake of its own.
    ///
    /// @param mistake hears of the last, for the log
    public static <T> void answer(StreamObserver<T> out, Callable<T> work, Consumer<Exception> mistake) {
        T result;
        try {
            result = work.call();
        } catch (PoyangException e) {
            out.onError(toStatus(e));
            return;
        } catch (InterruptedException e) {
            out.onError(Status.UNAVAILABLE.asRuntimeException());
            return;
        } catch (Exception e) {
            mistake.accept(e);
            out.onError(Status.INTERNAL.asRuntimeException());
            return;
        }
        out.onNext(result);
        out.onCompleted();
    }

    /// What a client makes of an answer: the server's typed error, else what TLS refused (`TLS_…`), else
    /// `CALL_FAILED`.
    public static PoyangException fromStatus(StatusRuntimeException answer) {
        Metadata trailers = answer.getTrailers();
        String code = text(trailers, CODE);
        String name = text(trailers, NAME);
        String wrong = text(trailers, WRONG);
        String right = text(trailers, RIGHT);
        if (code != null && code.matches("[0-9]{1,6}") && name != null && wrong != null && right != null) {
            try {
                return new PoyangException(
                        new ErrorCode(name, Integer.parseInt(code), category(answer.getStatus())),
                        URLDecoder.decode(wrong, StandardCharsets.UTF_8),
                        URLDecoder.decode(right, StandardCharsets.UTF_8),
                        answer);
            } catch (IllegalArgumentException e) {
                answer.addSuppressed(e);
            }
        }
        Optional<PoyangException> refusal = TlsRefusal.in(answer);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return new PoyangException(
                SdkErrors.CALL_FAILED,
                "the call failed (" + answer.getStatus().getCode() + ", "
                        + answer.getStatus().getDescription() + ")",
                "a server that answers is needed",
                answer);
    }

    private static @Nullable String text(@Nullable Metadata trailers, Metadata.Key<String> key) {
        return trailers == null ? null : trailers.get(key);
    }

    private static Category category(Status status) {
        return switch (status.getCode()) {
            case PERMISSION_DENIED, UNAUTHENTICATED -> Category.FORBIDDEN;
            case ABORTED -> Category.BAD_PEER;
            case INVALID_ARGUMENT, OUT_OF_RANGE, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION -> Category.BAD_INPUT;
            case OK,
                    CANCELLED,
                    UNKNOWN,
                    DEADLINE_EXCEEDED,
                    RESOURCE_EXHAUSTED,
                    UNIMPLEMENTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS -> Category.ENVIRONMENT;
        };
    }
}
