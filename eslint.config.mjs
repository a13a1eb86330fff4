// ESLint: the JavaScript of the web client.
import globals from "globals";
import jsdoc from "eslint-plugin-jsdoc";

export default [
  {ignores: [".odoo/", "static/lib/", "tests/samples/"]},
  {
    files: ["static/**/*.js"],
    plugins: {jsdoc},
    linterOptions: {reportUnusedDisableDirectives: "error"},
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "module",
      globals: {...globals.browser, luxon: "readonly", odoo: "readonly"},
    },
    rules: {
      "array-callback-return": "error",
      "consistent-return": "error",
      curly: "error",
      "dot-notation": "error",
      eqeqeq: ["error", "always", {null: "ignore"}],
      "jsdoc/check-param-names": "error",
      "jsdoc/check-tag-names": "error",
      "jsdoc/check-types": "error",
      "no-console": "error",
      "no-const-assign": "error",
      "no-debugger": "error",
      "no-dupe-args": "error",
      "no-dupe-keys": "error",
      "no-duplicate-imports": "error",
      "no-else-return": "error",
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-implied-eval": "error",
      "no-redeclare": "error",
      "no-shadow": "error",
      "no-undef": "error",
      "no-unreachable": "error",
      "no-unused-vars": ["error", {args: "after-used", argsIgnorePattern: "^_"}],
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
];
