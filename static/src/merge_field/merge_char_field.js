import {usePopover} from "@web/core/popover/popover_hook";
import {useService} from "@web/core/utils/hooks";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {
    EmojisCharField,
    emojisCharField,
} from "@mail/views/web/fields/emojis_char_field/emojis_char_field";
import {MergeFieldPopover} from "./merge_field_popover";

const TRIGGER = "#";

/**
 * A line of a mail. A button, or "#", inserts a field of the recipient.
 */
export class MergeCharField extends EmojisCharField {
    static template = "campaign_desk.MergeCharField";
    static props = {...EmojisCharField.props, modelField: {type: String}};

    setup() {
        super.setup();
        this.popover = usePopover(MergeFieldPopover, {position: "bottom-end"});
        this.notification = useService("notification");
    }

    onTrigger(ev) {
        if (ev.key === TRIGGER) {
            this.replaced = 1;
            this.position = this.input.el.selectionStart + 1;
            // the character itself is written first
            setTimeout(() => this.open());
        }
    }

    onButton() {
        this.replaced = 0;
        this.position = this.selectionStart;
        this.open();
    }

    open() {
        const resModel = this.props.record.data[this.props.modelField];
        if (resModel) {
            const insert = this.insert.bind(this);
            this.popover.open(this.input.el, {resModel, insert});
        } else {
            const words = _t("Choose first who gets the mail.");
            this.notification.add(words, {type: "warning"});
        }
    }

    insert(expression, fallback) {
        const input = this.input.el;
        const text = fallback.replace(/\|\|\||\{\{|\}\}/g, "").trim();
        const position = Math.min(this.position, input.value.length);
        const start = Math.max(position - this.replaced, 0);
        const space = /[\p{L}\p{N},;:!?.]$/u.test(input.value.slice(0, start))
            ? " "
            : "";
        const otherwise = text && ` ||| ${text}`;
        const field = `${space}{{ ${expression}${otherwise} }}`;
        input.focus();
        input.setRangeText(field, start, position, "end");
        input.dispatchEvent(new InputEvent("input", {bubbles: true}));
        input.dispatchEvent(new Event("change", {bubbles: true}));
        this.selectionStart = input.selectionStart;
    }
}

registry.category("fields").add("campaign_merge_char", {
    ...emojisCharField,
    component: MergeCharField,
    displayName: _t("Text with Merge Fields"),
    extractProps: (info, dynamicInfo) => ({
        ...emojisCharField.extractProps(info, dynamicInfo),
        modelField: info.options.model_field || "mailing_model_real",
    }),
});
