import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

/** An act before it happens: what it is asked to do, to be changed or confirmed. */
export class ActDialog extends Component {
    static template = "campaign_desk.ActDialog";
    static components = {Dialog};
    static props = {act: Object, onConfirm: Function, close: Function};

    setup() {
        const {params} = this.props.act;
        this.state = useState({params: {...params}, isBusy: false});
    }

    get lines() {
        const labels = {
            name: _t("Name"),
            email: _t("Email"),
            phone: _t("Phone"),
            function: _t("Job"),
            company: _t("Company"),
            date: _t("Day"),
            start: _t("Begins"),
            stop: _t("Ends"),
            minutes: _t("Minutes"),
            summary: _t("Subject"),
            note: _t("Note"),
            location: _t("Where"),
        };
        return Object.entries(this.props.act.params || {})
            .filter(([name, value]) => labels[name] && typeof value !== "object")
            .filter(([name]) => name !== "start" || !this.props.act.choices?.length)
            .map(([name, value]) => ({
                name,
                label: labels[name],
                type: this.inputType(name, value),
            }));
    }

    inputType(name, value) {
        if (name === "date") {
            return "date";
        }
        return typeof value === "number" ? "number" : "text";
    }

    choose(choice) {
        this.state.params.start = choice.start;
    }

    async confirm() {
        this.state.isBusy = true;
        try {
            await this.props.onConfirm({...this.state.params});
            this.props.close();
        } finally {
            this.state.isBusy = false;
        }
    }
}
