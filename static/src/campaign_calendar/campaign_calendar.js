import {CalendarController} from "@web/views/calendar/calendar_controller";
import {calendarView} from "@web/views/calendar/calendar_view";
import {registry} from "@web/core/registry";

/** An entry is edited on the form of what it stands for. */
export class CampaignCalendarController extends CalendarController {
    async editRecord(record) {
        const action = await this.orm.call(this.model.resModel, "action_open", [
            [record.id],
        ]);
        return this.action.doAction(action);
    }
}

registry.category("views").add("campaign_desk_calendar", {
    ...calendarView,
    Controller: CampaignCalendarController,
});
