import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

registry.category("web_tour.tours").add("campaign_desk_send", {
    steps: () => [
        {
            content: "Look at the settings",
            trigger: ".o_notebook_headers a[name=settings]",
            run: "click",
        },
        {
            content: "Campaign Desk sends what is new",
            trigger: ".o_field_widget[name=delivery_engine] input",
            run() {
                if (this.anchor.value !== "Campaign Desk") {
                    throw new Error(`The engine is ${this.anchor.value}`);
                }
            },
        },
        {
            content: "Send",
            trigger: "button[name=action_preflight]",
            run: "click",
        },
        {
            content: "Never mind what is worth a look",
            trigger: ".o_campaign_desk_preflight button[data-button=send]",
            run: "click",
        },
        {
            content: "It waits for the job that sends",
            trigger:
                ".o_statusbar_status button[data-value=in_queue][aria-checked=true]",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_result", {
    steps: () => [
        {
            content: "The bar says what became of whom",
            trigger: ".o_campaign_desk_progress[data-phase=done]:contains(2 of 2)",
        },
        {
            content: "One delivery is uncertain, and the form says so",
            trigger: ".alert-warning:contains(deliveries with an unknown outcome)",
        },
        {
            content: "The bar leads to the failed ones",
            trigger: ".o_campaign_desk_progress button[data-kind=failed]:contains(1)",
            run: "click",
        },
        {
            content: "The uncertain one is not among them",
            trigger: ".o_list_view:not(:contains(lost@example.com))",
        },
        {
            content: "Why was it not sent?",
            trigger:
                ".o_data_row:contains(bad@example.com):contains(ZeroDivisionError)",
        },
        {
            content: "Select it",
            trigger: ".o_data_row .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Try it again",
            trigger: ".o_control_panel button[name=action_retry]",
            run: "click",
        },
        {
            content: "It is no longer among the failed: the list explains itself",
            trigger: ".o_view_nocontent:contains(None of the recipients is here)",
        },
        {
            content: "Back to the mailing",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "It is on its way again",
            trigger:
                ".o_campaign_desk_progress[data-phase=sending] button[data-kind=waiting]:contains(1)",
        },
        {
            content: "To the uncertain one",
            trigger: ".o_campaign_desk_progress button[data-kind=uncertain]",
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".o_data_row:contains(lost@example.com) .o_data_cell",
            run: "click",
        },
        {
            content: "It has arrived, somebody knows",
            trigger: "button[name=action_confirm_sent]",
            run: "click",
        },
        {
            content: "It counts as sent",
            trigger: ".o_statusbar_status button[data-value=sent][aria-checked=true]",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_stopped", {
    steps: () => [
        {
            content: "Sending has stopped, and the form says why",
            trigger:
                ".alert-danger:contains(Sending has stopped):contains(No such server)",
        },
        {
            content: "Go on",
            trigger: ".alert-danger button[name=action_retry_sending]",
            run: "click",
        },
        {
            content: "The progress is shown",
            trigger: ".o_campaign_desk_progress[data-phase=sending] [role=progressbar]",
        },
        {
            content: "Pause",
            trigger: "button[name=action_pause_sending]",
            run: "click",
        },
        {
            content: "Who paused is said",
            trigger: ".o_campaign_desk_progress[data-phase=paused]:contains(Paused by)",
        },
        {
            content: "Go on",
            trigger: "button[name=action_resume_sending]",
            run: "click",
        },
        {
            content: "It goes on",
            trigger: ".o_campaign_desk_progress[data-phase=sending]",
        },
        {
            content: "Enough of it",
            trigger: "button[name=action_cancel_sending]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal-footer button:contains(Cancel the rest)",
            run: "click",
        },
        {
            content: "It is being cancelled",
            trigger: ".o_campaign_desk_progress[data-phase=cancelling]",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_live", {
    steps: () => [
        {
            content: "It is under way; somebody else cancels it",
            trigger: ".o_campaign_desk_progress[data-phase=sending]:contains(0 of 1)",
            async run() {
                const [mailingId] = window.location.pathname.match(/\d+$/);
                await rpc(
                    "/web/dataset/call_kw/mailing.mailing/action_cancel_sending",
                    {
                        model: "mailing.mailing",
                        method: "action_cancel_sending",
                        args: [[Number(mailingId)]],
                        kwargs: {},
                    }
                );
            },
        },
        {
            content: "Bar and buttons notice by themselves",
            trigger:
                ".o_form_view:not(:has(button[name=action_pause_sending])) .o_campaign_desk_progress[data-phase=cancelling]",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_lists", {
    steps: () => [
        {
            content: "The list tells what is paused and what has stopped",
            trigger:
                ".o_list_view:contains(Paused):contains(Stopped by an Error) .o_progressbar",
        },
        {
            content: "Look at the cards",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "So do they",
            trigger:
                ".o_kanban_view:contains(Paused):contains(Stopped by an Error) .o_progressbar",
        },
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Only those that are paused",
            trigger: ".o_filter_menu .o_menu_item:contains(Paused)",
            run: "click",
        },
        {
            content: "One",
            trigger: ".o_kanban_view:not(:contains(Stopped by an Error))",
        },
    ],
});
