"""The screens, in a browser."""

from odoo.tests import HttpCase, tagged

from .common import DeskCommon


@tagged("-at_install", "post_install")
class TestScreens(DeskCommon, HttpCase):
    pass
