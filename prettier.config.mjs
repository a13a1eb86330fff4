// Prettier: XML, JavaScript, SCSS, JSON, YAML and Markdown.
export default {
  bracketSpacing: false,
  printWidth: 88,
  proseWrap: "preserve",
  semi: true,
  trailingComma: "es5",
  xmlQuoteAttributes: "double",
  xmlSelfClosingSpace: false,
  xmlWhitespaceSensitivity: "preserve",
  plugins: ["@prettier/plugin-xml"],
  overrides: [{files: ["*.js", "*.scss", "*.xml"], options: {tabWidth: 4}}],
};
