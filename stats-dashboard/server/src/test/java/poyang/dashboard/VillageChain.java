package poyang.dashboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.ConsentRequest;
import poyang.wire.schema.ConsentState;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Event;
import poyang.wire.schema.GenesisCall;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobState;
import poyang.wire.schema.JobStep;
import poyang.wire.schema.Leakage;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.PeerStatus;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ProtocolChoice;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.ReceiptArguments;
import poyang.wire.schema.Role;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.SubmitJob;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// A chain of one process for tests of the console: it checks signatures and makes one block of each
/// transaction, without consensus or proofs. Jobs move as far as a test says.
final class VillageChain implements ChainGateway {
    private static final ErrorCode REFUSED = new ErrorCode("REFUSED", 4999, ErrorCode.Category.BAD_INPUT);
    private static final long GENESIS_MILLIS = 1_795_000_000_000L;

    private final List<VerifiedBlock> blocks = new ArrayList<>();
    private final Map<String, Sm2PublicKey> keys = new LinkedHashMap<>();
    private final Map<String, Dataset> datasets = new LinkedHashMap<>();
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final VillageProofs proofs = new VillageProofs();
    private final GenesisFile.Builder genesis =
            GenesisFile.newBuilder().setVersion(1).setName("village").setTimestampMillis(GENESIS_MILLIS);
    private volatile Consumer<Job> onReady = _ -> {};

    void organisation(String id, String title, String english) {
        genesisCall(
                "Organisations",
                Organisation.newBuilder()
                        .setId(id)
                        .setTitle(title)
                        .setTitleEnglish(english)
                        .build());
    }

    void account(String id, String title, Role role, Sm2PrivateKey key) {
        keys.put(id, key.publicKey());
        genesisCall(
                "Accounts",
                AccountRecord.newBuilder()
                        .setId(id)
                        .setOrganisation(id.substring(0, id.indexOf('/')))
                        .addRoles(role)
                        .setTitle(title)
                        .setPublicKey(
                                ByteString.copyFrom(key.publicKey().encoded().toArray()))
                        .build());
    }

    private void genesisCall(String contract, Message arguments) {
        genesis.addCalls(GenesisCall.newBuilder()
                .setContract("poyang.v1." + contract)
                .setMethod("Register")
                .setArguments(arguments.toByteString()));
    }

    void whenReady(Consumer<Job> action) {
        onReady = action;
    }

    @Override
    public Bytes chainId() {
        return Sm3.hash(genesis.build().toByteArray());
    }

    @Override
    public GenesisFile genesis() {
        return genesis.build();
    }

    @Override
    public void follow(long fromHeight, Consumer<VerifiedBlock> sink) throws InterruptedException {
        long next = fromHeight;
        while (true) {
            VerifiedBlock block;
            synchronized (blocks) {
                while (blocks.size() < next) {
                    blocks.wait();
                }
                block = blocks.get((int) next - 1);
            }
            sink.accept(block);
            next++;
        }
    }

    @Override
    public Bytes submit(Transaction transaction) {
        TransactionPayload payload = ChainIndex.parse(TransactionPayload.parser(), transaction.getPayload());
        Sm2PublicKey key = keys.get(payload.getSender());
        Signature signature =
                new Signature(Bytes.wrap(transaction.getSignature().toByteArray()), transaction.getParity());
        if (key == null
                || !Bytes.wrap(payload.getChainId().toByteArray()).equals(chainId())
                || !key.verify(transaction.getPayload().toByteArray(), signature)) {
            throw refused("the signature of the transaction is not valid");
        }
        Bytes id = Sm3.hash(transaction.getPayload().toByteArray());
        synchronized (blocks) {
            TransactionReceipt.Builder receipt = TransactionReceipt.newBuilder()
                    .setTransactionId(ByteString.copyFrom(id.toArray()))
                    .setHeight(blocks.size() + 1);
            try {
                execute(payload, id.slice(0, 16).hex(), receipt);
            } catch (PoyangException e) {
                receipt.clearEvents()
                        .setCode(e.code().number())
                        .setErrorName(e.code().name())
                        .setWrong(e.wrong())
                        .setRight(e.right());
            }
            append(List.of(transaction), List.of(receipt.build()));
        }
        return id;
    }

    /// Appends a block whose only content is a transaction of an executor, already decided.
    void append(List<Transaction> transactions, List<TransactionReceipt> receipts) {
        synchronized (blocks) {
            long height = blocks.size() + 1L;
            blocks.add(new VerifiedBlock(height, millisAt(height), transactions, receipts));
            blocks.notifyAll();
        }
    }

