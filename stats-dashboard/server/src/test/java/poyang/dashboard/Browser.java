package poyang.dashboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.sdk.AuditFeed;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.FollowArguments;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A browser as far as the console's API goes.
final class Browser implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private final HttpClient client;
    final Map<String, String> headers = new HashMap<>();
    private final String origin;
    private final Village village;
    private String cookie = "";

    Browser(String origin, Village village) {
        this.origin = origin;
        this.village = village;
        client = HttpClient.newBuilder().sslContext(village.web.trust()).build();
        headers.put("Origin", origin);
    }

    record Answer(int status, JsonNode body, HttpResponse<String> raw) {
        String name() {
            return body.path("name").asString("");
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Answer post(String path, Map<String, String> body) throws IOException, InterruptedException {
        return postText(path, JSON.writeValueAsString(body));
    }

    Answer postText(String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(origin + path));
        headers.forEach(builder::header);
        if (!cookie.isEmpty()) {
            builder.header("Cookie", cookie);
        }
        return builder;
    }

    private Answer send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        HttpResponse<String> raw = client.send(builder.build(), HttpResponse.BodyHandlers.ofString());
        raw.headers().firstValue("Set-Cookie").ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
        String type = raw.headers().firstValue("Content-Type").orElse("");
        JsonNode body = type.startsWith("application/json") ? JSON.readTree(raw.body()) : JSON.createObjectNode();
        return new Answer(raw.statusCode(), body, raw);
    }

    Map<String, String> attempt(String account, Sm2PrivateKey key, String signedOrigin)
            throws IOException, InterruptedException {
        JsonNode challenge = get("/api/login/challenge").body();
        byte[] message = Logins.message(
                village.chain.chainId(),
                account,
                Bytes.fromHex(challenge.get("challenge").asString()),
                signedOrigin);
        Map<String, String> attempt = new LinkedHashMap<>();
        attempt.put("account", account);
        attempt.put("challenge", challenge.get("challenge").asString());
        attempt.put("signature", key.sign(message).encoded().hex());
        return attempt;
    }

    Answer login(String account) throws IOException, InterruptedException {
        Answer answer = post("/api/login", attempt(account, village.key(account), origin));
        headers.put("X-CSRF-Token", answer.body().path("csrf").asString(""));
        return answer;
    }

    /// Signs as `account`, submits through the console and gives the answer.
    Answer submit(String account, String contract, String method, Message arguments)
            throws IOException, InterruptedException {
        ByteString payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ByteString.copyFrom(village.chain.chainId().toArray()))
                .setNonce(ByteString.copyFrom(village.random.bytes(16)))
                .setSender(account)
                .setContract("poyang.v1." + contract)
                .setMethod(method)
                .setArguments(arguments.toByteString())
                .build()
                .toByteString();
        Signature signature = village.key(account).sign(payload.toByteArray());
        Transaction transaction = Transaction.newBuilder()
                .setPayload(payload)
                .setSignature(ByteString.copyFrom(signature.rs().toArray()))
                .setParity(signature.parity())
                .build();
        Answer answer = post("/api/transactions", Map.of("signed", base64(transaction)));
        if (answer.status() != 200) {
            return answer;
        }
        String id = answer.body().get("transactionId").asString();
        if (!id.equals(Sm3.hash(payload.toByteArray()).hex())) {
            throw new AssertionError("transaction id");
        }
        return get("/api/transactions/" + id + "?waitMillis=5000");
    }

    /// The lines of a stream that brings the audit records after the given one, as they are written.
    HttpResponse<Stream<String>> audits(String account, String log, long after)
            throws IOException, InterruptedException {
        FollowArguments arguments =
                FollowArguments.newBuilder().setLog(log).setAfter(after).build();
        SignedQuery query = new SignedQueries(village.chain.chainId(), InstantSource.system())
                .sign(
                        account,
                        village.key(account),
                        AuditFeed.SERVICE,
                        "Follow",
                        Bytes.wrap(arguments.toByteArray()),
                        village.random);
        String body = JSON.writeValueAsString(Map.of("signed", List.of(base64(query))));
        return client.send(
                request("/api/audit/follow")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofLines());
    }

    Answer ask(String account, String organisation, String method, Message arguments)
            throws IOException, InterruptedException {
        ByteString payload = QueryPayload.newBuilder()
                .setVersion(1)
                .setAccount(account)
                .setContract("poyang.v1.Executor")
                .setMethod(method)
                .setArguments(arguments.toByteString())
                .build()
                .toByteString();
        Signature signature = village.key(account).sign(payload.toByteArray());
        SignedQuery query = SignedQuery.newBuilder()
                .setPayload(payload)
                .setSignature(ByteString.copyFrom(signature.rs().toArray()))
                .setParity(signature.parity())
                .build();
        return post("/api/executors/" + organisation + "/" + method, Map.of("signed", base64(query)));
    }

    private static String base64(Message message) {
        return Base64.getEncoder().encodeToString(message.toByteArray());
    }

    @Override
    public void close() {
        client.close();
    }
}
