package poyang.notarization;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.wire.schema.AbortRequest;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.ConsentRequest;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.Plan;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SubmitJob;
import poyang.wire.schema.UsePolicy;

/// Requests of a collision between department a (left, receives) and department b.
final class Collisions {
    private Collisions() {}

    /// A peopled chain on which a and b have registered a data set each.
    static Chain chain() {
        Chain chain = Chain.peopled();
        chain.call("a/owner", "Datasets", "Register", dataset("a"));
        chain.call("b/owner", "Datasets", "Register", dataset("b"));
        return chain;
    }

    static Dataset dataset(String organisation) {
        return Dataset.newBuilder()
                .setId(organisation + "/people")
                .setOrganisation(organisation)
                .setTitle("人员")
                .setConnector("csv")
                .addColumns(ColumnPolicy.newBuilder()
                        .setName("id")
                        .setType("VARCHAR")
                        .setSensitivity(Sensitivity.PERSONAL)
                        .setCollisionKey(true)
                        .setIdentifierKind(IdentifierKind.ID))
                .addColumns(ColumnPolicy.newBuilder()
                        .setName("income")
                        .setType("BIGINT")
                        .setSensitivity(Sensitivity.SENSITIVE_PERSONAL))
                .setPolicy(UsePolicy.newBuilder()
                        .setMinimumRows(100)
                        .setMaximumPeerRows(50_000)
                        .setMaximumRunsPerPair(3))
                .setRoundedRows(20_000)
                .build();
    }

    static CollisionPlan.Builder plan() {
        return CollisionPlan.newBuilder()
                .setLeftDataset("a/people")
                .setLeftColumn("id")
                .setRightDataset("b/people")
                .setRightColumn("id")
                .setIdentifierKind(IdentifierKind.ID)
                .setProtocol("dh-sm2");
    }

    static SubmitJob.Builder submit(CollisionPlan.Builder plan) {
        return SubmitJob.newBuilder()
                .setTitle("双重参保核查")
                .setPurpose("核查")
                .setPlan(Plan.newBuilder().setCollision(plan).build().toByteString())
                .setReceiver("a/analyst")
                .setMinutesToLive(60);
    }

    static String submitted(Chain chain) {
        return id(chain.call("a/analyst", "Jobs", "Submit", submit(plan()).build()));
    }

    /// Of a submitted job.
    static String id(byte[] result) {
        try {
            return JobKey.parseFrom(result).getId();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    static ConsentRequest consent(String job, boolean given) {
        return ConsentRequest.newBuilder().setJob(job).setGiven(given).build();
    }

    static ByteString hash(String of) {
        return ByteString.copyFrom(Sm3.digest(Bytes.utf8(of).toArray()));
    }

    static CommitRequest commit(Job job, String organisation) {
        String fresh = job.getId() + job.getAttempt() + organisation;
        return CommitRequest.newBuilder()
                .setJob(job.getId())
                .setAttempt(job.getAttempt())
                .setInputRoot(hash("root" + fresh))
                .setSeedCommitment(hash("seed" + fresh))
                .setRoundedRows(20_000)
                .setSandbox("bubblewrap")
                .build();
    }

    static AbortRequest abort(Job job) {
        return AbortRequest.newBuilder()
                .setJob(job.getId())
                .setAttempt(job.getAttempt())
                .setCode("SOURCE_LOST")
                .setDetail("the source is gone")
                .build();
    }

    static JobReceipt.Builder receipt(Job job, int side) {
        JobReceipt.Builder receipt = JobReceipt.newBuilder()
                .setJob(job.getId())
                .setAttempt(job.getAttempt())
                .setOrganisation(job.getParties(side).getOrganisation())
                .setPlanHash(job.getPlanHash())
                .setProtocolId(1)
                .setProtocolVersion(2)
                .setProtocolName("dh-sm2")
                .setInputRoot(job.getParties(side).getCommitment().getInputRoot())
                .setPeerInputRoot(
                        job.getParties(side == 0 ? 1 : 0).getCommitment().getInputRoot())
                .setSeedCommitment(job.getParties(side).getCommitment().getSeedCommitment())
                .setTranscriptDigest(hash("transcript" + job.getAttempt()))
                .setRounds(3)
                .setRoundedBytes(1_700_000)
                .setProtocolMillis(15_000)
                .setSandbox("bubblewrap");
        if (side == 0) {
            receipt.setOutputCommitment(hash("output"));
        }
        return receipt;
    }

    static Job job(Chain chain, String id) {
        try {
            return Job.parseFrom(chain.read("supervision/supervisor", "Jobs", "Get", key(id)));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    static JobKey key(String id) {
        return JobKey.newBuilder().setId(id).build();
    }
}
