import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

/** What the keyboard does in the reading view. */
export class KeysDialog extends Component {
    static template = "campaign_desk.KeysDialog";
    static components = {Dialog};
    static props = {close: Function};

    get title() {
        return _t("Keyboard");
    }

    get keys() {
        return [
            {key: "j", does: _t("Next response")},
            {key: "k", does: _t("Previous response")},
            {key: "r", does: _t("Answer")},
            {key: "Ctrl Enter", does: _t("Send the answer")},
            {key: "e", does: _t("Done, and on to the next")},
            {key: "a", does: _t("Assign to me")},
            {key: "l", does: _t("Correct what was understood")},
            {key: "u", does: _t("Mark as unread, and back to the list")},
            {key: "?", does: _t("This list")},
        ];
    }
}
