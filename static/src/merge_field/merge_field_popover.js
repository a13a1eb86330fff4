import {Component, useState} from "@odoo/owl";
import {useAutofocus, useService} from "@web/core/utils/hooks";
import {ModelFieldSelectorPopover} from "@web/core/model_field_selector/model_field_selector_popover";

// Fields of other types say nothing in a mail.
const TYPES = new Set([
    ...["char", "text", "html", "integer", "float", "monetary", "date", "datetime"],
    ...["selection", "many2one", "many2many"],
]);
const SECRET = /password|passwd|token|secret|_key$|^(oauth|api|signup)_/;

// What Odoo keeps for itself; offered in developer mode.
const TECHNICAL =
    /^(id|write_uid|write_date|create_uid)$|^(message|activity|my_activity|rating)_|properties|_normalized$|sanitized/;

/**
 * Lets people choose a field of the recipient, how it is written, and what is to be
 * done with who has no value. The server says what can be chosen.
 */
export class MergeFieldPopover extends Component {
    static template = "campaign_desk.MergeFieldPopover";
    static components = {ModelFieldSelectorPopover};
    static props = {
        close: Function,
        insert: Function,
        resModel: String,
    };

    setup() {
        this.orm = useService("orm");
        useAutofocus({refName: "fallback"});
        this.state = useState({
            path: "",
            field: null,
            format: 0,
            whenEmpty: "text",
            fallback: "",
        });
    }

    filter(field) {
        return (
            TYPES.has(field.type) &&
            !field.is_property &&
            !SECRET.test(field.name) &&
            (this.env.debug || !TECHNICAL.test(field.name))
        );
    }

    setPath(path) {
        this.state.path = path;
    }

    async onFieldSelectorClosed(isChosen) {
        if (isChosen) {
            this.state.field = await this.orm.call(
                "mailing.mailing",
                "get_merge_field",
                [this.props.resModel, this.state.path]
            );
        } else {
            this.props.close();
        }
    }

    back() {
        Object.assign(this.state, {path: "", field: null, format: 0, fallback: ""});
    }

    get expression() {
        const {expression} = this.state.field.formats[this.state.format];
        return this.state.whenEmpty === "stop" ? `required(${expression})` : expression;
    }

    insert() {
        const fallback =
            this.state.whenEmpty === "text" ? this.state.fallback.trim() : "";
        this.props.insert(this.expression, fallback, this.state.field.label);
        this.props.close();
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && ev.target.tagName === "INPUT") {
            ev.preventDefault();
            ev.stopPropagation();
            this.insert();
        } else if (ev.key === "Escape") {
            ev.stopPropagation();
            this.props.close();
        }
    }
}
