import {FormController} from "@web/views/form/form_controller";
import {FormRenderer} from "@web/views/form/form_renderer";
import {KeysDialog} from "./keys_dialog";
import {_t} from "@web/core/l10n/translation";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";
import {useExternalListener, useSubEnv} from "@odoo/owl";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {useReadingDesk} from "./reading_desk";
import {useService} from "@web/core/utils/hooks";

/** The reading view: one reply, those beside it in the list, and the keyboard. */
class ResponseFormController extends FormController {
    setup() {
        super.setup();
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.desk = useReadingDesk();
        useSubEnv({
            readingDesk: this.desk,
            openResponse: (id) => this.open(id),
            reloadResponse: () => this.reloadRecord(),
            showKeys: () => this.showKeys(),
        });
        useHotkey("j", () => this.step(1));
        useHotkey("k", () => this.step(-1));
        useHotkey("r", () => this.answer());
        useHotkey("e", () => this.done());
        useHotkey("a", () => this.take());
        useHotkey("l", () => this.pickLabels());
        useHotkey("u", () => this.markUnread());
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
    }

    /** The chatter stands below, on wide screens too. */
    get className() {
        const result = super.className;
        delete result["o_xxl_form_view h-100"];
        return result;
    }

    // ------------------------------------------------------------
    // From one to the next
    // ------------------------------------------------------------

    open(id) {
        const {resIds} = this.model.root;
        const offset = resIds.indexOf(id);
        return offset >= 0 && this.onPagerUpdate({offset, resIds});
    }

    async step(distance) {
        const {resIds, resId} = this.model.root;
        const next = resIds[resIds.indexOf(resId) + distance];
        if (next) {
            await this.open(next);
        }
        return Boolean(next);
    }

    async reloadRecord() {
        if (await this.model.root.isDirty()) {
            await this.model.root.save();
        } else {
            await this.model.root.load();
        }
        await this.desk.reload();
    }

    // ------------------------------------------------------------
    // Keys
    // ------------------------------------------------------------

    answer() {
        if (this.desk.reading?.can.answer) {
            this.desk.isAnswering = true;
        }
    }

    async done() {
        if (!this.desk.reading?.can.assign) {
            return;
        }
        await this.desk.call("action_done");
        this.notification.add(_t("Done"), {type: "success"});
        if (!(await this.step(1))) {
            await this.reloadRecord();
        }
    }

    async take() {
        if (this.desk.reading?.can.assign) {
            await this.desk.call("action_take");
            await this.reloadRecord();
        }
    }

    pickLabels() {
        if (this.desk.reading?.can.correct) {
            this.desk.picking = this.desk.picking ? false : "intent";
        }
    }

    async markUnread() {
        await this.desk.call("action_mark_unread");
        this.notification.add(_t("Marked as unread"), {type: "info"});
        this.env.config.historyBack();
    }

    /** Open the list of keys; Odoo's own service does not know this one. */
    onKeydown(ev) {
        const isTyping = ev.target.closest?.("input, textarea, [contenteditable=true]");
        if (ev.key === "?" && !isTyping && !document.querySelector(".modal")) {
            this.showKeys();
        }
    }

    showKeys() {
        this.dialog.add(KeysDialog);
    }
}

/** The chatter stands below: beside are what is understood, and what can be done. */
class ResponseFormRenderer extends FormRenderer {
    mailLayout() {
        return "BOTTOM_CHATTER";
    }
}

registry.category("views").add("campaign_response_form", {
    ...formView,
    Controller: ResponseFormController,
    Renderer: ResponseFormRenderer,
});
