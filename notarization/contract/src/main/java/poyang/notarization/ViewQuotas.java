package poyang.notarization;

import java.util.ArrayList;
import java.util.List;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractState;
import poyang.wire.schema.HourUse;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewQuota;
import poyang.wire.schema.ViewUses;

/// How many keywords accounts and departments looked up of late, by hour, so that what is kept stays small
/// however many look-ups there are. A period of h hours is the present hour and the h-1 before it.
///
/// State of `poyang.v1.Views`: `uses/VIEW|ACCOUNT` and `uses/VIEW|DEPARTMENT` → ViewUses.
final class ViewQuotas {
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long HOURS_KEPT = 744;

    private final ContractState views;
    private final long hour;

    ViewQuotas(CallContext context, ContractState views) {
        this.views = views;
        hour = context.timestampMillis() / HOUR_MILLIS;
    }

    /// Counts a look-up of so many keywords.
    ///
    /// @throws poyang.chain.contract.ContractRejection `POLICY_FORBIDS` when a quota would be exceeded
    void count(View view, String account, String organisation, int keywords) {
        ViewQuota quota = view.getQuota();
        need(view, account, keywords, quota.getKeywordsPerAccount());
        need(view, organisation, keywords, quota.getKeywordsPerOrganisation());
        add(view, account, hour, keywords);
        add(view, organisation, hour, keywords);
    }

    /// Takes back what {@link #count} counted in the hour of `askedMillis`.
    void giveBack(View view, String account, String organisation, long askedMillis, int keywords) {
        add(view, account, askedMillis / HOUR_MILLIS, -keywords);
        add(view, organisation, askedMillis / HOUR_MILLIS, -keywords);
    }

    private void need(View view, String user, int keywords, long most) {
        long before = uses(view, user).getHoursList().stream()
                .filter(use -> hour - use.getHour() < view.getQuota().getPeriodHours())
                .mapToLong(HourUse::getKeywords)
                .sum();
        Rules.need(
                before + keywords <= most,
                NotarizationErrors.POLICY_FORBIDS,
                user + " looked up " + before + " keywords of " + view.getId() + " in "
                        + view.getQuota().getPeriodHours() + " hours, and " + keywords + " more are asked for",
                most + " are allowed; ask for fewer, or later");
    }

    private void add(View view, String user, long at, int keywords) {
        List<HourUse> kept = new ArrayList<>();
        long counted = keywords;
        for (HourUse use : uses(view, user).getHoursList()) {
            if (use.getHour() == at) {
                counted += use.getKeywords();
            } else if (hour - use.getHour() < HOURS_KEPT) {
                kept.add(use);
            }
        }
        if (counted > 0 && hour - at < HOURS_KEPT) {
            kept.add(HourUse.newBuilder().setHour(at).setKeywords(counted).build());
        }
        views.put(
                key(view, user), ViewUses.newBuilder().addAllHours(kept).build().toByteArray());
    }

    private ViewUses uses(View view, String user) {
        return views.get(key(view, user))
                .map(value -> ServiceContract.stored(ViewUses.parser(), value))
                .orElse(ViewUses.getDefaultInstance());
    }

    private static String key(View view, String user) {
        return "uses/" + view.getId() + "|" + user;
    }
}
