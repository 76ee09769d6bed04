package poyang.dashboard;

import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.PrivateFolder;

/// The running console: web server, index and the thread that follows the chain.
///
/// A lost connection to the chain is taken up again from the next height; until then pages show what
/// is indexed.
public final class ConsoleServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);
    private static final long RECONNECT_MILLIS = 1000;
    private static final long CERTIFICATE_MILLIS = 1_000;
    private static final int ROWS_MAX = 1_000_000_000;

    private final ServletWebServerApplicationContext context;
    private final SealedDisk disk;
    private final Thread follower;
    private final Thread certificateWatch;
    private final String origin;

    private ConsoleServer(
            ServletWebServerApplicationContext context,
            SealedDisk disk,
            Thread follower,
            Thread certificateWatch,
            String origin) {
        this.context = context;
        this.disk = disk;
        this.follower = follower;
        this.certificateWatch = certificateWatch;
        this.origin = origin;
    }

    /// Whom the console speaks with.
    public record Gateways(ChainGateway chain, ExecutorGateway executors, AuditGateway audits) {}

    /// @param storage opens the index; stays the caller's, who closes it after the console
    public static ConsoleServer start(
            ConsoleSettings settings,
            Gateways gateways,
            AuditTrail audit,
            StorageKey storage,
            RandomSource random,
            Clock clock) {
        HttpsCertificate https = new HttpsCertificate(settings.https(), settings.host(), audit, random, clock);
        Path database =
                PrivateFolder.make(settings.directory()).toAbsolutePath().resolve("index");
        SealedDisk.refusePlain(database);
        SealedDisk disk = new SealedDisk(storage, random);
        SpringApplication application = new SpringApplication(Wiring.class);
        application.setDefaultProperties(properties(settings, disk.name(database)));
        application.addInitializers(prepared -> {
            // Singletons stay their caller's: the framework would close what it made itself.
            ConfigurableListableBeanFactory beans = prepared.getBeanFactory();
            beans.registerSingleton("settings", settings);
            beans.registerSingleton("chain", gateways.chain());
            beans.registerSingleton("executors", gateways.executors());
            beans.registerSingleton("audits", gateways.audits());
            beans.registerSingleton("audit", audit);
            beans.registerSingleton("random", random);
            beans.registerSingleton("clock", clock);
            beans.registerSingleton("https", https);
        });
        ServletWebServerApplicationContext context;
        try {
            context = run(application);
        } catch (RuntimeException e) {
            disk.close();
            throw e;
        }
        Address address = context.getBean(Address.class);
        address.port(Objects.requireNonNull(context.getWebServer()).getPort());
        ChainIndex index = context.getBean(ChainIndex.class);
        Thread follower =
                Thread.ofPlatform().name("chain-index").daemon(true).start(() -> follow(gateways.chain(), index));
        Thread watch =
                Thread.ofPlatform().name("https-certificate").daemon(true).start(() -> watch(https));
        return new ConsoleServer(context, disk, follower, watch, address.origin());
    }

    /// The framework wraps what its parts refuse.
    private static ServletWebServerApplicationContext run(SpringApplication application) {
        try {
            return (ServletWebServerApplicationContext) application.run();
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof PoyangException refused) {
                    throw refused;
                }
            }
            throw e;
        }
    }

    /// Where browsers reach it, for example `https://127.0.0.1:8480`.
    public String origin() {
        return origin;
    }

    /// Takes up a changed certificate now instead of within seconds.
    void refreshCertificate() {
        context.getBean(HttpsCertificate.class).refresh();
    }

    /// The height up to which the index is built.
    public long indexedHeight() {
        return index().height();
    }

    ChainIndex index() {
        return context.getBean(ChainIndex.class);
    }

    @Override
    public void close() {
        follower.interrupt();
        certificateWatch.interrupt();
        context.close();
        disk.close();
    }

    private static void follow(ChainGateway chain, ChainIndex index) {
        try {
            while (true) {
                try {
                    chain.follow(index.height() + 1, index::apply);
                } catch (PoyangException e) {
                    LOG.warn("PY-{} following the chain stopped: {}", e.code().number(), e.wrong());
                }
                Thread.sleep(RECONNECT_MILLIS);
            }
        } catch (InterruptedException e) {
            LOG.info("the console no longer follows the chain");
        }
    }

    private static void watch(HttpsCertificate https) {
        try {
            while (true) {
                https.refresh();
                Thread.sleep(CERTIFICATE_MILLIS);
            }
        } catch (InterruptedException e) {
            LOG.info("the console no longer looks for a new certificate");
        }
    }

    private static Map<String, Object> properties(ConsoleSettings settings, String database) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("server.address", settings.host());
        properties.put("server.port", settings.port());
        properties.put("server.ssl.bundle", HttpsCertificate.BUNDLE);
        properties.put("server.error.include-stacktrace", "never");
        properties.put("server.server-header", "");
        properties.put("server.max-http-request-header-size", "16KB");
        properties.put("server.tomcat.max-http-form-post-size", "1MB");
        properties.put("server.shutdown", "immediate");
        properties.put("spring.threads.virtual.enabled", "true");
        properties.put("spring.main.banner-mode", "off");
        properties.put("spring.mvc.async.request-timeout", "-1");
        // No trace file and no result on a disk of its own: nothing leaves the sealed one.
        properties.put(
                "spring.datasource.url", "jdbc:h2:" + database + ";TRACE_LEVEL_FILE=0;MAX_MEMORY_ROWS=" + ROWS_MAX);
        properties.put("spring.datasource.hikari.maximum-pool-size", "8");
        properties.put("spring.web.error.include-stacktrace", "never");
        properties.put("logging.level.root", "WARN");
        return properties;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({SessionApi.class, ReadApi.class, CourierApi.class, AuditApi.class, Errors.class})
    static class Wiring {
        @Bean
        ChainIndex chainIndex(
                JdbcClient database,
                PlatformTransactionManager transactions,
                ChainGateway chain,
                ConsoleSettings settings) {
            ChainIndex index = new ChainIndex(database, new TransactionTemplate(transactions));
            index.open(chain.chainId(), chain.genesis(), settings.rebuildIndex());
            return index;
        }

        @Bean
        Logins logins(
                ChainIndex index, ChainGateway chain, RandomSource random, Clock clock, ConsoleSettings settings) {
            return new Logins(index, chain.chainId(), random, clock, settings.idleMinutes());
        }

        @Bean
        Address address(ConsoleSettings settings) {
            return new Address(settings.host());
        }

        @Bean
        FilterRegistrationBean<Gate> gate(Logins logins, Address address) {
            FilterRegistrationBean<Gate> registration = new FilterRegistrationBean<>(new Gate(logins, address));
            registration.addUrlPatterns("/*");
            registration.setOrder(Integer.MIN_VALUE);
            return registration;
        }
    }
}
