import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const {DateTime} = luxon;

/** Return how to show a sentiment: an icon, a colour and a word. */
export function sentimentSign(sentiment) {
    return {
        positive: {icon: "fa-smile-o", color: "text-success", word: _t("Positive")},
        neutral: {icon: "fa-meh-o", color: "text-muted", word: _t("Neutral")},
        negative: {icon: "fa-frown-o", color: "text-danger", word: _t("Negative")},
    }[sentiment];
}

/** Return how long ago a time was, short and in words, for one as luxon has it. */
export function timeAgo(time) {
    return time.diffNow("minutes").minutes > -1
        ? _t("just now")
        : time.toRelative({style: "short"});
}

/** Return the same, for a time as the server writes it. */
export function timeAgoOf(when) {
    return when ? timeAgo(deserializeDateTime(when)) : "";
}

/** Return a time of the server's in words: without the day if it is today. */
export function timeOf(when) {
    const time = deserializeDateTime(when);
    return time.hasSame(DateTime.now(), "day")
        ? time.toLocaleString(DateTime.TIME_SIMPLE)
        : formatDateTime(time, {showSeconds: false});
}

class SentimentField extends Component {
    static template = "campaign_desk.SentimentField";
    static props = {...standardFieldProps};

    get sign() {
        return sentimentSign(this.props.record.data[this.props.name]);
    }
}

class TimeAgoField extends Component {
    static template = "campaign_desk.TimeAgoField";
    static props = {...standardFieldProps};

    get time() {
        return this.props.record.data[this.props.name];
    }

    get words() {
        return this.time ? timeAgo(this.time) : "";
    }

    get exactly() {
        return this.time ? formatDateTime(this.time) : "";
    }
}

registry.category("fields").add("campaign_desk_sentiment", {
    component: SentimentField,
    displayName: _t("Sentiment"),
    supportedTypes: ["selection"],
});
registry.category("fields").add("campaign_desk_time_ago", {
    component: TimeAgoField,
    displayName: _t("Time Ago"),
    supportedTypes: ["datetime"],
});
