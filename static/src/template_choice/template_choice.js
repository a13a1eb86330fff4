import {markup, onWillStart, useState} from "@odoo/owl";
import {MassMailingHtmlField} from "@mass_mailing/fields/html_field/mass_mailing_html_field";
import {ThemeSelector} from "@mass_mailing/themes/theme_selector/theme_selector";
import {patch} from "@web/core/utils/patch";
import {user} from "@web/core/user";

import {MailPicture} from "../mail_picture/mail_picture";

// What the text of somebody is not overwritten in.
const KEPT = ["subject", "preview"];

/** The library's templates, before Odoo's themes, where an empty mail begins. */
patch(ThemeSelector, {
    components: {...ThemeSelector.components, MailPicture},
});

patch(ThemeSelector.prototype, {
    setup() {
        super.setup();
        this.library = useState([]);
        onWillStart(async () => {
            const {useTemplate, mailingModelId} = this.props.config;
            if (
                useTemplate &&
                (await user.hasGroup("campaign_desk.group_campaign_viewer"))
            ) {
                const templates = await this.orm.call(
                    "campaign.template",
                    "get_choice",
                    [mailingModelId]
                );
                this.library.push(...templates);
            }
        });
    },
});

patch(MassMailingHtmlField.prototype, {
    getThemeSelectorConfig() {
        const {resModel} = this.props.record;
        return {
            ...super.getThemeSelectorConfig(),
            useTemplate:
                resModel !== "campaign.template" && ((id) => this.useTemplate(id)),
        };
    },

    /** Fill the record with copies of a template's content. */
    async useTemplate(templateId) {
        const {record} = this.props;
        const values = await this.ormService.call(
            "campaign.template",
            "get_mailing_values",
            [templateId]
        );
        const files = values.attachment_ids.map(([, id]) => id);
        delete values.attachment_ids;
        // What was typed last may still be on its way into the record.
        await record.isDirty();
        for (const [name, value] of Object.entries(values)) {
            const isKept = KEPT.includes(name) && record.data[name];
            if (!(name in record.activeFields) || isKept) {
                delete values[name];
            } else if (name === "template_id") {
                values[name] = {id: value};
            } else if ([this.props.name, this.props.inlineField].includes(name)) {
                values[name] = markup(value);
            }
        }
        await this.mutex.exec(async () => {
            await record.update(values);
            if (files.length && "attachment_ids" in record.activeFields) {
                await record.data.attachment_ids.addAndRemove({add: files});
            }
        });
    },
});
