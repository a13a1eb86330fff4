import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatInteger} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * Whom a mail would reach now: how many, why not the others, and some of them.
 *
 * The server counts again whenever something in the form changes.
 */
export class AudienceField extends Component {
    static template = "campaign_desk.AudienceField";
    static props = {...standardFieldProps, openSample: {type: Boolean, optional: true}};

    get audience() {
        return this.props.record.data[this.props.name] || null;
    }

    number(count) {
        return formatInteger(count);
    }

    get peopleWord() {
        return this.audience.mailed === 1
            ? _t("person would get it now")
            : _t("people would get it now");
    }
}

export const audienceField = {
    component: AudienceField,
    supportedTypes: ["json"],
    extractProps: ({options}) => ({openSample: Boolean(options.open_sample)}),
};

registry.category("fields").add("campaign_audience", audienceField);
