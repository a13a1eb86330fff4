import {Component, useState} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";
import {formatPercentage} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

// Below, a label is a guess.
const SURE = 0.5;
// Of these one holds; of the others any number.
const SINGLE = ["kind", "sentiment"];

/** What the reply says, as far as it was understood, to be corrected at one click. */
class ResponseUnderstanding extends Component {
    static template = "campaign_desk.ResponseUnderstanding";
    static components = {Dropdown, DropdownItem};
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.desk = useState(this.env.readingDesk);
        this.state = useState({owners: []});
    }

    get axes() {
        const {labels} = this.desk.reading;
        return [
            {axis: "intent", title: _t("Wants")},
            {axis: "sentiment", title: _t("Sounds")},
            {axis: "topic", title: _t("About")},
            {axis: "kind", title: _t("Written by")},
        ].map((line) => ({
            ...line,
            labels: labels[line.axis],
            isSingle: SINGLE.includes(line.axis),
        }));
    }

    /** The labels that do not hold, of an axis. */
    others(axis) {
        const {labels, choices} = this.desk.reading;
        const held = new Set(labels[axis].map(({code}) => code));
        return choices[axis].filter(({code}) => !held.has(code));
    }

    sure(label) {
        return label.source === "person"
            ? _t("by hand")
            : formatPercentage(label.confidence);
    }

    isGuess(label) {
        return label.source !== "person" && label.confidence < SURE;
    }

    /** What a label stands on, in words, for what is not in the text. */
    because(label) {
        const words = label.evidence.map(({text}) => text).filter(Boolean);
        return words.length ? _t("Because of: %s", words.join(" · ")) : "";
    }

    get pinnedBecause() {
        const {labels} = this.desk.reading;
        const label = Object.values(labels)
            .flat()
            .find(({code}) => code === this.desk.pinned);
        return label ? this.because(label) : "";
    }

    get note() {
        const {analysis_state, analysis_error, low_support} = this.desk.reading;
        if (analysis_state === "waiting") {
            return _t("Not analysed yet. It is read in the background in a moment.");
        }
        if (analysis_state === "failed") {
            return _t("It could not be understood: %s", analysis_error);
        }
        return low_support
            ? _t("The analysis knows little of this language: take it as a guess.")
            : "";
    }

    // ------------------------------------------------------------
    // Corrections
    // ------------------------------------------------------------

    codes(axis) {
        return this.desk.reading.labels[axis].map(({code}) => code);
    }

    async correct(axis, codes) {
        await this.desk.call("action_correct", [axis, codes]);
        await this.env.reloadResponse();
    }

    remove(axis, label) {
        return this.correct(
            axis,
            this.codes(axis).filter((code) => code !== label.code)
        );
    }

    add(axis, choice) {
        const held = SINGLE.includes(axis) ? [] : this.codes(axis);
        return this.correct(axis, [...held, choice.code]);
    }

    togglePicking(axis) {
        this.desk.picking = this.desk.picking === axis ? false : axis;
    }

    // ------------------------------------------------------------
    // Questions and requests
    // ------------------------------------------------------------

    async setDone(ask, ev) {
        ask.is_done = ev.target.checked;
        await this.orm.write("campaign.response.ask", [ask.id], {is_done: ask.is_done});
    }

    async loadOwners() {
        this.state.owners = await this.desk.call("get_owners");
    }

    async setOwner(ask, owner) {
        ask.user = owner;
        await this.orm.write("campaign.response.ask", [ask.id], {user_id: owner.id});
    }

    showAsk(ask) {
        const start = ask ? ask.start : -1;
        this.desk.highlight(
            ask && {
                evidence: [{start, end: start + Array.from(ask.sentence).length}],
            }
        );
    }
}

registry.category("view_widgets").add("campaign_response_understanding", {
    component: ResponseUnderstanding,
});
