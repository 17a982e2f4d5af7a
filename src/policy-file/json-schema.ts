/** The JSON Schemas of the policy file, of test files and of the file of a fleet, for editors. */
import { z } from 'zod';
import { fleetRoot } from './schema-fleet.ts';
import { root } from './schema.ts';
import { testFile } from './test-file.ts';

type Json = Record<string, unknown>;

const REFERENCE = String.raw`\$\{`;

/** Made from the same source as the loader. Values with `${…}` are let through: only the loader knows what they become. */
export function jsonSchema(): Json {
  return schemaOf(root, 'idle-enforcer.schema.json');
}

/** The same for files with policy tests. */
export function testFileSchema(): Json {
  return schemaOf(testFile, 'policy-tests.schema.json');
}

/** The same for the file of a fleet. */
export function fleetFileSchema(): Json {
  return schemaOf(fleetRoot, 'fleet.schema.json');
}

function schemaOf(source: z.ZodType, id: string): Json {
  const { $schema, ...schema } = z.toJSONSchema(source, { io: 'input' });
  allowReferences(schema);
  // Keys of the author's own, which only hold what is referred to elsewhere.
  return { $schema, $id: id, ...schema, patternProperties: { '^x-': {} } };
}

/** Lets every text that is narrower than text also be one with a reference in it. Keys cannot be. */
function allowReferences(node: unknown): void {
  if (Array.isArray(node)) node.forEach(allowReferences);
  if (!isNode(node)) return;
  for (const [key, inner] of Object.entries(node)) {
    if (key !== 'propertyNames' && key !== 'default' && key !== 'examples') allowReferences(inner);
  }
  if (typeof node['pattern'] === 'string') node['pattern'] = `(?:${node['pattern']})|${REFERENCE}`;
  if (Array.isArray(node['enum'])) {
    node['anyOf'] = [
      { type: 'string', enum: node['enum'] },
      { type: 'string', pattern: REFERENCE },
    ];
    delete node['enum'];
    delete node['type'];
  }
}

function isNode(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
