import js from '@eslint/js';
import ts from 'typescript-eslint';
import { importX } from 'eslint-plugin-import-x';

/**
 * What each folder of src/ may import from, beside itself: arrows point inward only. Of channels and connectors the policy file
 * sees the registries alone. These list what each `config.ts` says, which is part of the language of policies, and load what
 * sends and asks only when it is needed.
 */
const ARROWS = {
  domain: [],
  texts: [],
  files: [],
  ports: ['domain'],
  shapes: ['domain'],
  http: ['domain', 'ports', 'texts'],
  'policy-file': [
    'domain',
    'files',
    'shapes',
    'texts',
    'identity/connectors/registry.ts',
    'notify/channels/registry.ts',
    'notify/channels/topics.ts',
  ],
  genesys: ['domain', 'ports', 'http', 'texts'],
  identity: ['domain', 'ports', 'http', 'shapes', 'texts'],
  notify: ['domain', 'ports', 'http', 'shapes', 'texts'],
  store: ['domain', 'ports', 'files', 'shapes'],
  controller: ['domain', 'ports'],
  server: ['domain', 'ports', 'texts'],
  simulation: ['domain', 'ports'],
  sandbox: [],
  app: [
    'domain',
    'ports',
    'files',
    'texts',
    'http',
    'policy-file',
    'genesys',
    'identity',
    'notify',
    'store',
    'controller',
    'server',
  ],
};

/** Two casts in a row turn anything into anything, so that no compiler sees what is missing. */
const NO_DOUBLE_CAST = {
  selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword.typeAnnotation',
  message: 'Give it a type of its own: implement the port, use "satisfies", or read the value with a check.',
};
/** The file of a policy has `20%`; whatever is said to people has `20 %`. */
const PERCENT = {
  selector: 'TemplateLiteral > TemplateElement:not(:first-child)[value.raw=/^%/]',
  message: 'A share is told with a blank: "20 %".',
};
const EVERYWHERE = [NO_DOUBLE_CAST, PERCENT];
/** Libraries that one place of the program speaks to. */
const NO_SDK = { name: 'purecloud-platform-client-v2', message: 'Only genesys/ speaks to the platform.' };
const NO_TRACING = { name: '@opentelemetry/api', message: 'Only app/tracing.ts knows OpenTelemetry.' };
/** A name that reads on its own says who or what it is about. */
const PLAIN_NAMES = {
  selector:
    'CallExpression:matches([callee.name=/^(test|describe)$/], [callee.callee.object.name=/^(test|describe)$/]) > Literal.arguments:first-child[value=/\\b(nobody|somebody|anybody|whoever|he|him|his|she|her)\\b/i]',
  message: 'Name the actor: "no agent", "a user", "an agent who …"; an agent is "they".',
};

/** What a `config.ts` of a channel or connector may import: it speaks to no one. */
const CONFIG_ARROWS = ['domain', 'shapes', 'texts'];

const zones = [
  ...Object.entries(ARROWS).map(([folder, inner]) => ({
    target: `./src/${folder}`,
    from: './src',
    except: [folder, ...inner].map((path) => `./${path}`),
    message: `${folder}/ may import only from itself${inner.map((path) => ` and ${path}`).join('')}.`,
  })),
  ...['identity/connectors', 'notify/channels'].map((folder) => ({
    target: `./src/${folder}/*/config.ts`,
    from: './src',
    except: [...CONFIG_ARROWS, `${folder}/kind.ts`, `${folder}/shared.ts`].map((path) => `./${path}`),
    message: `A config.ts may import only the kind, what is shared, and ${CONFIG_ARROWS.join(', ')}.`,
  })),
];

export default ts.config(
  { ignores: ['dist', 'coverage', 'node_modules'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.js'] } } },
    plugins: { 'import-x': importX },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      'no-restricted-syntax': ['error', ...EVERYWHERE],
      complexity: ['error', 12],
      'max-depth': ['error', 3],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 350 }],
    },
  },
  {
    files: ['src/domain/**'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-syntax': [
        'error',
        ...EVERYWHERE,
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Time is a parameter.',
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Time is a parameter.',
        },
      ],
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/genesys/**', 'src/app/tracing.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [NO_SDK, NO_TRACING] }] },
  },
  {
    files: ['src/genesys/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [NO_TRACING] }] },
  },
  {
    files: ['src/app/tracing.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [NO_SDK] }] },
  },
  {
    files: ['src/domain/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^[^.]', message: 'The domain imports nothing outside itself.' }] },
      ],
    },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      'no-restricted-syntax': ['error', ...EVERYWHERE, PLAIN_NAMES],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['test/domain/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...EVERYWHERE,
        PLAIN_NAMES,
        {
          selector: 'CallExpression[callee.property.name=/Snapshot$/]',
          message: 'Mutation tests run without Jest, which keeps the snapshots.',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/src/(?!domain/|store/)',
              message: 'Mutation tests load the domain, its tests and the bodies of the store, nothing else.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['*.js'],
    extends: [ts.configs.disableTypeChecked],
    rules: { 'import-x/no-default-export': 'off' },
  },
);
