import {Component, useState} from "@odoo/owl";
import {timeAgoOf, timeOf} from "./small_fields";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {MailFrame} from "./mail_frame";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {formatFileSize} from "../preview/file_size";
import {url} from "@web/core/utils/urls";
import {useService} from "@web/core/utils/hooks";

/** One mail of a conversation. */
export class ConversationPart extends Component {
    static template = "campaign_desk.ConversationPart";
    static components = {MailFrame};
    static props = {part: Object, isUnfolded: Boolean};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.desk = useState(this.env.readingDesk);
        this.formatFileSize = formatFileSize;
        this.timeAgoOf = timeAgoOf;
        this.timeOf = timeOf;
        this.state = useState({
            isUnfolded: this.props.isUnfolded,
            isCutShown: false,
            page: null,
        });
    }

    get icon() {
        const icons = {
            campaign: "fa-bullhorn",
            reply: "fa-user",
            answer: "fa-reply",
        };
        return icons[this.props.part.type];
    }

    get title() {
        const {author, by_mail, type} = this.props.part;
        const titles = {
            campaign: _t("The campaign's mail"),
            reply: author,
            answer: by_mail
                ? _t("%s answered from their own mail program", author)
                : _t("%s answered", author),
        };
        return titles[type];
    }

    toggle() {
        this.state.isUnfolded = !this.state.isUnfolded;
        if (
            this.state.isUnfolded &&
            this.props.part.type === "campaign" &&
            !this.state.page
        ) {
            return this.loadCampaignMail();
        }
        return undefined;
    }

    // ------------------------------------------------------------
    // What it says
    // ------------------------------------------------------------

    /**
     * The text in pieces, those that stand for a label marked.
     *
     * Places are counted in characters, as Python does: an emoji is one.
     */
    get pieces() {
        const {part} = this.props;
        const characters = Array.from(part.text);
        const spans = part.is_current ? this.desk.spans : [];
        const marked = new Uint8Array(characters.length);
        for (const {start, end} of spans) {
            marked.fill(1, start, end);
        }
        const pieces = [];
        let begin = 0;
        for (let place = 1; place <= characters.length; place++) {
            if (place === characters.length || marked[place] !== marked[begin]) {
                pieces.push({
                    text: characters.slice(begin, place).join(""),
                    isMarked: Boolean(marked[begin]),
                });
                begin = place;
            }
        }
        return pieces;
    }

    get cutWords() {
        const words = {
            quote: _t("Quote"),
            attribution: _t("Quote"),
            header_block: _t("Quote"),
            signature: _t("Signature"),
            mobile_line: _t("Signature"),
            disclaimer: _t("Disclaimer"),
            banner: _t("Banner"),
            footer: _t("Footer"),
            overlong: _t("Too long"),
        };
        return this.props.part.cut.map(({kind, text}, index) => ({
            key: index,
            kind: words[kind] || kind,
            text,
        }));
    }

    async loadPage(pictures) {
        this.state.page = await this.orm.call("campaign.response", "get_page", [
            [this.props.part.id],
            pictures,
        ]);
    }

    togglePage() {
        if (this.state.page) {
            this.state.page = null;
            return undefined;
        }
        return this.loadPage(false);
    }

    get arePicturesBlocked() {
        const {page} = this.state;
        return page && page.foreign_pictures && !page.policy.includes("https:");
    }

    get picturesWords() {
        const {foreign_pictures: count} = this.state.page;
        return count === 1
            ? _t(
                  "A picture from elsewhere is blocked: it would tell that you read this."
              )
            : _t(
                  "%s pictures from elsewhere are blocked: they would tell that you read this.",
                  count
              );
    }

    async loadCampaignMail() {
        this.state.page = await this.desk.call("get_campaign_mail");
    }

    async retry() {
        await this.desk.call("action_retry_answer", [this.props.part.id]);
        await this.desk.reload();
    }

    // ------------------------------------------------------------
    // Files
    // ------------------------------------------------------------

    fileUrl(file) {
        return url(`/campaign_desk/response/${this.desk.id}/file/${file.id}`);
    }

    download(file) {
        const go = () => browser.open(this.fileUrl(file), "_self");
        if (!file.warning) {
            return go();
        }
        return this.dialog.add(ConfirmationDialog, {
            title: _t("Download “%s”?", file.name),
            body: file.warning,
            confirmLabel: _t("Download"),
            confirmClass: "btn-danger",
            confirm: go,
            cancel: () => {
                // It stays where it is
            },
        });
    }
}
