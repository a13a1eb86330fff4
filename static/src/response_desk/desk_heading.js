import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {ListRenderer} from "@web/views/list/list_renderer";
import {_t} from "@web/core/l10n/translation";
import {formatInteger} from "@web/views/fields/formatters";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/**
 * The heading of the lists: how many wait, by the filters that show them.
 *
 * Before everything is set up it says what is missing.
 */
class DeskHeading extends Component {
    static template = "campaign_desk.DeskHeading";
    static props = {list: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({desk: null});
        onWillStart(() => this.load());
        onWillUpdateProps(() => this.load());
    }

    async load() {
        this.state.desk = await this.orm.call("campaign.response", "get_desk", []);
    }

    get boxes() {
        const {counts} = this.state.desk;
        const on = this.filtersOn;
        return [
            {name: "open", label: _t("To be answered"), icon: "fa-inbox"},
            {name: "unread", label: _t("Unread"), icon: "fa-envelope"},
            {name: "mine", label: _t("Mine"), icon: "fa-user"},
            {name: "unassigned", label: _t("Unassigned"), icon: "fa-user-o"},
            {name: "overdue", label: _t("Overdue"), icon: "fa-clock-o"},
        ].map((box) => ({
            ...box,
            count: formatInteger(counts[box.name]),
            isOn: on.has(box.name),
            isLate: box.name === "overdue" && counts.overdue > 0,
        }));
    }

    get filtersOn() {
        const {query, searchItems} = this.env.searchModel;
        return new Set(query.map(({searchItemId}) => searchItems[searchItemId].name));
    }

    get missing() {
        return this.state.desk.setup.steps.filter((step) => !step.is_done);
    }

    /** Show what a box counts: the open ones of people, and of these, its filter's. */
    show(name) {
        const {searchModel} = this.env;
        const wanted = new Set(["open", "people", name]);
        const items = searchModel.getSearchItems((item) => wanted.has(item.name));
        searchModel.query = [];
        for (const item of items) {
            searchModel.toggleSearchItem(item.id);
        }
    }

    openStep(step) {
        return this.action.doAction(step.action);
    }
}

class ResponseListRenderer extends ListRenderer {
    static template = "campaign_desk.ResponseListRenderer";
    static components = {...ListRenderer.components, DeskHeading};
}

class ResponseKanbanRenderer extends KanbanRenderer {
    static template = "campaign_desk.ResponseKanbanRenderer";
    static components = {...KanbanRenderer.components, DeskHeading};
}

registry.category("views").add("campaign_response_list", {
    ...listView,
    Renderer: ResponseListRenderer,
});
registry.category("views").add("campaign_response_kanban", {
    ...kanbanView,
    Renderer: ResponseKanbanRenderer,
});
