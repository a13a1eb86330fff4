import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

const FORM = "mass_mailing.view_mail_mass_mailing_form";
const TRIES = 40;
const PAUSE_MS = 100;

/** Return the field on the screen, opening the page of the notebook it stands on. */
function find(name) {
    const visible = document.querySelector(
        `.o_form_view .o_field_widget[name="${name}"]`
    );
    return visible && visible.offsetParent ? visible : null;
}

async function pause() {
    await new Promise((resolve) => browser.setTimeout(resolve, PAUSE_MS));
}

/** Lead to a field, page after page of the notebook. */
async function show(name) {
    for (let tries = 0; tries < TRIES; tries++) {
        const pages = [...document.querySelectorAll(".o_notebook_headers .nav-link")];
        let field = find(name);
        for (const page of pages) {
            if (field) {
                break;
            }
            page.click();
            await pause();
            field = find(name);
        }
        if (field) {
            field.scrollIntoView({block: "center"});
            const input = field.querySelector("input, textarea, [contenteditable]");
            (input || field).focus();
            field.classList.add("o_campaign_desk_here");
            return;
        }
        await pause();
    }
}

/** Lead to a field of a mailing's form, which is opened if another one is shown. */
registry.category("actions").add("campaign_desk_go_to", async (env, {params}) => {
    const {mailing_id: mailingId, field} = params;
    const {currentController} = env.services.action;
    const {resModel, resId} = currentController?.props || {};
    if (resModel !== "mailing.mailing" || resId !== mailingId) {
        await env.services.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mailing.mailing",
            res_id: mailingId,
            views: [[false, "form"]],
            context: {form_view_ref: FORM},
        });
    }
    await show(field);
});
