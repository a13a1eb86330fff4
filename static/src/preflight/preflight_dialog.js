import {Component, onWillStart, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const LEVELS = [
    {level: "error", icon: "fa-times-circle", color: "text-danger"},
    {level: "warning", icon: "fa-exclamation-triangle", color: "text-warning"},
    {level: "info", icon: "fa-info-circle", color: "text-info"},
    {level: "ok", icon: "fa-check-circle", color: "text-success"},
];

/**
 * What should be known before a mailing is sent, with the button that sends it.
 *
 * The server finds and words everything; an error there stops sending there, too.
 */
export class PreflightDialog extends Component {
    static template = "campaign_desk.PreflightDialog";
    static components = {Dialog};
    static props = {
        mailingId: Number,
        then: String,
        onSent: Function,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({found: null, isAsking: false, isSending: false});
        onWillStart(() => this.look(false));
    }

    async look(askPages) {
        this.state.isAsking = askPages;
        try {
            this.state.found = await this.orm.call("mailing.mailing", "get_preflight", [
                [this.props.mailingId],
                askPages,
            ]);
        } finally {
            this.state.isAsking = false;
        }
    }

    count(level) {
        return this.state.found.lines.filter((line) => line.level === level).length;
    }

    get groups() {
        const titles = {
            error: _t("To be corrected first"),
            warning: _t("Worth a look"),
            info: _t("Good to know"),
            ok: _t("Fine"),
        };
        return LEVELS.map((one) => ({
            ...one,
            title: titles[one.level],
            lines: this.state.found.lines.filter(({level}) => level === one.level),
        })).filter(({lines}) => lines.length);
    }

    get verdict() {
        if (this.count("error")) {
            return _t("This mailing cannot be sent yet.");
        }
        return this.count("warning")
            ? _t("It can be sent. Some things are worth a look before.")
            : _t("Everything looks fine.");
    }

    get sendLabel() {
        const isNow = this.props.then === "action_launch";
        if (this.count("warning")) {
            return isNow ? _t("Send anyway") : _t("Schedule anyway");
        }
        return isNow ? _t("Send to all") : _t("Choose a time");
    }

    async send() {
        this.state.isSending = true;
        try {
            const action = await this.orm.call("mailing.mailing", this.props.then, [
                [this.props.mailingId],
            ]);
            this.props.close();
            await this.props.onSent(action);
        } finally {
            this.state.isSending = false;
        }
    }

    async goTo(action) {
        if (action.tag !== "campaign_desk_preview") {
            this.props.close(); // A preview is looked at above the list
        }
        await this.action.doAction(action);
    }
}

registry.category("actions").add("campaign_desk_preflight", (env, {params}) => {
    env.services.dialog.add(PreflightDialog, {
        mailingId: params.mailing_id,
        then: params.then,
        onSent: async (action) => {
            const {action: actions} = env.services;
            if (action) {
                await actions.doAction(action, {
                    onClose: () => actions.doAction("soft_reload"),
                });
            } else {
                await actions.doAction("soft_reload");
            }
        },
    });
});
