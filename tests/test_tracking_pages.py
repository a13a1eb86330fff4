"""Tracking: the recipients' pages, in a real browser without a script on them."""

import contextlib
import time
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser

from .test_tracking_unsubscribe import PageCommon

# Pairs of a text's element whose contrast is less than WCAG AA asks for.
_LOW_CONTRAST = """
(() => {
    const light = (color) => {
        const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
            const value = part / 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const color = getComputedStyle(one).backgroundColor;
            if (!color.endsWith(", 0)") && color !== "transparent") return color;
        }
        return "rgb(255, 255, 255)";
    };
    return [...document.querySelectorAll("main *")]
        .filter((one) => [...one.childNodes].some(
            (node) => node.nodeType === 3 && node.data.trim()))
        .filter((one) => {
            const [a, b] = [getComputedStyle(one).color, ground(one)].map(light);
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
        })
        .map((one) => one.outerHTML.slice(0, 80))
        .join();
})()
"""
_UNNAMED = """
[...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
    .filter((one) => !one.labels.length && !one.getAttribute("aria-label"))
    .map((one) => one.outerHTML)
    .join()
"""


@tagged("-at_install", "post_install")
class TestPages(PageCommon):
    @contextlib.contextmanager
    def _browser(self, width=1280, height=900, scheme="light"):
        with patch.object(type(self), "browser_size", f"{width}x{height}"):
            browser = ChromeBrowser(self)
        try:
            with self.allow_requests(browser=browser):
                browser._websocket_request(
                    "Emulation.setDeviceMetricsOverride",
                    params={
                        "width": width,
                        "height": height,
                        "deviceScaleFactor": 1,
                        "mobile": width < 500,
                    },
                )
                browser._websocket_request(
                    "Emulation.setEmulatedMedia",
                    params={
                        "features": [{"name": "prefers-color-scheme", "value": scheme}]
                    },
                )
                yield browser
                self._wait_remaining_requests()
        finally:
            browser.stop()

    def _open(self, browser, address):
        self.env.flush_all()
        browser.navigate_to(self.base_url() + address, wait_stop=True)

    def _value(self, browser, code):
        answer = browser._websocket_request(
            "Runtime.evaluate", params={"expression": code, "returnByValue": True}
        )
        self.assertNotIn("exceptionDetails", answer, code)
        return answer["result"].get("value")

    def _press(self, browser, button, expected):
        """Press a button and wait for the heading of the page it leads to."""
        self._value(browser, f"document.querySelector({button!r}).click()")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            text = self._value(browser, "document.body ? document.body.innerText : ''")
            if expected in text:
                self.env.invalidate_all()
                return
            time.sleep(0.1)
        self.fail(f"“{expected}” did not come; there is: {text}")

    def test_unsubscribe_and_undo(self):
        with self._browser() as browser:
            self._open(browser, self.address)
            self._value(browser, "document.querySelector('[name=reason]').click()")
            self._value(browser, "document.querySelector('#words').value = 'Too many'")
            self._press(browser, "[value=unsubscribe]", "You are unsubscribed")
            self.assertTrue(self.subscription.opt_out)
            self.assertTrue(self.subscription.opt_out_reason_id)
            self._press(browser, "[value=undo]", "You get these mails again")
            self.assertFalse(self.subscription.opt_out)
            self._open(browser, self.address)
            self._press(browser, "button[value=month]", "Saved.")
            self.assertEqual(
                self.env["campaign.preference"].search([]).frequency, "month"
            )

    def test_preferences(self):
        self.env["res.lang"]._activate_lang("de_DE")
        with self._browser(390, 844) as browser:
            self._open(browser, self.preferences)
            for one in (
                f"[name=list][value='{self.list_two.id}']",
                "[name=frequency][value=week]",
                "[name=pause][value='30']",
                "[name=untracked]",
            ):
                self._value(browser, f"document.querySelector({one!r}).click()")
            self._press(browser, "[value=save]", "Saved.")
            self.assertEqual(
                self._value(
                    browser,
                    "[...document.querySelectorAll('input:checked')]"
                    ".map((one) => one.name + one.value).join()",
                ),
                f"list{self.list_one.id},list{self.list_two.id},frequencyweek,pause,"
                "untracked1",
            )
        self.assertEqual(self.contact.list_ids, self.list_one + self.list_two)
        self.assertTrue(self.contact.is_mail_untracked)

    def test_for_everybody(self):
        """Phone and desktop, light and dark: it fits, has names, and can be read."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.list_one.has_signup_page = True
        sign_up = "/campaign/" + self.list_one.signup_url.partition("/campaign/")[2]
        for scheme, width in (("light", 1280), ("light", 390), ("dark", 390)):
            with self._browser(width, 900, scheme) as browser:
                for address in (self.address, self.preferences, sign_up):
                    self._open(browser, address)
                    browser.take_screenshot(f"page_{scheme}_{width}_").result(10)
                    with self.subTest(scheme=scheme, width=width, address=address[:12]):
                        self.assertFalse(self._value(browser, _LOW_CONTRAST))
                        self.assertFalse(self._value(browser, _UNNAMED))
                        self.assertTrue(self._value(browser, "document.title"))
                        self.assertTrue(
                            self._value(browser, "document.documentElement.lang")
                        )
                        self.assertLessEqual(
                            self._value(browser, "document.body.scrollWidth"), width
                        )
