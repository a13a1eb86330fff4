import {Component} from "@odoo/owl";
import {formatInteger} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/**
 * What a check found, kind by kind; each leads to its findings.
 */
export class HygieneSummaryField extends Component {
    static template = "campaign_desk.HygieneSummaryField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    number(count) {
        return formatInteger(count);
    }

    async open(kind) {
        const {resModel, resId} = this.props.record;
        this.action.doAction(
            await this.orm.call(resModel, "action_view_findings", [[resId], kind])
        );
    }
}

export const hygieneSummaryField = {
    component: HygieneSummaryField,
    supportedTypes: ["json"],
};

registry.category("fields").add("campaign_hygiene_summary", hygieneSummaryField);
