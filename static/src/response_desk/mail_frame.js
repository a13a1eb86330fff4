import {Component, onWillUnmount, useRef} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

const STYLE =
    "body{display:flow-root;margin:0;font:14px/1.5 system-ui,sans-serif;color:#212529;background:#fff;" +
    "overflow-wrap:anywhere}img,table{max-width:100%}img{height:auto}";
// Pages are as high as they are, up to here.
const MOST_PIXELS = 4000;

/**
 * HTML that somebody else wrote, shown where it can do nothing.
 *
 * The server made it harmless; the frame runs no scripts and loads only what its policy
 * allows. It is of this origin so that its height can be known.
 */
export class MailFrame extends Component {
    static template = "campaign_desk.MailFrame";
    static props = {html: String, policy: {type: String, optional: true}};
    static defaultProps = {
        policy: "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'",
    };

    setup() {
        this.frame = useRef("frame");
        onWillUnmount(() => this.observer?.disconnect());
    }

    get title() {
        return _t("Mail");
    }

    get page() {
        return (
            `<!DOCTYPE html><html><head><meta charset="utf-8"/>` +
            `<meta http-equiv="Content-Security-Policy" content="${this.props.policy}"/>` +
            `<meta name="referrer" content="no-referrer"/>` +
            `<style>${STYLE}</style></head><body>${this.props.html}</body></html>`
        );
    }

    onLoad() {
        this.observer?.disconnect();
        const {body} = this.frame.el.contentDocument;
        this.observer = new ResizeObserver(() => this.fit());
        this.observer.observe(body);
        this.fit();
    }

    fit() {
        const {el} = this.frame;
        if (el?.contentDocument?.body) {
            const height = el.contentDocument.body.scrollHeight;
            el.style.height = `${Math.min(height + 4, MOST_PIXELS)}px`;
        }
    }
}
