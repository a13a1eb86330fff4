"""What other programs can call answers with something: XML-RPC knows no None."""

import ast
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]


def public_methods():
    """Yield file and node of each method that can be called by another program."""
    for folder in ("models", "wizards"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                is_method = isinstance(node, ast.FunctionDef) and node.args.args
                if is_method and node.name.startswith(("action_", "get_")):
                    yield path.relative_to(ROOT), node


class TestAnswers(unittest.TestCase):
    def test_public_methods_answer(self):
        methods = list(public_methods())
        self.assertGreater(len(methods), 20)
        for path, node in methods:
            with self.subTest(path=str(path), method=node.name):
                self.assertIsInstance(
                    node.body[-1],
                    (ast.Return, ast.Raise),
                    f"{path}:{node.lineno}: {node.name} has to return something "
                    "(True, if there is nothing to say).",
                )


if __name__ == "__main__":
    unittest.main()
