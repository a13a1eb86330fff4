"""Odoo, running every test when all modules are loaded.

Odoo runs most tests right after the module that they belong to, before a module that
extends it is loaded; the extension would go untested. Odoo's Python runs this file.
"""

from odoo.cli.command import main
from odoo.tests import loader

make_suite = loader.make_suite


def make_late_suite(module_names, position="at_install"):
    """Return no test after a module, and both kinds after the last one."""
    if position == "at_install":
        return make_suite([], position)
    both = [make_suite(module_names, kind) for kind in ("at_install", position)]
    return type(both[0])(test for suite in both for test in suite)


if __name__ == "__main__":
    loader.make_suite = make_late_suite
    main()
