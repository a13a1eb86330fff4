import {sentimentSign, timeAgoOf} from "./small_fields";
import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useService} from "@web/core/utils/hooks";

/** The replies of the list that one came from, beside the one that is open. */
class ResponseQueue extends Component {
    static template = "campaign_desk.ResponseQueue";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.desk = useState(this.env.readingDesk);
        this.box = useRef("box");
        this.state = useState({lines: []});
        this.sentimentSign = sentimentSign;
        this.timeAgoOf = timeAgoOf;
        useRecordObserver((record) => {
            this.resId = record.resId;
            this.watched = [record.data.state, record.data.user_id];
            return this.load(record.resIds);
        });
        useEffect(
            () => {
                this.box.el
                    ?.querySelector("[aria-current=true]")
                    ?.scrollIntoView({block: "nearest"});
            },
            () => [this.desk.id, this.state.lines.length]
        );
    }

    async load(ids) {
        const lines =
            ids.length > 1
                ? await this.orm.call("campaign.response", "get_queue", [ids])
                : [];
        this.state.lines = lines;
    }

    isUnread(line) {
        return line.is_unread && line.id !== this.desk.id;
    }

    open(line) {
        line.is_unread = false;
        return this.env.openResponse(line.id);
    }
}

registry.category("view_widgets").add("campaign_response_queue", {
    component: ResponseQueue,
});
