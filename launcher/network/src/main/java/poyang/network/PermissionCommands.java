package poyang.network;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.util.JsonFormat;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.tools.Report;
import poyang.wire.schema.AccountsOuterClass;
import poyang.wire.schema.AuditOuterClass;
import poyang.wire.schema.CertificatesOuterClass;
import poyang.wire.schema.DatasetsOuterClass;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EpochsOuterClass;
import poyang.wire.schema.EvidenceOuterClass;
import poyang.wire.schema.JobsOuterClass;
import poyang.wire.schema.LevelList;
import poyang.wire.schema.NodesOuterClass;
import poyang.wire.schema.OrganisationsOuterClass;
import poyang.wire.schema.PermissionLevel;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.PermissionsOuterClass;
import poyang.wire.schema.Proposal;
import poyang.wire.schema.ProposalKey;
import poyang.wire.schema.ProposalList;
import poyang.wire.schema.ProposedCall;
import poyang.wire.schema.ResourceKey;
import poyang.wire.schema.RuleKind;
import poyang.wire.schema.RuleList;
import poyang.wire.schema.TransactionReceipt;
import poyang.wire.schema.ViewsOuterClass;

/// Who must want what: rules, levels, and calls that several departments approve.
@Command(
        name = "permission",
        description = "Rules over calls, levels of accounts, and calls that several departments must want.")
final class PermissionCommands extends CommandGroup {
    private static final String CONTRACT = "poyang.v1.Permissions";
    private static final List<FileDescriptor> CALLS = List.of(
            AccountsOuterClass.getDescriptor(),
            AuditOuterClass.getDescriptor(),
            CertificatesOuterClass.getDescriptor(),
            DatasetsOuterClass.getDescriptor(),
            EpochsOuterClass.getDescriptor(),
            EvidenceOuterClass.getDescriptor(),
            JobsOuterClass.getDescriptor(),
            NodesOuterClass.getDescriptor(),
            OrganisationsOuterClass.getDescriptor(),
            PermissionsOuterClass.getDescriptor(),
            ViewsOuterClass.getDescriptor());

    PermissionCommands() {
        super("permission");
    }

