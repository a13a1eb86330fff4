import {useService} from "@web/core/utils/hooks";
import {markRaw, onWillDestroy, reactive, useExternalListener} from "@odoo/owl";
import {ConnectionLostError} from "@web/core/network/rpc";
import {browser} from "@web/core/browser/browser";

const MODEL = "campaign.response";
// How often to say that one is still there, in milliseconds; the server waits longer.
const HEARTBEAT = 20000;

/**
 * What is known of the reply on the screen, for all parts of the reading view.
 *
 * All of it comes from `get_reading()`.
 */
export class ReadingDesk {
    constructor({orm}) {
        this.orm = markRaw(orm);
        this.id = false;
        this.reading = null;
        this.isWriting = false;
        this.isAnswering = false;
        this.picking = false; // The axis whose labels are chosen from
        this.spans = []; // What is highlighted in the reply
        this.pinned = ""; // By which label, when it was clicked
        this.asked = 0;
    }

    async load(id) {
        if (id !== this.id) {
            this.leave();
            this.isAnswering = false;
            this.isWriting = false;
            this.picking = false;
            this.highlight(null);
        }
        this.id = id;
        const question = ++this.asked;
        const reading = id ? await this.orm.call(MODEL, "get_reading", [[id]]) : null;
        if (question !== this.asked) {
            return; // Another reply was opened meanwhile
        }
        this.reading = reading;
        if (reading && reading.answer.draft) {
            this.isAnswering = true;
        }
        this.beat();
    }

    reload() {
        return this.load(this.id);
    }

    call(method, args = [], kwargs = {}) {
        return this.orm.call(MODEL, method, [[this.id], ...args], kwargs);
    }

    // ------------------------------------------------------------
    // Highlights
    // ------------------------------------------------------------

    /** Highlight what a label stands on; nothing for null. */
    highlight(label) {
        this.spans = label
            ? label.evidence.filter(({start, end}) => start >= 0 && end > start)
            : [];
    }

    pin(label) {
        this.pinned = this.pinned === label.code ? "" : label.code;
        this.highlight(this.pinned ? label : null);
    }

    unhover() {
        const axes = Object.values(this.reading.labels).flat();
        this.highlight(axes.find(({code}) => code === this.pinned) || null);
    }

    // ------------------------------------------------------------
    // Presence
    // ------------------------------------------------------------

    async beat() {
        browser.clearTimeout(this.timer);
        const {id} = this;
        if (!id || document.hidden) {
            return;
        }
        try {
            const people = await this.orm.silent.call(MODEL, "note_presence", [
                [id],
                this.isWriting,
            ]);
            if (id === this.id && this.reading) {
                this.reading.people = people;
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
        if (id === this.id) {
            browser.clearTimeout(this.timer);
            this.timer = browser.setTimeout(() => this.beat(), HEARTBEAT);
        }
    }

    setWriting(isWriting) {
        if (this.isWriting !== isWriting) {
            this.isWriting = isWriting;
            this.beat();
        }
    }

    leave() {
        browser.clearTimeout(this.timer);
        if (this.id) {
            this.orm.silent.call(MODEL, "end_presence", [[this.id]]).catch(() => {
                // Without a word, the others wait for some seconds
            });
        }
        this.id = false;
    }
}

/** Return the desk of this view, which lives as long as the view. */
export function useReadingDesk() {
    const desk = reactive(new ReadingDesk({orm: useService("orm")}));
    const bus = useService("bus_service");
    const onPresence = ({id}) => {
        if (id === desk.id) {
            desk.beat();
        }
    };
    bus.subscribe("campaign_desk.presence", onPresence);
    useExternalListener(document, "visibilitychange", () => desk.beat());
    onWillDestroy(() => {
        bus.unsubscribe("campaign_desk.presence", onPresence);
        desk.leave();
    });
    return desk;
}
