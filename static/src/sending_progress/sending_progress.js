import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";
import {formatFloat, formatInteger} from "@web/views/fields/formatters";
import {Component, onWillDestroy, useExternalListener, useState} from "@odoo/owl";
import {ConnectionLostError} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useService} from "@web/core/utils/hooks";

const {DateTime} = luxon;

// How often to ask, in milliseconds, by what the mailing does; not at all once it ended.
const POLL_MOVING = 3000;
const POLL_STILL = 10000;
const MOVING = ["sending", "cancelling"];
const ENDED = ["draft", "done", "cancelled"];

// What buttons of the form change; a campaign has only the first of them.
const WATCHED = ["state", "is_paused", "sending_error", "cancel_reason"];

/**
 * How far a mailing or a campaign is, kept up to date while somebody looks.
 *
 * All numbers and sentences come from `get_sending_status()` of the record.
 */
export class SendingProgress extends Component {
    static template = "campaign_desk.SendingProgress";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({status: null});
        this.asked = 0;
        useRecordObserver((record) => {
            if (record.resId !== this.record?.resId) {
                this.state.status = null;
            }
            this.record = record;
            // Read here, so that a change of one of them asks again at once.
            this.watched = WATCHED.map((name) => record.data[name]);
            return this.refresh();
        });
        useExternalListener(document, "visibilitychange", () => this.onVisibility());
        onWillDestroy(() => this.stop());
    }

    // ------------------------------------------------------------
    // Asking
    // ------------------------------------------------------------

    async refresh() {
        this.stop();
        const {record} = this;
        if (!record.resId) {
            return;
        }
        const question = ++this.asked;
        let status = null;
        try {
            status = await this.orm.silent.call(record.resModel, "get_sending_status", [
                record.resId,
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            status = this.state.status; // The next answer may come through
        }
        if (question !== this.asked) {
            return;
        }
        const before = this.state.status || status;
        this.state.status = status;
        this.planNext();
        const isNews =
            before.phase !== status.phase || record.data.state !== status.state;
        if (isNews && !(await record.isDirty())) {
            await record.load();
        }
    }

    planNext() {
        const {status} = this.state;
        if (document.hidden || !status || ENDED.includes(status.phase)) {
            return;
        }
        const pause = MOVING.includes(status.phase) ? POLL_MOVING : POLL_STILL;
        this.timer = browser.setTimeout(() => this.refresh(), pause);
    }

    stop() {
        this.asked++; // An answer that is on its way comes too late
        browser.clearTimeout(this.timer);
    }

    onVisibility() {
        if (document.hidden) {
            this.stop();
        } else {
            this.refresh();
        }
    }

    // ------------------------------------------------------------
    // Showing
    // ------------------------------------------------------------

    get parts() {
        const {status} = this.state;
        const part = (kind, label, color) => ({
            kind,
            label,
            color,
            count: formatInteger(status[kind]),
            width: `${(100 * status[kind]) / (status.planned || 1)}%`,
            isShown: Boolean(status[kind]) || kind === "sent",
        });
        return [
            part("sent", _t("Sent"), "bg-success"),
            part("bounced", _t("Bounced"), "bg-danger opacity-50"),
            part("failed", _t("Failed"), "bg-danger"),
            part("uncertain", _t("Uncertain"), "bg-warning"),
            part("suppressed", _t("Left out"), "o_campaign_desk_suppressed"),
            part("waiting", _t("Waiting"), "o_campaign_desk_waiting"),
        ].filter((one) => one.isShown);
    }

    get percent() {
        const {planned, waiting} = this.state.status;
        return planned ? Math.floor((100 * (planned - waiting)) / planned) : 0;
    }

    get decided() {
        const {planned, waiting} = this.state.status;
        return _t("%(decided)s of %(planned)s", {
            decided: formatInteger(planned - waiting),
            planned: formatInteger(planned),
        });
    }

    get rate() {
        const {mails_per_minute: rate} = this.state.status;
        const digits = rate < 10 ? 1 : 0;
        return (
            rate && _t("%s mails a minute", formatFloat(rate, {digits: [0, digits]}))
        );
    }

    get end() {
        const {finishes_at} = this.state.status;
        return finishes_at && _t("ends about %s", this.format(finishes_at));
    }

    /** Return a time of today as that, another one with its date. */
    format(when) {
        const time = deserializeDateTime(when);
        return time.hasSame(DateTime.now(), "day")
            ? time.toLocaleString(DateTime.TIME_SIMPLE)
            : formatDateTime(time, {showSeconds: false});
    }

    get waitingFor() {
        const {phase, waiting_for: groups} = this.state.status;
        if (phase === "waiting" && groups.length === 1) {
            return []; // The words say it
        }
        return groups
            .filter(({reason}) => reason !== "due")
            .map(({count, words, next_attempt_at}) => {
                const sentence = _t("%(count)s wait for %(reason)s", {
                    count: formatInteger(count),
                    reason: words,
                });
                return next_attempt_at
                    ? _t("%(sentence)s (next at %(when)s)", {
                          sentence,
                          when: this.format(next_attempt_at),
                      })
                    : sentence;
            });
    }

    get details() {
        return [this.rate, this.end, ...this.waitingFor].filter(Boolean);
    }

    async open(kind) {
        this.action.doAction(
            await this.orm.call(this.record.resModel, "action_view_deliveries", [
                this.record.resId,
                kind,
            ])
        );
    }
}

export const sendingProgress = {
    component: SendingProgress,
    fieldDependencies: [{name: "state", type: "selection"}],
};

registry.category("view_widgets").add("campaign_desk_progress", sendingProgress);