    @Command(name = "set-rule", description = "By a supervisor: who must want a call from the next block on.")
    int setRule(
            @Parameters(paramLabel = "CALL", description = "for example poyang.v1.Accounts/Freeze") String resource,
            @Option(names = "--kind", required = true, description = "ANY, ALL, MAJORITY, SHARE, SELF or FORBIDDEN")
                    String kind,
            @Option(names = "--organisation", split = ",", description = "whose accounts count; all when absent")
                    @Nullable
                    List<String> organisations,
            @Option(names = "--role", split = ",", description = "roles or levels that count; all when absent")
                    @Nullable
                    List<String> roles,
            @Option(names = "--share", paramLabel = "N[/M]", description = "of SHARE") @Nullable String share,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        PermissionRule.Builder rule = PermissionRule.newBuilder()
                .setResource(resource)
                .setKind(kind(kind))
                .setReason(reason);
        Optional.ofNullable(organisations).ifPresent(rule::addAllOrganisations);
        Optional.ofNullable(roles).ifPresent(rule::addAllRoles);
        if (share != null) {
            if (!share.matches("[1-9][0-9]{0,5}(/[1-9][0-9]{0,5})?")) {
                throw wrong("\"" + share + "\" is no share", "a number, or a fraction like 2/3, is needed", null);
            }
            String[] parts = share.split("/", 2);
            rule.setNumerator(Integer.parseInt(parts[0]));
            rule.setDenominator(parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
        }
        return call(by, CONTRACT, "SetRule", rule.build(), "rule for", resource);
    }

    private static RuleKind kind(String name) {
        return Stream.of(RuleKind.values())
                .filter(each -> each.name().equals("RULE_" + name) && each != RuleKind.RULE_UNSPECIFIED)
                .findFirst()
                .orElseThrow(() -> wrong(
                        "there is no kind \"" + name + "\"",
                        "ANY, ALL, MAJORITY, SHARE, SELF or FORBIDDEN is needed",
                        null));
    }

    @Command(name = "drop-rule", description = "By a supervisor: the call is its contract's own matter again.")
    int dropRule(@Parameters(paramLabel = "CALL") String resource, @Mixin AccountOptions by) {
        ResourceKey key = ResourceKey.newBuilder().setResource(resource).build();
        return call(by, CONTRACT, "DropRule", key, "dropped", resource);
    }

    @Command(
            name = "set-level",
            description = "By a supervisor: who has a level that rules can name; none: it is gone.")
    int setLevel(
            @Parameters(paramLabel = "LEVEL", description = "a-z 0-9 -") String name,
            @Option(names = "--title", defaultValue = "", description = "what people read") String title,
            @Option(names = "--accounts", split = ",", description = "all that have it") @Nullable
                    List<String> accounts,
            @Mixin AccountOptions by) {
        PermissionLevel.Builder level =
                PermissionLevel.newBuilder().setName(name).setTitle(title);
        Optional.ofNullable(accounts).ifPresent(level::addAllAccounts);
        return call(by, CONTRACT, "SetLevel", level.build(), "level", name);
    }

    @Command(
            name = "propose",
            description =
                    "A call that its rule gives to several departments; the arguments as JSON, by the schema's names.")
    int propose(
            @Parameters(paramLabel = "CALL", description = "for example poyang.v1.Accounts/Freeze") String resource,
            @Parameters(
                            paramLabel = "JSON",
                            description = "for example '{\"account\": \"a/owner\", \"reason\": \"…\"}'")
                    String arguments,
            @Option(names = "--reason", required = true, description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        ProposedCall call = ProposedCall.newBuilder()
                .setResource(resource)
                .setArguments(arguments(resource, arguments).toByteString())
                .setReason(reason)
                .build();
        return by.with(random, clock, account -> {
            TransactionReceipt receipt = account.call(CONTRACT, "Propose", call);
            ProposalKey key = ChainForms.attested(ProposalKey.parser(), ChainForms.bytes(receipt.getResult()));
            return report().say("proposal", key.getId())
                    .say("block", receipt.getHeight())
                    .done(0);
        });
    }

    private static Message arguments(String resource, String text) {
        MethodDescriptor method = CALLS.stream()
                .flatMap(file -> file.getServices().stream())
                .flatMap(service -> service.getMethods().stream())
                .filter(each -> (each.getService().getFullName() + "/" + each.getName()).equals(resource))
                .findFirst()
                .orElseThrow(() -> wrong(
                        "there is no call \"" + resource + "\"",
                        "for example poyang.v1.Accounts/Freeze is needed",
                        null));
        DynamicMessage.Builder message = DynamicMessage.newBuilder(method.getInputType());
        try {
            JsonFormat.parser().merge(text, message);
        } catch (InvalidProtocolBufferException e) {
            throw wrong(
                    "the arguments are not those of " + resource + " (" + e.getMessage() + ")",
                    "JSON with the fields of " + method.getInputType().getFullName() + " is needed",
                    e);
        }
        return message.build();
    }

    @Command(
            description =
                    "By an account that the rule counts: its department wants the call. The last one carries it out.")
    int approve(@Parameters(paramLabel = "PROPOSAL") String id, @Mixin AccountOptions by) {
        return decided(by, "Approve", id);
    }

    @Command(description = "By the proposer: the call is not wanted any more.")
    int withdraw(@Parameters(paramLabel = "PROPOSAL") String id, @Mixin AccountOptions by) {
        return decided(by, "Withdraw", id);
    }

    private int decided(AccountOptions by, String method, String id) {
        return by.with(random, clock, account -> {
            ProposalKey key = ProposalKey.newBuilder().setId(id).build();
            Proposal now = ChainForms.attested(
                    Proposal.parser(),
                    ChainForms.bytes(account.call(CONTRACT, method, key).getResult()));
            return report().say("proposal", id)
                    .say("state", now.getState().name())
                    .say("approvals", now.getApprovalsCount())
                    .done(0);
        });
    }

    @Command(description = "The rules, levels and proposals that the chain has.")
    int list(@Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report().list("rules").list("levels").list("proposals");
            for (PermissionRule rule : read(account, "Rules", RuleList.parser()).getRulesList()) {
                Report _ = report.item("rules", fields(rule), "rule  " + line(rule));
            }
            for (PermissionLevel level :
                    read(account, "Levels", LevelList.parser()).getLevelsList()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("level", level.getName());
                fields.put("accounts", level.getAccountsList().stream().toList());
                Report _ = report.item(
                        "levels", fields, "level  %s  %s".formatted(level.getName(), level.getAccountsList()));
            }
            for (Proposal proposal :
                    read(account, "Proposals", ProposalList.parser()).getProposalsList()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("id", proposal.getId());
                fields.put("call", proposal.getCall().getResource());
                fields.put("by", proposal.getProposer());
                fields.put("state", proposal.getState().name());
                fields.put("approvals", proposal.getApprovalsCount());
                fields.put(
                        "until", Instant.ofEpochMilli(proposal.getUntilMillis()).toString());
                Report _ = report.item(
                        "proposals",
                        fields,
                        "proposal  %s  %s by %s (%s): %s, %d approvals"
                                .formatted(
                                        proposal.getId(),
                                        proposal.getCall().getResource(),
                                        proposal.getProposer(),
                                        proposal.getCall().getReason(),
                                        proposal.getState(),
                                        proposal.getApprovalsCount()));
            }
            return report.done(0);
        });
    }

    private static <T extends Message> T read(ChainAccount account, String method, Parser<T> parser) {
        return ChainForms.attested(parser, Bytes.wrap(account.read(CONTRACT, method, Empty.getDefaultInstance())));
    }

    private static Map<String, Object> fields(PermissionRule rule) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("call", rule.getResource());
        fields.put("kind", rule.getKind().name());
        fields.put("organisations", rule.getOrganisationsList().stream().toList());
        fields.put("roles", rule.getRolesList().stream().toList());
        fields.put("numerator", rule.getNumerator());
        fields.put("denominator", rule.getDenominator());
        fields.put("reason", rule.getReason());
        fields.put("by", rule.getAccount());
        fields.put("block", rule.getHeight());
        return fields;
    }

    private static String line(PermissionRule rule) {
        String share = rule.getNumerator() == 0
                ? ""
                : " " + rule.getNumerator() + (rule.getDenominator() == 0 ? "" : "/" + rule.getDenominator());
        return "%s  %s%s  departments %s  roles %s  since block %d by %s (%s)"
                .formatted(
                        rule.getResource(),
                        rule.getKind(),
                        share,
                        rule.getOrganisationsList(),
                        rule.getRolesList(),
                        rule.getHeight(),
                        rule.getAccount(),
                        rule.getReason());
    }

    private static PoyangException wrong(String what, String right, @Nullable Exception cause) {
        return new PoyangException(NetworkErrors.UNREADABLE, what, right, cause);
    }
}
