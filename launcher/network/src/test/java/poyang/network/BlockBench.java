package poyang.network;

import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import poyang.chain.node.Chronicle;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.Role;
import poyang.wire.schema.TransactionPayload;

/// What executing and writing evidence costs a validator: blocks of records of 256 octets by 200 signers, through the
/// code that validators run, in one process and with everything sealed. Prints CPU of the whole process, with the
/// store's background work and three validators' signatures of each block, for each transaction; what admission
/// does, and clients' signatures, are done before. Arguments: an empty folder, transactions in a block, and blocks.
final class BlockBench {
    private static final String ORGANISATION = "load";
    private static final int SIGNERS = 200;
    private static final int PAYLOAD = 256;
    private static final int VALIDATORS = 4;
    private static final int REPORTED = 100;

    private final Genesis genesis;
    private final List<SigningKey> signers = new ArrayList<>();
    private final TreeMap<PartyId, SigningKey> validators = new TreeMap<>();
    private final RandomSource random = ProcessRandom.open("bench");
    private int signed;

    private BlockBench(Path folder) throws IOException {
        Province province = new Province(folder, CryptoSuite.SM, random, InstantSource.system());
        province.organisation(ORGANISATION, "压力测试", "Load");
        for (int i = 0; i < SIGNERS; i++) {
            signers.add(CryptoSuite.SM.generate(random));
            province.register(ORGANISATION, "signer-" + i, "压力测试员", Role.ANALYST, signers.get(i));
        }
        for (int i = 1; i <= VALIDATORS; i++) {
            SigningKey key = CryptoSuite.SM.generate(random);
            validators.put(new PartyId("validator-" + i), key);
            province.validator("validator-" + i, key);
        }
        genesis = province.genesis("bench");
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int size = Integer.parseInt(arguments[1]);
        int blocks = Integer.parseInt(arguments[2]);
        BlockBench bench = new BlockBench(folder);
        char[] password = "bench".toCharArray();
        try (StorageKey storage = StorageKey.openOrCreate(folder.resolve("storage.key"), password, bench.random);
                Chronicle chronicle = new Chronicle(
                        folder.resolve("data"),
                        bench.genesis,
                        bench.validators,
                        storage,
                        bench.random,
                        InstantSource.system())) {
            for (int done = 0; done < blocks; done += REPORTED) {
                long cpu = 0;
                for (int i = 0; i < REPORTED; i++) {
                    List<Chronicle.Signed> block = bench.block(size, chronicle.height() + 1);
                    long from = processNanos();
                    chronicle.append(block);
                    cpu += processNanos() - from;
                }
                System.out.printf(
                        Locale.ROOT,
                        "%,d transactions: %.1f µs of CPU each%n",
                        (done + REPORTED) * size,
                        cpu / 1e3 / REPORTED / size);
            }
        }
    }

    private static long processNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private List<Chronicle.Signed> block(int size, long height) {
        List<Chronicle.Signed> block = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int who = signed++ % SIGNERS;
            byte[] content = random.bytes(PAYLOAD);
            EvidenceRecord.Builder record = EvidenceRecord.newBuilder()
                    .setDigest(ByteString.copyFrom(content, 0, CryptoSuite.DIGEST_BYTES))
                    .setSubject("load");
            int text = PAYLOAD - record.build().getSerializedSize() - 3;
            record.setDescription(HexFormat.of().formatHex(content).substring(0, text));
            byte[] payload = TransactionPayload.newBuilder()
                    .setVersion(1)
                    .setChainId(ChainForms.byteString(genesis.chainId()))
                    .setNonce(ByteString.copyFrom(random.bytes(16)))
                    .setBlockLimit(height + 300)
                    .setSender(ORGANISATION + "/signer-" + who)
                    .setContract("poyang.v1.Evidence")
                    .setMethod("Record")
                    .setArguments(record.build().toByteString())
                    .build()
                    .toByteArray();
            SigningKey key = signers.get(who);
            Signature signature = key.sign(payload);
            block.add(new Chronicle.Signed(
                    new TransactionLeaf(Bytes.wrap(payload), signature.rs(), signature.parity()), key.publicKey()));
        }
        return block;
    }
}
