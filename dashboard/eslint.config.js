import js from '@eslint/js'
import globals from 'globals'
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import typescript from 'typescript-eslint'

export default typescript.config(
  { ignores: ['node_modules/', 'src/generated/'] },
  js.configs.recommended,
  ...typescript.configs.strict,
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  {
    files: ['src/**/*.{ts,vue}'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: typescript.parser, sourceType: 'module' },
    },
    rules: {
      // The Content-Security-Policy refuses style attributes in markup; Vue's own style bindings go through the DOM.
      'vue/no-static-inline-styles': 'error',
      'vue/no-v-html': 'error',
      // What is optional may be absent; its type says so.
      'vue/require-default-prop': 'off',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/define-macros-order': 'error',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'always', normal: 'always', component: 'always' } }],
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  { files: ['*.js', '*.ts', 'scripts/*.mjs'], languageOptions: { globals: globals.node } },
)
