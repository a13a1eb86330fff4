import {Component, useState} from "@odoo/owl";
import {deserializeDate, deserializeDateTime, formatDate} from "@web/core/l10n/dates";
import {timeAgoOf, timeOf} from "./small_fields";
import {ActDialog} from "./act_dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** Why it is here, how long there is, what can be done, who wrote, about what. */
class ResponseContext extends Component {
    static template = "campaign_desk.ResponseContext";
    static props = {...standardWidgetProps};

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.desk = useState(this.env.readingDesk);
        this.state = useState({isMoreShown: false, isBusy: false});
        this.timeOf = timeOf;
    }

    // ------------------------------------------------------------
    // The clock
    // ------------------------------------------------------------

    clockColor({state}) {
        return {late: "text-danger", warned: "text-warning", met: "text-success"}[
            state
        ];
    }

    clockWords({at, is_paused}) {
        if (is_paused) {
            return _t("waits for the customer");
        }
        return at.includes(" ")
            ? deserializeDateTime(at).toRelative({style: "short"})
            : formatDate(deserializeDate(at));
    }

    // ------------------------------------------------------------
    // Acts
    // ------------------------------------------------------------

    acts(...states) {
        return this.desk.reading.acts.filter(({state}) => states.includes(state));
    }

    actKey(act) {
        return `${act.code}-${act.key || ""}-${act.act_id || ""}`;
    }

    do(act) {
        const hasValues = act.params && Object.keys(act.params).length;
        if (act.confirm || hasValues || act.choices?.length) {
            this.dialog.add(ActDialog, {
                act,
                onConfirm: (params) => this.carryOut(act, params),
            });
            return undefined;
        }
        return this.carryOut(act, {});
    }

    carryOut(act, params) {
        const given = {...act.params, ...params, ...(act.key && {key: act.key})};
        return this.change("action_do", [act.code, given]);
    }

    async change(method, args) {
        this.state.isBusy = true;
        try {
            this.desk.reading.acts = await this.desk.call(method, args);
        } finally {
            this.state.isBusy = false;
        }
        await this.env.reloadResponse();
    }

    openTarget({model, id}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    // ------------------------------------------------------------
    // Who and what about
    // ------------------------------------------------------------

    get facts() {
        const {contact} = this.desk.reading;
        return [contact.function, contact.company, contact.country].filter(Boolean);
    }

    get visits() {
        const {sent_at, opened_at, clicked_at} = this.desk.reading.campaign;
        return [
            sent_at && _t("sent %s", timeAgoOf(sent_at)),
            opened_at && _t("opened %s", timeAgoOf(opened_at)),
            clicked_at && _t("clicked %s", timeAgoOf(clicked_at)),
        ]
            .filter(Boolean)
            .join(" · ");
    }

    get isUncertain() {
        const {found_confidence, name} = this.desk.reading.campaign;
        return name && found_confidence && found_confidence < 0.8;
    }

    async openOthers() {
        return this.action.doAction(await this.desk.call("action_view_others"));
    }
}

registry.category("view_widgets").add("campaign_response_context", {
    component: ResponseContext,
});
