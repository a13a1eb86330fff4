import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {AnswerComposer} from "./answer_composer";
import {ConversationPart} from "./conversation_part";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useRecordObserver} from "@web/model/relational_model/utils";

// So many of the newest parts are unfolded; the reply itself always is.
const UNFOLDED = 2;

/** The campaign's mail, the replies and our answers, and where to write one. */
class ResponseConversation extends Component {
    static template = "campaign_desk.ResponseConversation";
    static components = {AnswerComposer, ConversationPart};
    static props = {...standardWidgetProps};

    setup() {
        this.desk = useState(this.env.readingDesk);
        this.root = useRef("root");
        useRecordObserver((record) => {
            // Read here, so that a change of one of them asks again.
            this.watched = [record.data.state, record.data.user_id];
            return this.desk.load(record.resId);
        });
        useEffect(
            () => {
                this.root.el
                    ?.querySelector(".o_campaign_desk_part.o_current")
                    ?.scrollIntoView({block: "nearest"});
            },
            () => [this.desk.reading?.id]
        );
    }

    get parts() {
        return this.desk.reading.conversation;
    }

    isUnfolded(part, index) {
        const isNew = index >= this.parts.length - UNFOLDED;
        return part.is_current || (isNew && part.type !== "campaign");
    }

    get presence() {
        const {people} = this.desk.reading;
        const writing = people.filter((person) => person.is_writing);
        const names = (list) => list.map(({name}) => name).join(", ");
        if (writing.length === 1) {
            return _t("%s is writing an answer", names(writing));
        }
        if (writing.length) {
            return _t("%s are writing answers", names(writing));
        }
        return people.length ? _t("Also looking at this: %s", names(people)) : "";
    }

    get isSomebodyWriting() {
        return this.desk.reading.people.some((person) => person.is_writing);
    }
}

registry.category("view_widgets").add("campaign_response_conversation", {
    component: ResponseConversation,
    fieldDependencies: [
        {name: "state", type: "selection"},
        {name: "user_id", type: "many2one"},
    ],
});
