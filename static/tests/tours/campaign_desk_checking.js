import {registry} from "@web/core/registry";

/** Fail unless the page in the frame, which is closed to scripts, holds these words. */
function assertPage(frame, words) {
    if (!frame.getAttribute("srcdoc").includes(words)) {
        throw new Error(`The page does not say “${words}”`);
    }
    if (frame.getAttribute("sandbox").includes("allow-scripts")) {
        throw new Error("Scripts may run in the page");
    }
}

registry.category("web_tour.tours").add("campaign_desk_checking", {
    steps: () => [
        {
            content: "What will they get?",
            trigger: "button[name=action_preview]",
            run: "click",
        },
        {
            content: "The first recipient's mail",
            trigger: ".o_campaign_desk_preview iframe",
            run() {
                assertPage(this.anchor, "Dear Ann");
            },
        },
        {
            content: "Its head",
            trigger:
                ".o_campaign_desk_preview_headers:contains(News for Ann):contains(ann@example.com)",
        },
        {
            content: "Look for another one",
            trigger: ".o_campaign_desk_preview_search input",
            run: "edit bo@exa",
        },
        {
            content: "Take Bo",
            trigger: ".o_campaign_desk_preview_search .dropdown-item:contains(Bo Ünal)",
            run: "click",
        },
        {
            content: "It is Bo's mail",
            trigger: ".o_campaign_desk_preview_headers:contains(News for Bo Ünal)",
        },
        {
            content: "There is nobody after Bo",
            trigger:
                ".o_campaign_desk_preview button[aria-label='Next recipient']:disabled",
        },
        {
            content: "On a telephone",
            trigger: ".o_campaign_desk_preview [data-tab=phone]",
            run: "click",
        },
        {
            content: "It is as wide as one",
            trigger: ".o_campaign_desk_preview_frame[data-frame=phone] iframe",
            run() {
                if (this.anchor.clientWidth !== 375) {
                    throw new Error(`It is ${this.anchor.clientWidth} pixels wide`);
                }
                assertPage(this.anchor, "Bo Ünal");
            },
        },
        {
            content: "As text",
            trigger: ".o_campaign_desk_preview [data-tab=text]",
            run: "click",
        },
        {
            content: "The words",
            trigger: ".o_campaign_desk_preview_text:contains(Dear Bo Ünal)",
        },
        {
            content: "As it travels",
            trigger: ".o_campaign_desk_preview [data-tab=source]",
            run: "click",
        },
        {
            content: "The source",
            trigger: ".o_campaign_desk_preview_source:contains(List-Unsubscribe-Post)",
        },
        {
            content: "Its files",
            trigger: ".o_campaign_desk_preview [data-tab=files]",
            run: "click",
        },
        {
            content: "One file",
            trigger: ".o_campaign_desk_preview td:contains(Prices.pdf)",
        },
        {
            content: "And to somebody whose name is not known?",
            trigger: ".o_campaign_desk_preview_search input",
            run: "click",
        },
        {
            content: "Take nobody",
            trigger: ".o_campaign_desk_preview [data-recipient=nobody]",
            run: "click",
        },
        {
            content: "They are greeted, too",
            trigger: ".o_campaign_desk_preview_headers:contains(News for you)",
        },
        {
            content: "Enough",
            trigger: ".o_campaign_desk_preview .btn-close",
            run: "click",
        },
        {
            content: "Send",
            trigger:
                "body:not(:has(.o_campaign_desk_preview)) button[name=action_preflight]",
            run: "click",
        },
        {
            content: "Something is worth a look",
            trigger:
                ".o_campaign_desk_preflight [data-level=warning] [data-code=link_http]:contains(http://shop.acme.io)",
        },
        {
            content: "Go there",
            trigger: ".o_campaign_desk_preflight [data-code=preview_missing] button",
            run: "click",
        },
        {
            content: "It is the field of the preview text",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=preview].o_campaign_desk_here",
        },
        {
            content: "Write one",
            trigger: ".o_field_widget[name=preview] input",
            run: "edit Look inside",
        },
        {
            content: "Send, again",
            trigger: "button[name=action_preflight]",
            run: "click",
        },
        {
            content: "Nothing more about the preview text; send anyway",
            trigger:
                ".o_campaign_desk_preflight:not(:has([data-code=preview_missing])) button[data-button=send]:contains(Send anyway)",
            run: "click",
        },
        {
            content: "It waits for the job that sends",
            trigger:
                ".o_statusbar_status button[data-value=in_queue][aria-checked=true]",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_checking_error", {
    steps: () => [
        {
            content: "Send",
            trigger: "button[name=action_preflight]",
            run: "click",
        },
        {
            content: "It cannot be sent, and nothing offers it",
            trigger:
                ".o_campaign_desk_preflight:not(:has([data-button=send])) [data-level=error] [data-code=unsubscribe_missing]",
        },
        {
            content: "Back",
            trigger: ".modal-footer .btn-secondary",
            run: "click",
        },
        {
            content: "Try it on oneself",
            trigger: "body:not(:has(.modal)) button[name=action_test]",
            run: "click",
        },
        {
            content: "To me",
            trigger: ".modal .o_field_widget[name=email_to] textarea",
            run: "edit me@example.com, full@example.com",
        },
        {
            content: "Send the test",
            trigger: ".modal button[name=send_mail_test]",
            run: "click",
        },
        {
            content: "One was taken, the other was not, with the server's words",
            trigger:
                ".modal .o_field_widget[name=result_ids]:contains(queued as 4711):contains(Mailbox full)",
        },
    ],
});
