import {
    Component,
    markup,
    onWillDestroy,
    useExternalListener,
    useState,
} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {FileUploader} from "@web/views/fields/file_handler";
import {MAIL_CORE_PLUGINS, MAIL_PLUGINS} from "@mail/core/common/plugin/plugin_sets";
import {MailComposerPlugin} from "@mail/core/common/plugin/mail_composer_plugin";
import {MailFrame} from "./mail_frame";
import {MentionPlugin} from "@mail/core/common/plugin/mention_plugin";
import {Wysiwyg} from "@html_editor/wysiwyg";
import {_t} from "@web/core/l10n/translation";
import {formatFileSize} from "../preview/file_size";
import {timeOf} from "./small_fields";
import {useDebounced} from "@web/core/utils/timing";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {useService} from "@web/core/utils/hooks";

const SAVE_MS = 1500;
// Of a chat's composer, and of no use in a mail to a customer.
const NOT_IN_MAILS = [MailComposerPlugin, MentionPlugin];

const without = (plugins) => plugins.filter((one) => !NOT_IN_MAILS.includes(one));

/** Where an answer is written; what is not sent is kept as the writer's draft. */
export class AnswerComposer extends Component {
    static template = "campaign_desk.AnswerComposer";
    static components = {FileUploader, MailFrame, Wysiwyg};
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.ui = useService("ui");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.desk = useState(this.env.readingDesk);
        this.formatFileSize = formatFileSize;
        const {answer, id} = this.desk.reading;
        this.id = id;
        this.start = answer;
        this.lastId = answer.last_id;
        this.body = answer.draft?.body || this.blank(answer);
        const values = {...answer, ...answer.draft};
        this.state = useState({
            to: values.to || "",
            cc: values.cc || "",
            subject: values.subject || "",
            withQuote: values.with_quote ?? true,
            files: values.files || [],
            isMore: Boolean(values.cc),
            isQuoteShown: false,
            isSending: false,
            isSaved: Boolean(answer.draft),
            then: "waiting",
            editorKey: 0,
        });
        this.isChanged = false;
        this.saveSoon = useDebounced(() => this.save(), SAVE_MS);
        useHotkey("control+enter", () => this.send(), {
            bypassEditableProtection: true,
        });
        useExternalListener(window, "pagehide", () => this.save());
        onWillDestroy(() => {
            this.desk.setWriting(false);
            this.save();
        });
    }

    blank({signature}) {
        return signature ? `<p><br></p><p><br></p>${signature}` : "<p><br></p>";
    }

    get editorConfig() {
        return {
            content: markup(this.body), // The server made it harmless
            placeholder: _t("Write your answer"),
            Plugins: without(this.ui.isSmall ? MAIL_CORE_PLUGINS : MAIL_PLUGINS),
            onChange: () => this.onBody(),
            onEditorReady: () => this.onEditorReady(),
        };
    }

    onLoad(editor) {
        this.editor = editor;
    }

    onEditorReady() {
        const {editable} = this.editor;
        const first = editable.firstElementChild || editable;
        this.editor.shared.selection.setSelection({anchorNode: first, anchorOffset: 0});
        this.editor.shared.selection.focusEditable();
    }

    // ------------------------------------------------------------
    // The draft
    // ------------------------------------------------------------

    onBody() {
        this.readBody();
        this.onChange();
    }

    readBody() {
        if (this.editor && !this.editor.isDestroyed) {
            this.body = this.editor.getContent();
        }
    }

    onChange() {
        this.isChanged = true;
        this.state.isSaved = false;
        this.desk.setWriting(true);
        this.saveSoon();
    }

    get draft() {
        const {to, cc, subject, withQuote, files} = this.state;
        return {
            body: this.body,
            to,
            cc,
            subject,
            with_quote: withQuote,
            files: files.map(({id, name, size}) => ({id, name, size})),
        };
    }

    async save() {
        if (!this.isChanged || this.state.isSending) {
            return;
        }
        this.isChanged = false;
        await this.orm.silent.call("campaign.response", "save_draft", [
            [this.id],
            this.draft,
        ]);
        this.state.isSaved = !this.isChanged;
    }

    async discard() {
        this.isChanged = false;
        this.saveSoon.cancel();
        await this.desk.call("save_draft", [false]);
        this.desk.isAnswering = false;
        this.desk.setWriting(false);
        await this.desk.reload();
    }

    // ------------------------------------------------------------
    // Files and suggestions
    // ------------------------------------------------------------

    async onUploaded({name, data, size}) {
        const [id] = await this.orm.create("ir.attachment", [
            {name, datas: data, res_model: "mail.compose.message", res_id: 0},
        ]);
        this.state.files.push({id, name, size});
        this.onChange();
    }

    async removeFile(file) {
        this.state.files = this.state.files.filter(({id}) => id !== file.id);
        this.onChange();
        await this.orm.unlink("ir.attachment", [file.id]);
    }

    async suggest(suggestion) {
        this.body = `${suggestion.body}${this.start.signature}`;
        this.state.editorKey++; // A new editor with this in it
        this.onChange();
        const ids = suggestion.attachment_ids || [];
        if (ids.length) {
            const files = await this.desk.call("take_suggested_files", [ids]);
            this.state.files.push(...files);
            this.onChange();
        }
    }

    // ------------------------------------------------------------
    // Sending
    // ------------------------------------------------------------

    get thenChoices() {
        return [
            {then: "waiting", label: _t("Send, and wait for the customer")},
            {then: "done", label: _t("Send, and done")},
            {then: "open", label: _t("Send, and keep it open")},
        ];
    }

    async send() {
        if (this.state.isSending) {
            return;
        }
        this.state.isSending = true;
        this.readBody();
        this.saveSoon.cancel();
        try {
            const {to, cc, subject, withQuote, files, then} = this.state;
            const sent = await this.desk.call("action_answer", [this.body], {
                attachment_ids: files.map(({id}) => id),
                then,
                to,
                cc,
                subject,
                with_quote: withQuote,
                last_id: this.lastId,
            });
            if (sent.state === "overtaken") {
                this.ask(sent);
            } else {
                await this.onSent();
            }
        } finally {
            this.state.isSending = false;
        }
    }

    ask({who, at, text, last_id}) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("%s was faster", who),
            body: _t("%(who)s answered at %(at)s: “%(text)s” Send yours, too?", {
                who,
                at: timeOf(at),
                text,
            }),
            confirmLabel: _t("Send mine, too"),
            confirm: () => {
                this.lastId = last_id;
                return this.send();
            },
            cancelLabel: _t("Look first"),
            cancel: () => {
                this.isChanged = true; // Keep it as it stands
                return this.save().then(() => this.desk.reload());
            },
        });
    }

    async onSent() {
        this.isChanged = false;
        this.desk.isAnswering = false;
        this.desk.setWriting(false);
        await this.env.reloadResponse();
        const last = this.desk.reading.conversation.at(-1);
        if (last?.state === "failed") {
            this.notification.add(
                _t("The answer could not be sent; it says why above."),
                {type: "danger"}
            );
        } else {
            this.notification.add(_t("Your answer is on its way."), {type: "success"});
        }
    }
}
