import {DynamicPlaceholderPlugin} from "@html_editor/others/dynamic_placeholder_plugin";
import {patch} from "@web/core/utils/patch";
import {MergeFieldPopover} from "./merge_field_popover";

// The records whose mails people write with merge fields.
const MAILS = ["mailing.mailing", "campaign.mail.translation", "utm.campaign"];

/**
 * In the editor of mails, inserts merge fields with a format and a fallback.
 */
patch(DynamicPlaceholderPlugin.prototype, {
    setup() {
        super.setup();
        this.isMail = MAILS.includes(this.config.getRecordInfo?.().resModel);
        if (this.isMail) {
            this.overlay = this.dependencies.overlay.createOverlay(MergeFieldPopover, {
                hasAutofocus: true,
                className: "popover",
            });
        }
    },

    open(resModel) {
        if (this.isMail && resModel) {
            const close = this.onClose.bind(this);
            const insert = this.insertMergeField.bind(this);
            this.overlay.open({props: {close, insert, resModel}});
        } else {
            super.open(resModel);
        }
    },

    insertMergeField(expression, fallback, label) {
        const field = document.createElement("T");
        field.setAttribute("t-out", expression);
        // for the eyes of authors; recipients get nothing of a "t" but its value
        field.setAttribute("data-label", label);
        field.innerText = fallback;
        this.dependencies.dom.insert(field);
        this.dependencies.history.addStep();
    },
});
