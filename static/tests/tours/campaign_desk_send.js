import {registry} from "@web/core/registry";

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
            trigger: "button[name=action_launch]",
            run: "click",
        },
        {
            content: "To all",
            trigger: ".modal-footer button.btn-primary",
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
            content: "One delivery is uncertain, and the form says so",
            trigger: ".alert-warning:contains(deliveries with an unknown outcome)",
        },
        {
            content: "A button leads to the deliveries",
            trigger: ".alert-warning button[name=action_view_traces_failed]",
            run: "click",
        },
        {
            content: "Why was it not sent?",
            trigger: ".o_data_row:contains(bad@example.com) .o_data_cell",
            run: "click",
        },
        {
            content: "The reason, and a way on",
            trigger: ".o_form_view:contains(ZeroDivisionError)",
        },
        {
            content: "Send this one again",
            trigger: "button[name=action_retry]",
            run: "click",
        },
        {
            content: "It is back in the queue",
            trigger:
                ".o_statusbar_status button[data-value=outgoing][aria-checked=true]",
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
            trigger: ".alert-info:contains(waiting) .o_progressbar",
        },
    ],
});
