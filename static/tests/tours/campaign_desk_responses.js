import {registry} from "@web/core/registry";

const EDITOR = ".o_campaign_desk_composer .odoo-editor-editable";

/** Fail unless a frame shows the words and is closed to scripts and other servers. */
function assertFrame(frame, words, mayLoad = false) {
    const page = frame.getAttribute("srcdoc");
    if (!page.includes(words)) {
        throw new Error(`The frame does not say “${words}”`);
    }
    if (frame.getAttribute("sandbox").includes("allow-scripts")) {
        throw new Error("Scripts may run in the frame");
    }
    if (/img-src[^;]*https:/.test(page) !== mayLoad) {
        throw new Error("The frame may load what it should not, or not what it should");
    }
}

/** Press a key outside of all inputs. */
function press(key) {
    return () => {
        document.activeElement?.blur();
        document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})
        );
    };
}

registry.category("web_tour.tours").add("campaign_desk_response_answer", {
    steps: () => [
        {
            content: "What waits stands above the list",
            trigger: ".o_campaign_desk_boxes [data-box=unread]:contains(2)",
            run: "click",
        },
        {
            content: "It is a filter of the search",
            trigger: ".o_searchview_facet:contains(Unread)",
        },
        {
            content: "Open Anna's",
            trigger: ".o_data_row.fw-bold td:contains(Anna Berg)",
            run: "click",
        },
        {
            content: "Ben is there, too",
            trigger: ".o_campaign_desk_presence:contains(Ben is writing an answer)",
        },
        {
            content: "Her words, without the quote",
            trigger:
                ".o_campaign_desk_part.o_current .o_campaign_desk_text:contains(What does it cost):not(:contains(our quote))",
        },
        {
            content: "What does “Price” stand on?",
            trigger:
                ".o_campaign_desk_label[data-code=pricing_request] button:contains(90%)",
            run: "click",
        },
        {
            content: "On exactly these words",
            trigger: ".o_campaign_desk_text mark",
            run() {
                if (this.anchor.textContent !== "What does it cost") {
                    throw new Error(`“${this.anchor.textContent}” is marked`);
                }
            },
        },
        {
            content: "What was cut?",
            trigger: ".o_current button[data-button=cut]",
            run: "click",
        },
        {
            content: "The quote",
            trigger: ".o_campaign_desk_cut:contains(our quote)",
        },
        {
            content: "As it came",
            trigger: ".o_current button[data-button=page]",
            run: "click",
        },
        {
            content: "Nothing runs, nothing is loaded",
            trigger: ".o_current iframe",
            run() {
                assertFrame(this.anchor, "What does it cost");
                if (this.anchor.getAttribute("srcdoc").includes("tracker.example")) {
                    throw new Error("The picture's address is there");
                }
            },
        },
        {
            content: "The picture is loaded only for who wants that",
            trigger: ".o_campaign_desk_blocked button",
            run: "click",
        },
        {
            content: "Now it may be",
            trigger: ".o_current:not(:has(.o_campaign_desk_blocked)) iframe",
            run() {
                assertFrame(this.anchor, "tracker.example", true);
            },
        },
        {
            content: "A program came with it",
            trigger: ".o_campaign_desk_files button:contains(setup.exe)",
            run: "click",
        },
        {
            content: "That is asked first",
            trigger: ".modal:contains(is a program) .btn-secondary",
            run: "click",
        },
        {
            content: "One question is answered by now",
            trigger: "body:not(:has(.modal)) .o_campaign_desk_asks input",
            run: "click",
        },
        {
            content: "Which keys are there?",
            trigger: ".o_campaign_desk_asks label.text-decoration-line-through",
            run: press("?"),
        },
        {
            content: "These",
            trigger: ".o_campaign_desk_keys:contains(Next response) .btn-primary",
            run: "click",
        },
        {
            content: "Answer",
            trigger: "body:not(:has(.modal)) .o_campaign_desk_conversation",
            run: press("r"),
        },
        {
            content: "To whom",
            trigger: ".o_campaign_desk_composer input[name=to]:value(anna)",
        },
        {
            content: "Write",
            trigger: EDITOR,
            run: "editor It costs 5.",
        },
        {
            content: "It is kept",
            trigger: ".o_campaign_desk_saved",
        },
        {
            content: "Look at the next one",
            trigger: ".o_campaign_desk_composer",
            run: press("j"),
        },
        {
            content: "It is Bo's",
            trigger: ".o_campaign_desk_part.o_current:contains(Bo Unal)",
        },
        {
            content: "And back",
            trigger:
                ".o_campaign_desk_conversation:not(:has(.o_campaign_desk_composer))",
            run: press("k"),
        },
        {
            content: "The draft is there again",
            trigger: `.o_campaign_desk_conversation:contains(Anna) ${EDITOR}:contains(It costs 5.)`,
        },
        {
            content: "Send",
            trigger: ".o_campaign_desk_composer button[data-button=send]",
            run: "click",
        },
        {
            content: "It stands in the conversation",
            trigger: ".o_campaign_desk_part.o_answer iframe",
            run() {
                assertFrame(this.anchor, "It costs 5.");
            },
        },
        {
            content: "Now it is Anna's turn",
            trigger:
                ".o_statusbar_status button[data-value=waiting][aria-checked=true]",
        },
        {
            content: "On to Bo",
            trigger:
                ".o_campaign_desk_conversation:not(:has(.o_campaign_desk_composer))",
            run: press("j"),
        },
        {
            content: "It is nobody's: take it",
            trigger: ".o_campaign_desk_part.o_current:contains(Bo Unal)",
            run: press("a"),
        },
        {
            content: "Mine",
            trigger: ".o_field_widget[name=user_id] input:value(Rita)",
            run: press("e"),
        },
        {
            content: "Done",
            trigger: ".o_statusbar_status button[data-value=done][aria-checked=true]",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_response_manage", {
    steps: () => [
        {
            content: "All of them",
            trigger: ".o_list_table thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Change them at once",
            trigger: ".o_control_panel button[name=action_bulk]",
            run: "click",
        },
        {
            content: "A tag",
            trigger: ".modal .o_field_widget[name=tag_ids] input",
            run: "edit Fair",
        },
        {
            content: "It is there",
            trigger:
                ".modal .o_field_widget[name=tag_ids] .dropdown-item:contains(Fair)",
            run: "click",
        },
        {
            content: "To do",
            trigger: ".modal .o_field_widget[name=tag_ids] .o_tag:contains(Fair)",
        },
        {
            content: "Change",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "As cards",
            trigger: "body:not(:has(.modal)) .o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "By state, with the heading above",
            trigger: ".o_campaign_desk_heading",
        },
        {
            content: "Anna's is new; take it up",
            trigger:
                ".o_kanban_group:contains(New) .o_kanban_record:contains(Anna Berg)",
            run: "drag_and_drop(.o_kanban_group:eq(1))",
        },
        {
            content: "It is in progress",
            trigger:
                ".o_kanban_group:contains(In progress) .o_kanban_record:contains(Anna Berg)",
        },
        {
            content: "By the day on which they want to hear again",
            trigger: ".o_switch_view.o_calendar",
            run: "click",
        },
        {
            content: "Bo's",
            trigger: ".o_calendar_view .fc-event:contains(Bo Unal)",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_response_overtaken", {
    steps: () => [
        {
            content: "Write",
            trigger: EDITOR,
            run: "editor Mine.",
        },
        {
            content: "Send, while Ben's has been sent",
            trigger: ".o_campaign_desk_composer button[data-button=send]",
            run: "click",
        },
        {
            content: "It says so",
            trigger:
                ".modal:contains(Ben was faster):contains(From Ben) .btn-secondary",
            run: "click",
        },
        {
            content: "Look at it; mine is not lost",
            trigger: `.o_campaign_desk_part.o_answer:contains(Ben answered) ~ .o_campaign_desk_composer ${EDITOR.split(" ")[1]}:contains(Mine.)`,
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_response_by_mail", {
    steps: () => [
        {
            content: "Ben's own words",
            trigger:
                ".o_answer:contains(Ben answered from their own mail program) .o_campaign_desk_text:contains(It costs 5):not(:contains(What does it cost))",
        },
        {
            content: "To whom",
            trigger: ".o_answer .text-muted:contains(anna@customer.example)",
        },
        {
            content: "And the rest?",
            trigger: ".o_answer button[data-button=cut]",
            run: "click",
        },
        {
            content: "Anna's words",
            trigger: ".o_answer .o_campaign_desk_cut:contains(What does it cost)",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_response_correct", {
    steps: () => [
        {
            content: "It is no question of price",
            trigger:
                ".o_campaign_desk_label[data-code=pricing_request] .o_campaign_desk_wrong",
            run: "click",
        },
        {
            content: "What is it, then?",
            trigger:
                ".o_campaign_desk_axis[data-axis=intent]:not(:has([data-code=pricing_request])) [data-button=pick]",
            run: "click",
        },
        {
            content: "A meeting",
            trigger: ".o_campaign_desk_choices [data-code=meeting_request]",
            run: "click",
        },
        {
            content: "By hand, from now on",
            trigger:
                ".o_campaign_desk_label[data-code=meeting_request]:contains(by hand)",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_response_alone", {
    steps: () => [
        {
            content: "Whom to ask",
            trigger: ".o_campaign_desk_heading .alert:contains(no team):contains(Mona)",
        },
        {
            content: "What comes here",
            trigger:
                ".o_view_nocontent:contains(Replies to your campaigns come in here)",
        },
    ],
});