    private static long millisAt(long height) {
        return GENESIS_MILLIS + height * 61_000;
    }

    /// Moves a job on by a transaction of an executor.
    void executorCall(String account, String contract, String method, Message arguments, Job job) {
        TransactionPayload payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ByteString.copyFrom(chainId().toArray()))
                .setSender(account)
                .setContract("poyang.v1." + contract)
                .setMethod(method)
                .setArguments(arguments.toByteString())
                .build();
        synchronized (blocks) {
            jobs.put(job.getId(), job);
            append(
                    List.of(Transaction.newBuilder()
                            .setPayload(payload.toByteString())
                            .build()),
                    List.of(TransactionReceipt.newBuilder()
                            .setHeight(blocks.size() + 1)
                            .addEvents(changed(job))
                            .build()));
        }
    }

    Job job(String id) {
        synchronized (blocks) {
            return java.util.Objects.requireNonNull(jobs.get(id));
        }
    }

    private void execute(TransactionPayload payload, String shortId, TransactionReceipt.Builder receipt) {
        switch (payload.getContract() + "/" + payload.getMethod()) {
            case "poyang.v1.Datasets/Register" -> {
                Dataset made = ChainIndex.parse(Dataset.parser(), payload.getArguments());
                if (datasets.putIfAbsent(made.getId(), made) != null) {
                    throw refused("the data set exists");
                }
            }
            case "poyang.v1.Datasets/SetPolicy" -> {
                // the index does it
            }
            case "poyang.v1.Jobs/Submit" -> submitJob(payload, shortId, receipt);
            case "poyang.v1.Jobs/Consent" -> consent(payload, receipt);
            case "poyang.v1.Jobs/Cancel" -> {
                JobKey key = ChainIndex.parse(JobKey.parser(), payload.getArguments());
                change(step(job(key.getId()), JobState.CANCELLED, payload.getSender()), receipt);
            }
            case "poyang.v1.ZeroKnowledge/Register" -> proofs.register(payload, receipt);
            case "poyang.v1.ZeroKnowledge/Withdraw" -> proofs.withdraw(payload, receipt);
            case "poyang.v1.ZeroKnowledge/Verify" -> proofs.verify(payload, receipt);
            default -> throw refused("there is no such method");
        }
    }

    private void submitJob(TransactionPayload payload, String id, TransactionReceipt.Builder receipt) {
        SubmitJob request = ChainIndex.parse(SubmitJob.parser(), payload.getArguments());
        CollisionPlan plan = ChainIndex.parse(Plan.parser(), request.getPlan()).getCollision();
        Dataset left = datasets.get(plan.getLeftDataset());
        Dataset right = datasets.get(plan.getRightDataset());
        if (left == null || right == null) {
            throw refused("there is no such data set");
        }
        Job.Builder made = Job.newBuilder()
                .setId(id)
                .setTitle(request.getTitle())
                .setPurpose(request.getPurpose())
                .setSubmitter(payload.getSender())
                .setReceiver(request.getReceiver())
                .setPlan(request.getPlan())
                .setPlanHash(ByteString.copyFrom(Sm3.digest(request.getPlan().toByteArray())))
                .setAttempt(1)
                .addParties(party(left, plan.getLeftColumn()))
                .addParties(party(right, plan.getRightColumn()))
                .setSubmittedMillis(millisAt(blocks.size() + 1))
                .setDeadlineMillis(millisAt(blocks.size() + 1) + request.getMinutesToLive() * 60_000L)
                .setMinutesToLive(request.getMinutesToLive())
                .addLeakage(Leakage.newBuilder()
                        .setOrganisation(left.getOrganisation())
                        .setLearns("双方共有的标识符，以及对方去重后的标识符数量")
                        .setLearnsEnglish("the identifiers that both have, and how many different ones the other has"))
                .addLeakage(Leakage.newBuilder()
                        .setOrganisation(right.getOrganisation())
                        .setLearns("对方去重后的标识符数量，此外一无所知")
                        .setLearnsEnglish("how many different identifiers the other has, and nothing else"));
        if (plan.getProtocol().equals("auto")) {
            made.setChoice(ProtocolChoice.newBuilder()
                    .setProtocol("dh-sm2")
                    .setReason("接收方约 22000 行，另一方约 22000 行，网络 100 Mbit/s、延迟 5 毫秒，双方规则都允许的协议中预计最快")
                    .setReasonEnglish("reckoned to be the fastest for 22000 and 22000 rows at 100 Mbit/s"));
        }
        change(step(made.build(), JobState.AWAITING_CONSENT, payload.getSender()), receipt);
    }

    private static JobParty party(Dataset dataset, String column) {
        return JobParty.newBuilder()
                .setOrganisation(dataset.getOrganisation())
                .setDataset(dataset.getId())
                .setColumn(column)
                .setRoundedRows(dataset.getRoundedRows())
                .setConsent(ConsentState.PENDING)
                .build();
    }

    private void consent(TransactionPayload payload, TransactionReceipt.Builder receipt) {
        ConsentRequest request = ChainIndex.parse(ConsentRequest.parser(), payload.getArguments());
        Job before = job(request.getJob());
        Job.Builder after = before.toBuilder();
        String organisation =
                payload.getSender().substring(0, payload.getSender().indexOf('/'));
        for (JobParty.Builder party : after.getPartiesBuilderList()) {
            if (party.getOrganisation().equals(organisation)) {
                party.setConsent(request.getGiven() ? ConsentState.GIVEN : ConsentState.DENIED)
                        .setConsentAccount(payload.getSender())
                        .setConsentReason(request.getReason())
                        .setConsentHeight(blocks.size() + 1L);
            }
        }
        boolean all = after.getPartiesList().stream().allMatch(party -> party.getConsent() == ConsentState.GIVEN);
        if (!request.getGiven()) {
            change(step(after.build(), JobState.REFUSED, payload.getSender()), receipt);
        } else if (all) {
            Job ready = step(after.build(), JobState.READY, payload.getSender());
            change(ready, receipt);
            Thread.ofVirtual().start(() -> onReady.accept(ready));
        } else {
            change(after.build(), receipt);
        }
    }

    Job step(Job job, JobState state, String account) {
        long height = blocks.size() + 1L;
        return job.toBuilder()
                .setState(state)
                .addHistory(JobStep.newBuilder()
                        .setState(state)
                        .setAttempt(job.getAttempt())
                        .setHeight(height)
                        .setMillis(millisAt(height))
                        .setAccount(account))
                .build();
    }

    private void change(Job job, TransactionReceipt.Builder receipt) {
        jobs.put(job.getId(), job);
        receipt.addEvents(changed(job));
    }

    private static Event changed(Job job) {
        return Event.newBuilder()
                .setContract("poyang.v1.Jobs")
                .setTopic("jobs.changed")
                .setKey(job.getId())
                .setPayload(job.toByteString())
                .build();
    }

    QueryPayload open(SignedQuery query) {
        QueryPayload payload = ChainIndex.parse(QueryPayload.parser(), query.getPayload());
        Sm2PublicKey key = keys.get(payload.getAccount());
        Signature signature = new Signature(Bytes.wrap(query.getSignature().toByteArray()), query.getParity());
        if (key == null || !key.verify(query.getPayload().toByteArray(), signature)) {
            throw refused("the signature of the query is not valid");
        }
        return payload;
    }

    @Override
    public Bytes query(SignedQuery query) {
        throw refused("this chain answers no reads");
    }

    @Override
    public Bytes receipt(SignedQuery query) {
        ReceiptArguments wanted =
                ChainIndex.parse(ReceiptArguments.parser(), open(query).getArguments());
        Bytes id = Bytes.wrap(wanted.getTransactionId().toByteArray());
        synchronized (blocks) {
            for (VerifiedBlock block : blocks) {
                Transaction transaction = block.transactions().getFirst();
                if (Sm3.hash(transaction.getPayload().toByteArray()).equals(id)) {
                    return Bytes.wrap(ProvenReceipt.newBuilder()
                            .setTransaction(transaction)
                            .setReceipt(block.receipts().getFirst().toByteString())
                            .setTransactionCount(1)
                            .build()
                            .toByteArray());
                }
            }
        }
        throw refused("there is no such transaction");
    }

    @Override
    public List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            NodeStatus.Builder status = NodeStatus.newBuilder()
                    .setNode("validator-" + i)
                    .setEngine("bft")
                    .setHeight(blocks.size())
                    .setStateBytes(1_200_000L + i)
                    .setAdmittedTransactions(blocks.size());
            for (int peer = 1; peer <= 4; peer++) {
                if (peer != i) {
                    status.addPeers(PeerStatus.newBuilder()
                            .setNode("validator-" + peer)
                            .setConnected(peer != 4)
                            .setRoundTripMicros(420L * peer));
                }
            }
            nodes.add(new Node("validator-" + i, i == 4 ? null : status.build()));
        }
        return nodes;
    }

    static PoyangException refused(String wrong) {
        return new PoyangException(REFUSED, wrong, "see the test");
    }
}
