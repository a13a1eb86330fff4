import {Component, useEffect, useRef} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

// The width at which a mail is laid out, in pixels, wide enough for columns.
const PAGE_WIDTH = 800;

/**
 * A mail as a picture: the page at an address, made small, with nothing alive in it.
 *
 * The frame is sandboxed and has no rights, so that it shows what recipients see.
 */
export class MailPicture extends Component {
    static template = "campaign_desk.MailPicture";
    static props = {
        url: {type: String, optional: true},
        title: {type: String, optional: true},
        pageWidth: {type: Number, optional: true},
    };
    static defaultProps = {pageWidth: PAGE_WIDTH};

    setup() {
        this.box = useRef("box");
        this.frame = useRef("frame");
        useEffect(
            (box, frame) => {
                const observer = new ResizeObserver(() => this.fit());
                if (frame) {
                    observer.observe(box);
                }
                return () => observer.disconnect();
            },
            () => [this.box.el, this.frame.el]
        );
    }

    get title() {
        return this.props.title || _t("Picture of the mail");
    }

    fit() {
        const {clientWidth, clientHeight} = this.box.el;
        const scale = clientWidth / this.props.pageWidth;
        if (scale) {
            Object.assign(this.frame.el.style, {
                width: `${this.props.pageWidth}px`,
                height: `${clientHeight / scale}px`,
                transform: `scale(${scale})`,
            });
        }
    }
}

/** The picture of the mail whose address the field holds. */
export class MailPictureField extends Component {
    static template = "campaign_desk.MailPictureField";
    static components = {MailPicture};
    static props = {...standardFieldProps};
}

export const mailPictureField = {
    component: MailPictureField,
    displayName: _t("Picture of a Mail"),
    supportedTypes: ["char"],
};

registry.category("fields").add("campaign_desk_mail_picture", mailPictureField);
