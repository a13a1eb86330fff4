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
 * What should be known before a mailing or a campaign is sent, with the button for it.
 *
 * The server finds and words everything; an error there stops sending there, too.
 */
export class PreflightDialog extends Component {
    static template = "campaign_desk.PreflightDialog";
    static components = {Dialog};
    static props = {
        model: String,
        id: Number,
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
            const {model, id} = this.props;
            this.state.found = await this.orm.call(model, "get_preflight", [
                [id],
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
        const labels = {
            action_launch: [_t("Send to all"), _t("Send anyway")],
            action_schedule: [_t("Choose a time"), _t("Schedule anyway")],
            action_send: [_t("Send as scheduled"), _t("Send anyway")],
            action_request_approval: [_t("Ask for approval"), _t("Ask anyway")],
            action_approve: [_t("Approve and send"), _t("Approve anyway")],
        };
        return labels[this.props.then][this.count("warning") ? 1 : 0];
    }

    async send() {
        this.state.isSending = true;
        try {
            const {model, id, then} = this.props;
            const action = await this.orm.call(model, then, [[id]]);
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
        model: params.model,
        id: params.id,
        then: params.then,
        onSent: async (action) => {
            const {action: actions} = env.services;
            if (action !== true) {
                await actions.doAction(action, {
                    onClose: () => actions.doAction("soft_reload"),
                });
            } else {
                await actions.doAction("soft_reload");
            }
        },
    });
});
