import {MassMailingHtmlField} from "@mass_mailing/fields/html_field/mass_mailing_html_field";
import {patch} from "@web/core/utils/patch";
import {useExternalListener} from "@odoo/owl";

/**
 * Keeps what was written in a mail when somebody goes to another tab of its form at
 * once: Odoo takes a moment to make the mail of it, and forgets it when the tab is gone.
 */
patch(MassMailingHtmlField.prototype, {
    setup() {
        super.setup();
        useExternalListener(window, "click", this.onClickOfTab.bind(this), {
            capture: true,
        });
    },

    async onClickOfTab(ev) {
        const tab = ev.target.closest?.(".o_notebook_headers .nav-link");
        const isOurs = tab?.closest(".o_notebook").contains(this.iframeRef.el);
        if (!isOurs || !this.isDirty || this.props.readonly) {
            return;
        }
        ev.preventDefault();
        ev.stopImmediatePropagation();
        await this.commitChanges();
        if (!this.isDirty) {
            tab.click();
        }
    },
});
