import {Component, onWillStart, useRef, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {formatFileSize} from "./file_size";
import {registry} from "@web/core/registry";
import {url} from "@web/core/utils/urls";
import {useDebounced} from "@web/core/utils/timing";
import {useService} from "@web/core/utils/hooks";

const TYPING_MS = 250;

/**
 * A mailing as any of its recipients will get it.
 *
 * The server makes the mail; here it is only shown. The page stands in a sandbox: it
 * can load pictures, as in a mail program, and run nothing.
 */
export class PreviewDialog extends Component {
    static template = "campaign_desk.PreviewDialog";
    static components = {Dialog};
    static props = {
        mailingId: Number,
        recipientId: {type: Number, optional: true},
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.formatFileSize = formatFileSize;
        this.search = useRef("search");
        this.state = useState({
            mailingId: this.props.mailingId,
            lang: false,
            tab: "desktop",
            mail: null,
            isLoading: false,
            text: "",
            suggestions: null,
        });
        this.onInput = useDebounced(() => this.suggest(), TYPING_MS);
        onWillStart(() => this.show(this.props.recipientId));
    }

    get tabs() {
        const {attachments} = this.state.mail;
        const count = attachments ? attachments.length : 0;
        return [
            {id: "desktop", icon: "fa-desktop", label: _t("Desktop")},
            {id: "phone", icon: "fa-mobile", label: _t("Phone")},
            {id: "text", icon: "fa-align-left", label: _t("Plain text")},
            {id: "source", icon: "fa-code", label: _t("Source")},
            {
                id: "files",
                icon: "fa-paperclip",
                label: _t("Attachments (%s)", count),
            },
        ];
    }

    get recipientWords() {
        const {name, email} = this.state.mail.recipient;
        return name && email && email !== name ? `${name} <${email}>` : name || email;
    }

    get sandbox() {
        // Links open beside this page; scripts, forms and the like are switched off.
        return "allow-popups allow-popups-to-escape-sandbox";
    }

    get page() {
        // Leads links out of the frame; the mail itself has no such line.
        return `<base target="_blank"/>${this.state.mail.html}`;
    }

    get download() {
        const {mailingId, mail, lang} = this.state;
        return url(`/campaign_desk/preview/${mailingId}/${mail.recipient.id}.eml`, {
            ...(lang && {lang}),
        });
    }

    // ------------------------------------------------------------
    // Which mail, as whom
    // ------------------------------------------------------------

    /** Show the mail to a recipient; 0: somebody without a name; undefined: the first. */
    async show(recipientId) {
        const {mailingId, lang} = this.state;
        this.state.isLoading = true;
        try {
            this.state.mail = await this.orm.call("mailing.mailing", "get_preview", [
                [mailingId],
                recipientId === undefined ? null : recipientId,
                lang,
            ]);
        } finally {
            this.state.isLoading = false;
        }
        this.state.suggestions = null;
        this.state.text = "";
    }

    onMailing(ev) {
        this.state.mailingId = Number(ev.target.value);
        return this.show(this.state.mail.recipient.id);
    }

    onLanguage(ev) {
        this.state.lang = ev.target.value || false;
        return this.show(this.state.mail.recipient.id);
    }

    async suggest() {
        this.state.suggestions = await this.orm.call(
            "mailing.mailing",
            "find_preview_recipients",
            [[this.state.mailingId], this.state.text]
        );
    }

    onKeydown(ev) {
        const {suggestions} = this.state;
        if (ev.key === "Enter" && suggestions && suggestions.length) {
            ev.preventDefault();
            this.show(suggestions[0].id);
        } else if (ev.key === "Escape" && suggestions) {
            ev.stopPropagation();
            this.state.suggestions = null;
        }
    }

    async copySource() {
        await browser.navigator.clipboard.writeText(this.state.mail.source);
    }
}

registry.category("actions").add("campaign_desk_preview", (env, {params, context}) => {
    env.services.dialog.add(PreviewDialog, {
        mailingId: params.mailing_id || context.active_id,
        recipientId: params.recipient_id,
    });
});
